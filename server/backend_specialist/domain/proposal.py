"""A proposal: what the user is asked about, and what became of it.

Owns the identity of a proposal (a digest of base and proposed text, so that a late answer never
approves something newer), the answers to it, the outcomes and how the model hears of them.
Compares nothing (``domain.outcome`` does).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend_specialist.domain.changeset import FileChange


class Result(StrEnum):
    """What became of one hunk.

    ``UNVERIFIED``: the text cannot be seen. ``FAILED``: the editor could not or would not.
    ``STALE``: the user's text moved under it, and it was never applied.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    ALTERED = "altered"
    STALE = "stale"
    FAILED = "failed"
    UNVERIFIED = "unverified"


_MEANING = {
    Result.ACCEPTED: "it is in the file",
    Result.REFUSED: "not applied, the old text stands",
    Result.ALTERED: "neither the old nor the proposed text stands there now",
    Result.STALE: "not applied, the text had changed meanwhile: read the file again",
    Result.FAILED: "not applied, the editor could not do it",
    Result.UNVERIFIED: "the editor shows no change of this text, so it is not known whether it was applied",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class HunkOutcome:
    """``lines`` is what a person reads (``12-15``, 1-based, of the text before).

    ``actual`` is what stands there now, only if altered.
    """

    path: str
    label: str
    hunk: str
    result: Result
    lines: str = ""
    reason: str = ""
    actual: str = ""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One question. All changes are protected (then there is one file) or none is."""

    id: str
    changes: tuple[FileChange, ...]
    round: int = 1
    title: str = ""

    @property
    def protected(self) -> str:
        """Why this needs a question of its own; empty when it does not."""
        return self.changes[0].protected if self.changes else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the user decided.

    ``decision`` is ``applyAll``, ``apply`` (only ``hunks``), ``review`` (the editor's own preview)
    or ``reject``.
    """

    proposal_id: str
    decision: str
    hunks: frozenset[str] = frozenset()
    reason: str = ""


def proposal_id(changes: Sequence[FileChange]) -> str:
    """Name the exact question: other files, another base or another proposed text is another name."""
    parts = [
        [
            change.path,
            change.label,
            change.base.digest if change.base else "new",
            "delete" if change.delete else "text",
            change.text,
        ]
        for change in changes
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def proposals(
    changes: Sequence[FileChange],
    *,
    round: int,
    title: str,
) -> tuple[Proposal, ...]:
    """Make the questions: the ordinary files together first, then one for each protected file."""
    ordinary = tuple(change for change in changes if not change.protected)
    groups = ([ordinary] if ordinary else []) + [(c,) for c in changes if c.protected]
    return tuple(
        Proposal(id=proposal_id(group), changes=group, round=round, title=title) for group in groups
    )


def outcome_summary(outcomes: Sequence[HunkOutcome]) -> str:
    """Tell the model what became of its edits: file by file, with lines, reasons and real texts."""
    if not outcomes:
        return "There were no edits to review."
    accepted = sum(outcome.result is Result.ACCEPTED for outcome in outcomes)
    if accepted == len(outcomes):
        head = f"All {accepted} edits were accepted and are in the files."
    else:
        head = f"{accepted} of {len(outcomes)} edits were accepted."
    parts = [f"{head} Lines are those of the text before the edits."]
    for path in dict.fromkeys(outcome.path for outcome in outcomes):
        parts += _file_summary([outcome for outcome in outcomes if outcome.path == path])
    return "\n".join(parts)


def _file_summary(outcomes: Sequence[HunkOutcome]) -> Iterable[str]:
    yield f"{outcomes[0].label}:"
    groups: dict[tuple[Result, str, str], list[str]] = {}
    for outcome in outcomes:
        key = (outcome.result, outcome.reason, outcome.actual)
        groups.setdefault(key, []).append(outcome.lines)
    for (result, reason, actual), lines in groups.items():
        yield f"- {result}: {_place(lines)} ({_MEANING[result]})"
        if reason:
            yield f"  reason given: {reason}"
        if result is Result.ALTERED:
            yield f"  now there:\n{actual}".rstrip("\n") if actual else "  now there: nothing"


def _place(lines: Sequence[str]) -> str:
    known = [line for line in lines if line]
    if not known:
        return "the whole file"
    several = len(known) > 1 or "-" in known[0]
    return f"{'lines' if several else 'line'} {', '.join(known)}"
