"""What events say of proposals and questions.

Owns their form for clients, as docs/protocol.md has it. Emits nothing.
"""

from __future__ import annotations

from typing import Any

from backend_specialist.domain.changeset import Hunk, counts, hunks
from backend_specialist.domain.proposal import Proposal
from backend_specialist.sessions.events import Asking


def request_event(asking: Asking) -> dict[str, Any]:
    """Give a question or a permission as clients see it."""
    return {
        "requestId": asking.request_id,
        "title": asking.title,
        "detail": asking.detail,
        "options": list(asking.options),
    }


def proposal_event(proposal: Proposal) -> dict[str, Any]:
    """Give a proposal as clients see it; a range is of whole lines of the base."""
    added, removed = counts(proposal.changes)
    files = [
        {
            "path": change.path,
            "label": change.label,
            "uri": change.uri,
            "created": change.base is None,
            "deleted": change.delete,
            "protected": change.protected,
            "strategies": list(change.strategies),
            "hunks": [
                {"id": h.id, "range": _lines(h), "old": h.old, "new": h.new} for h in hunks(change)
            ],
        }
        for change in proposal.changes
    ]
    return {
        "proposalId": proposal.id,
        "title": proposal.title,
        "round": proposal.round,
        "protected": proposal.protected,
        "added": added,
        "removed": removed,
        "files": files,
    }


def _lines(hunk: Hunk) -> dict[str, Any]:
    start, end = ({"line": line, "character": 0} for line in (hunk.start, hunk.end))
    return {"start": start, "end": end}
