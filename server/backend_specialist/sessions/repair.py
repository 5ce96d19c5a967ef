"""What must be put right before an interrupted session goes on.

Owns the three loose ends a crash can leave: an edit that was being applied, a proposal without an answer, a
tool call without a result. Applies nothing and asks nothing.
"""

from __future__ import annotations

from dataclasses import replace

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.ports import ApplyAnswer
from backend_specialist.domain.proposal import (
    Answer,
    HunkOutcome,
    Result,
    outcome_summary,
    proposals,
)
from backend_specialist.domain.transcript import Message, ToolResult
from backend_specialist.sessions import judging, records
from backend_specialist.sessions.calls import close_calls
from backend_specialist.sessions.decided import refused
from backend_specialist.sessions.history import unanswered, user_text
from backend_specialist.sessions.looking import Seen, look
from backend_specialist.sessions.session import Session

INTERRUPTED = "This call was interrupted: the server stopped. Call it again if it is still needed."
STOPPED = "the server stopped while the editor was applying it"
# The edit may have arrived in a buffer that the editor does not show us, so nothing is concluded from an old text.
_MAYBE = ApplyAnswer(applied=True)


async def reconcile(session: Session) -> None:
    """Judge an edit that was being applied from the real text; it is never sent again by itself.

    What certainly did not arrive waits for the user again: they said yes, and nothing came of it.
    """
    proposal = session.state.applying
    if proposal is None:
        return
    looked = [(c, await look(session.services.workspace, c.path)) for c in proposal.changes]
    previewed = session.state.previewed
    missing = tuple(
        change for change, seen in looked if _certainly_missing(change, seen, previewed=previewed)
    )
    first, *later = session.state.waiting
    if len(missing) == len(looked):
        await session.record(records.asked((first, *later)))
        return
    judged = [(change, _judged(change, seen)) for change, seen in looked if change not in missing]
    outcomes = (*(item for _, items in judged for item in items), *session.state.beside)
    parts = [judging.accepted_part(change, items) for change, items in judged]
    still = {change.path for change in missing}
    gone = tuple(
        change for change in (*proposal.changes, *first.changes) if change.path not in still
    )
    closed = replace(proposal, changes=gone)
    again = proposals(missing, round=proposal.round, title=proposal.title) if missing else ()
    await session.record(
        records.outcome(closed, outcomes, tuple(part for part in parts if part)),
        records.asked((*again, *later)),
    )
    session.announce_review(closed, outcomes)


def _certainly_missing(change: FileChange, seen: Seen, *, previewed: bool) -> bool:
    """Whether nothing of a change arrived. A preview that nobody has answered has applied nothing, and is gone."""
    if not seen.visible:
        return False
    if change.delete:
        return seen.text == change.base_text
    if change.base is None:
        return seen.snapshot is None
    return (seen.open or previewed) and seen.text == change.base_text


def _judged(change: FileChange, seen: Seen) -> tuple[HunkOutcome, ...]:
    outcomes = judging.judge(change, seen, _MAYBE, confirm=False)
    unsure = (Result.FAILED, Result.UNVERIFIED)
    return tuple(
        replace(item, reason=STOPPED) if item.result in unsure else item for item in outcomes
    )


async def refuse_waiting(session: Session, reason: str) -> None:
    """Close proposals without an answer as refused for the reason that the user just gave."""
    for proposal in session.state.waiting:
        answer = Answer(proposal_id=proposal.id, decision="reject", reason=reason)
        outcomes = refused(proposal.changes, reason)
        await session.record(records.answered(answer), records.outcome(proposal, outcomes, ()))
        session.announce_review(proposal, outcomes)


async def answer_calls(session: Session, verdict: str = "") -> None:
    """Answer what a crash left without a result: the call that was running with the verdict, the others not at all.

    Results are stored one by one, so the first without one is the one that ran. A verdict without a call to answer
    is said as it is.
    """
    untold = session.state.untold
    text = verdict or (outcome_summary(untold) if untold else "")
    calls = unanswered(session.state.messages)
    if text and calls:
        result = ToolResult(tool_use_id=calls[0].id, content=text)
        await session.record(records.tool_results(Message(role="user", content=(result,))))
    elif text:
        await session.record(records.note(user_text(text)))
    await close_calls(session, INTERRUPTED)
