"""A session in one row of a list.

Owns what is said of a session there, which commands make sense for it now, and when its stored summary is enough: a
list must not read the whole record of every session that there ever was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.domain.deliverable import without_refused
from backend_specialist.domain.failure import failure_to_json
from backend_specialist.domain.ports import SessionHead
from backend_specialist.domain.proposal import Result
from backend_specialist.domain.specification import Specification, unanswered
from backend_specialist.sessions.codec import outcomes_for_clients, usage_to_json
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.facts import SessionFacts
from backend_specialist.sessions.state import State

_READS = ("showTranscript", "showDeliverable")


def summary_of(facts: SessionFacts, state: State) -> Mapping[str, Any]:
    """Give what is kept beside the status.

    ``waiting`` says whether there is a proposal without an answer, ``revertible`` whether there is an applied edit that
    was not taken back; the latter only tells which commands make sense.
    """
    return {
        "specification": _specification(facts.specification, state),
        "error": _error(state),
        "files": sorted({item.label for item in state.outcomes}),
        "outcomes": outcomes_for_clients(state.outcomes),
        "usage": usage_to_json(state.usage),
        "waiting": bool(state.waiting),
        "deliverable": bool(state.deliverable),
        "revertible": bool(state.applied),
    }


def _specification(found: Specification | None, state: State) -> Mapping[str, Any] | None:
    """The task that was implemented, and which of its criteria the report does not answer."""
    if found is None:
        return None
    answers = without_refused(state.claims, state.outcomes).criteria if state.claims else ()
    left = [{"id": each.id, "text": each.text} for each in unanswered(found.criteria, answers)]
    return {"id": found.id, "home": found.home, "unanswered": left}


def _error(state: State) -> Mapping[str, Any] | None:
    """What is said of the failure of a failed session."""
    if state.status != Status.FAILED or not state.error_kind:
        return None
    return failure_to_json(state.error_kind, state.reason) | {"attempts": len(state.attempts)}


def is_final(head: SessionHead) -> bool:
    """Whether nothing can have been recorded after the summary: it is stored with the last status."""
    status = Status(head.status)
    return bool(head.summary) and status.ended and status is not Status.INTERRUPTED


def row(
    head: SessionHead, status: Status, summary: Mapping[str, Any], *, elsewhere: bool = False
) -> dict[str, Any]:
    """Give a session as clients see it; ``elsewhere``: another process runs it, where alone something can be done."""
    return {
        "sessionId": head.id,
        "title": head.title,
        "agent": head.agent,
        "status": status.value,
        "startedAt": head.started_at,
        # Stored by a version that knew of neither.
        "specification": None,
        "error": None,
        **{key: value for key, value in summary.items() if key != "revertible"},
        "actions": [name for name in actions(status, summary) if name in _READS or not elsewhere],
    }


def actions(status: Status, summary: Mapping[str, Any]) -> list[str]:
    """The commands of ``docs/protocol.md`` that make sense for a session now."""
    # What a cancelled session had proposed was given up by the user.
    left_waiting = status.ended and bool(summary["waiting"]) and status is not Status.CANCELLED
    accepted = any(item["result"] == Result.ACCEPTED.value for item in summary["outcomes"])
    possible = {
        "review": status is Status.AWAITING_REVIEW or left_waiting,
        "answer": status is Status.AWAITING_ANSWER,
        "cancel": not status.ended,
        "reply": True,
        # A version that did not store it knew of no more than the outcomes.
        "revert": status.ended and summary.get("revertible", accepted),
        "showTranscript": True,
        "showDeliverable": summary["deliverable"],
        "saveDeliverable": summary["deliverable"] and status.ended,
        "deleteSession": status.ended,
    }
    return [name for name, makes_sense in possible.items() if makes_sense]
