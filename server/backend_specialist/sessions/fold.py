"""A session's state as a fold over its records.

Owns which kinds there are, and the meaning of those about the session as a whole. A running session and a restored one
are built by the same function, so nothing can be known to the one that the other would forget. Stores nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from backend_specialist.domain.claims import claims_from_json
from backend_specialist.domain.ports import Record
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.fold_edits import EDITS
from backend_specialist.sessions.fold_talk import TALK
from backend_specialist.sessions.state import State, Step, attempt


def restore(records: Iterable[Record]) -> State:
    """Build the state from all records of a session."""
    state = State()
    for record in records:
        state = fold(state, record)
    return state


def fold(state: State, record: Record) -> State:
    """Give the state after one more record; an unknown kind (of a newer version) changes nothing."""
    step = _STEPS.get(record.kind)
    return step(state, record.data) if step else state


def _claims(state: State, data: Mapping[str, Any]) -> State:
    claims = claims_from_json(data["claims"])
    return replace(state, claims=claims, claimed_at=len(state.outcomes), unfiled=True)


def _approved(state: State, data: Mapping[str, Any]) -> State:
    entry = {data["id"]: (data["permission"], data["pattern"])}
    return replace(state, approved={**state.approved, **entry})


def _revoked(state: State, data: Mapping[str, Any]) -> State:
    left = {key: value for key, value in state.approved.items() if key != data["id"]}
    return replace(state, approved=left)


def _status(state: State, data: Mapping[str, Any]) -> State:
    # Who cancels takes back what was not heard yet.
    queued = () if data["status"] == Status.CANCELLED else state.queued
    return replace(state, queued=queued, status=data["status"], reason=data.get("reason", ""))


def _failed(state: State, data: Mapping[str, Any]) -> State:
    return replace(
        state,
        attempts=(*state.attempts, attempt(state, data["reason"])),
        error_kind=data["errorKind"],
        error_context=data["text"],
    )


_STEPS: Mapping[str, Step] = {
    **TALK,
    **EDITS,
    "claims": _claims,
    "round": lambda state, _: replace(state, round=state.round + 1),
    "sentBack": lambda state, _: replace(state, sent_back=True),
    "unanswered": lambda state, data: replace(
        state, unanswered=(*state.unanswered, data["question"])
    ),
    "approved": _approved,
    "revoked": _revoked,
    "deliverable": lambda state, data: replace(state, deliverable=data["text"]),
    "filed": lambda state, data: replace(state, filing=tuple(data["paths"]), unfiled=False),
    "failed": _failed,
    "status": _status,
}
