"""What must be put right before an interrupted session goes on.

Owns the three loose ends a crash can leave: an edit that was being applied, a proposal without an answer, a
tool call without a result. Applies nothing and asks nothing.
"""

from __future__ import annotations

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.ports import ApplyAnswer
from backend_specialist.domain.proposal import Answer, HunkOutcome
from backend_specialist.sessions import applying, records
from backend_specialist.sessions.history import closing, unanswered
from backend_specialist.sessions.review import refused
from backend_specialist.sessions.session import Session

INTERRUPTED = "This call was interrupted: the server stopped. Call it again if it is still needed."
_STOPPED = ApplyAnswer(applied=None, reason="the server stopped while the editor was applying it")


async def reconcile(session: Session) -> None:
    """Judge an edit that was being applied from the real text; it is never sent again."""
    proposal = session.state.applying
    if proposal is None:
        return
    outcomes: list[HunkOutcome] = []
    applied: list[FileChange] = []
    for change in proposal.changes:
        seen = await applying.look(session.services.workspace, change.path)
        judged = applying.judge(change, seen, _STOPPED, confirm=False)
        outcomes.extend(judged)
        part = applying.accepted_part(change, judged)
        applied.extend([part] if part else [])
    await session.record(records.outcome(proposal, tuple(outcomes), tuple(applied)))
    session.announce_review(proposal, outcomes)


async def refuse_waiting(session: Session, reason: str) -> None:
    """Close proposals without an answer as refused for the reason that the user just gave."""
    for proposal in session.state.waiting:
        answer = Answer(proposal_id=proposal.id, decision="reject", reason=reason)
        outcomes = refused(proposal.changes, reason)
        await session.record(records.answered(answer), records.outcome(proposal, outcomes, ()))
        session.announce_review(proposal, outcomes)


async def close_calls(session: Session, why: str = INTERRUPTED) -> None:
    """Give every tool call without a result one, so that the endpoint accepts the history."""
    calls = unanswered(session.state.messages)
    if calls:
        await session.record(records.tool_results(closing(calls, why)))
