"""JSON forms of what the store keeps and events carry.

Owns the spelling; both directions stand side by side. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend_specialist.domain.changeset import change_from_json, change_to_json
from backend_specialist.domain.proposal import HunkOutcome, Proposal, Result
from backend_specialist.domain.transcript import Usage


def proposal_to_json(proposal: Proposal) -> dict[str, Any]:
    """Give a proposal as JSON, base texts included."""
    return {
        "id": proposal.id,
        "round": proposal.round,
        "title": proposal.title,
        "changes": [change_to_json(change) for change in proposal.changes],
    }


def proposal_from_json(raw: Mapping[str, Any]) -> Proposal:
    """Read what :func:`proposal_to_json` gave."""
    changes = tuple(change_from_json(item) for item in raw["changes"])
    return Proposal(id=raw["id"], round=raw["round"], title=raw["title"], changes=changes)


def outcome_to_json(item: HunkOutcome) -> dict[str, Any]:
    """Give an outcome as JSON."""
    return {
        "path": item.path,
        "file": item.label,
        "hunk": item.hunk,
        "result": item.result.value,
        "lines": item.lines,
        "reason": item.reason,
        "actual": item.actual,
    }


def outcomes_for_clients(items: Iterable[HunkOutcome]) -> list[dict[str, Any]]:
    """Give outcomes as clients see them: without the text that stands there now."""
    return [{k: v for k, v in outcome_to_json(item).items() if k != "actual"} for item in items]


def outcome_from_json(raw: Mapping[str, Any]) -> HunkOutcome:
    """Read what :func:`outcome_to_json` gave."""
    return HunkOutcome(
        path=raw["path"],
        label=raw["file"],
        hunk=raw["hunk"],
        result=Result(raw["result"]),
        lines=raw["lines"],
        reason=raw["reason"],
        actual=raw["actual"],
    )


def usage_to_json(usage: Usage) -> dict[str, Any]:
    """Give usage as clients see it; an unknown cost is ``null``."""
    return {
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "cacheReadTokens": usage.cache_read_tokens,
        "cacheWriteTokens": usage.cache_write_tokens,
        "cost": usage.cost,
    }


def usage_from_json(raw: Mapping[str, Any]) -> Usage:
    """Read what :func:`usage_to_json` gave."""
    return Usage(
        input_tokens=raw["inputTokens"],
        output_tokens=raw["outputTokens"],
        cache_read_tokens=raw["cacheReadTokens"],
        cache_write_tokens=raw["cacheWriteTokens"],
        cost=raw["cost"],
    )
