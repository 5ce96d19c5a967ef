"""What the records of changes and their review change in a session's state.

Owns the meaning of those kinds. Each step gives the state after one record, from its data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from backend_specialist.domain.changeset import FileChange, change_from_json
from backend_specialist.domain.declined import declined
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.sessions.codec import outcome_from_json, proposal_from_json
from backend_specialist.sessions.state import State, Step


def _changed(state: State, data: Mapping[str, Any]) -> State:
    return replace(state, changes=state.changes.with_file(change_from_json(data["change"])))


def _dropped(state: State, data: Mapping[str, Any]) -> State:
    return replace(state, changes=state.changes.without(data["path"]))


def _asked(state: State, data: Mapping[str, Any]) -> State:
    proposals = tuple(proposal_from_json(item) for item in data["proposals"])
    return replace(state, waiting=proposals, applying=None, beside=())


def _applying(state: State, data: Mapping[str, Any]) -> State:
    beside = tuple(outcome_from_json(item) for item in data["beside"])
    return replace(
        state,
        applying=proposal_from_json(data["proposal"]),
        previewed=data.get("previewed", False),
        beside=beside,
    )


def _outcome(state: State, data: Mapping[str, Any]) -> State:
    proposal = proposal_from_json(data["proposal"])
    outcomes = tuple(outcome_from_json(item) for item in data["outcomes"])
    changes = state.changes
    for change in proposal.changes:
        changes = changes.without(change.path)
    news = any(change.path not in state.filing for change in proposal.changes)
    reasons = tuple(dict.fromkeys(item.reason for item in outcomes if _refused_with_reason(item)))
    return replace(
        state,
        changes=changes,
        waiting=tuple(item for item in state.waiting if item.id != proposal.id),
        applying=None,
        beside=(),
        applied=_in_force(state.applied, map(change_from_json, data["applied"])),
        outcomes=(*state.outcomes, *outcomes),
        untold=(*state.untold, *outcomes),
        refusals=(*state.refusals, *reasons),
        declined=(*state.declined, *declined(proposal, outcomes)),
        unfiled=state.unfiled or news,
    )


def _refused_with_reason(item: HunkOutcome) -> bool:
    return item.result is Result.REFUSED and bool(item.reason)


def _in_force(
    applied: tuple[FileChange, ...], parts: Iterable[FileChange]
) -> tuple[FileChange, ...]:
    """A deletion is the reverse of a creation: then there is nothing of that file to take back."""
    every = (*applied, *parts)
    gone = {change.path for change in every if change.delete}
    return tuple(change for change in every if change.path not in gone)


def _reverted(state: State, data: Mapping[str, Any]) -> State:
    if "paths" not in data:
        # Of a version that counted all as taken back, or nothing.
        return replace(state, applied=())
    kept = tuple(change for change in state.applied if change.path not in data["paths"])
    return replace(state, applied=(*kept, *map(change_from_json, data["left"])))


EDITS: Mapping[str, Step] = {
    "changed": _changed,
    "dropped": _dropped,
    "asked": _asked,
    "applying": _applying,
    "outcome": _outcome,
    "reverted": _reverted,
}
