"""A session in one row of a list.

Owns what is said of a session there, and when its stored summary is enough: a list must not read the whole record of
every session that there ever was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.domain.ports import SessionHead
from backend_specialist.sessions.codec import outcomes_for_clients, usage_to_json
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.state import State


def summary_of(state: State) -> Mapping[str, Any]:
    """Give what is kept beside the status; ``waiting`` says whether there is a proposal without an answer."""
    return {
        "files": sorted({item.label for item in state.outcomes}),
        "outcomes": outcomes_for_clients(state.outcomes),
        "usage": usage_to_json(state.usage),
        "waiting": bool(state.waiting),
        "deliverable": bool(state.deliverable),
    }


def is_final(head: SessionHead) -> bool:
    """Whether nothing can have been recorded after the summary: it is stored with the last status."""
    status = Status(head.status)
    return bool(head.summary) and status.ended and status is not Status.INTERRUPTED


def row(head: SessionHead, status: Status, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Give a session as clients see it."""
    return {
        "sessionId": head.id,
        "title": head.title,
        "agent": head.agent,
        "status": status.value,
        "startedAt": head.started_at,
        **summary,
    }
