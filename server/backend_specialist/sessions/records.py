"""The records of a session, one function a kind.

Owns what is written before it is acted on; ``sessions.state`` owns what it means. Stores nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend_specialist.domain.changeset import FileChange, change_to_json
from backend_specialist.domain.claims import claims_to_json
from backend_specialist.domain.deliverable import Claims
from backend_specialist.domain.ports import Record
from backend_specialist.domain.proposal import Answer, HunkOutcome, Proposal
from backend_specialist.domain.transcript import Message, Turn, Usage, message_to_json
from backend_specialist.sessions.codec import outcome_to_json, proposal_to_json, usage_to_json


def started(system: tuple[str, ...], facts: Mapping[str, Any]) -> Record:
    """The session begins: the system text, and what was asked (for people and for a resume)."""
    return Record(kind="started", data={"system": list(system), **facts})


def user(message: Message) -> Record:
    """The task, as the model is told of it."""
    return Record(kind="user", data={"message": message_to_json(message)})


def replied(text: str, *, queued: bool) -> Record:
    """The user has replied; ``queued``: the model has yet to hear it, else it is an answer and reaches it as that."""
    return Record(kind="replied", data={"text": text, "queued": queued})


def assistant(turn: Turn, seconds: float) -> Record:
    """The model has answered."""
    data = {
        "message": message_to_json(turn.message),
        "stopReason": turn.stop_reason.value,
        "usage": usage_to_json(turn.usage),
        "seconds": seconds,
    }
    return Record(kind="assistant", data=data)


def consulted(name: str, turn: Turn, seconds: float) -> Record:
    """Another agent has taken a turn for this session; only what it cost matters later."""
    data = {
        "agent": name,
        "message": message_to_json(turn.message),
        "usage": usage_to_json(turn.usage),
        "seconds": seconds,
    }
    return Record(kind="consulted", data=data)


def note(message: Message) -> Record:
    """The session itself speaks in the user's role (a limit, an outcome)."""
    return Record(kind="note", data={"message": message_to_json(message)})


def tool_results(message: Message) -> Record:
    """Tool calls of the last answer have their results."""
    return Record(kind="toolResults", data={"message": message_to_json(message)})


def changed(change: FileChange) -> Record:
    """A file of the change set has a new proposed text."""
    return Record(kind="changed", data={"change": change_to_json(change)})


def dropped(path: str) -> Record:
    """A file leaves the change set without a decision."""
    return Record(kind="dropped", data={"path": path})


def asked(proposals: tuple[Proposal, ...]) -> Record:
    """The user is asked about these, one after the other."""
    return Record(kind="asked", data={"proposals": [proposal_to_json(item) for item in proposals]})


def answered(answer: Answer) -> Record:
    """The user has decided."""
    data = {
        "proposalId": answer.proposal_id,
        "decision": answer.decision,
        "hunks": sorted(answer.hunks),
        "reason": answer.reason,
    }
    return Record(kind="answered", data=data)


def applying(
    proposal: Proposal, beside: tuple[HunkOutcome, ...], *, previewed: bool = False
) -> Record:
    """The edit is about to be sent; base and proposed text are in it, so a restart can tell what happened.

    ``beside`` is what became of the hunks that are not sent. ``previewed``: the editor's own preview asks first.
    """
    data = {
        "previewed": previewed,
        "proposal": proposal_to_json(proposal),
        "beside": [outcome_to_json(item) for item in beside],
    }
    return Record(kind="applying", data=data)


def outcome(
    proposal: Proposal, outcomes: tuple[HunkOutcome, ...], applied: tuple[FileChange, ...]
) -> Record:
    """What became of a proposal, from the real text."""
    data = {
        "proposal": proposal_to_json(proposal),
        "outcomes": [outcome_to_json(item) for item in outcomes],
        "applied": [change_to_json(item) for item in applied],
    }
    return Record(kind="outcome", data=data)


def reverted(paths: Sequence[str], left: tuple[FileChange, ...]) -> Record:
    """The user had edits of these files taken back; ``left`` is what of them was not."""
    data = {"paths": list(paths), "left": [change_to_json(item) for item in left]}
    return Record(kind="reverted", data=data)


def claimed(claims: Claims) -> Record:
    """The specialist says that it is done."""
    return Record(kind="claims", data={"claims": claims_to_json(claims)})


def failed(kind: str, reason: str, text: str) -> Record:
    """The session has failed; ``text`` is the error context."""
    return Record(kind="failed", data={"errorKind": kind, "reason": reason, "text": text})


def simple(kind: str, **data: Any) -> Record:
    """One of the small records: ``sentBack``, ``unanswered``, ``approved``, ``revoked``, ``status``,
    ``round``, ``deliverable``, ``filed``, ``model``, ``heard`` (all that was queued goes to the model with its next
    request).
    """
    return Record(kind=kind, data=data)


def compacted(messages: tuple[Message, ...], usage: Usage) -> Record:
    """The conversation was made shorter; ``messages`` replaces it."""
    data = {
        "messages": [message_to_json(message) for message in messages],
        "usage": usage_to_json(usage),
    }
    return Record(kind="compacted", data=data)
