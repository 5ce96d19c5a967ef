"""What the user did not want: hunks of a change, known again wherever their lines are by now.

Owns when an edit is the same one again. What follows from that is for others to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend_specialist.domain.changeset import FileChange, Hunk, hunks
from backend_specialist.domain.document import split_lines
from backend_specialist.domain.matching import matching_blocks
from backend_specialist.domain.proposal import HunkOutcome, Proposal, Result

# The user said no to the one and yes to the other: both are decided.
_DECIDED = (Result.REFUSED, Result.UNVERIFIED)


@dataclass(frozen=True, kw_only=True)
class Declined:
    """Some hunks of a change, by id; the change is kept whole, since its base says where they belong."""

    change: FileChange
    ids: frozenset[str]

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """The hunks, ascending."""
        return tuple(hunk for hunk in hunks(self.change) if hunk.id in self.ids)

    def again(self, change: FileChange) -> frozenset[str]:
        """The hunks of ``change``, by id, that are the same edit in the same place.

        Lines may have shifted. An insertion is in the same place only between the same two lines.
        """
        if _kind(self.change) != _kind(change):
            return frozenset()
        now = _positions(split_lines(self.change.base_text), split_lines(change.base_text))
        known = {
            (tuple(now.get(line) for line in _place(hunk)), hunk.old, hunk.new)
            for hunk in self.hunks
        }
        return frozenset(h.id for h in hunks(change) if (_place(h), h.old, h.new) in known)


def declined(proposal: Proposal, outcomes: Iterable[HunkOutcome]) -> tuple[Declined, ...]:
    """What of a proposal the user has decided and does not have, by file."""
    decided = {(item.path, item.hunk) for item in outcomes if item.result in _DECIDED}
    found = (
        Declined(
            change=change,
            ids=frozenset(h.id for h in hunks(change) if (change.path, h.id) in decided),
        )
        for change in proposal.changes
    )
    return tuple(each for each in found if each.ids)


def _kind(change: FileChange) -> tuple[str, bool, bool]:
    return change.path, change.base is None, change.delete


def _place(hunk: Hunk) -> tuple[int, ...]:
    """The lines that a hunk replaces; those around it if it replaces none."""
    inside = tuple(range(hunk.start, hunk.end))
    return inside or (hunk.start - 1, hunk.start)


def _positions(before: Sequence[str], now: Sequence[str]) -> dict[int, int]:
    """Where the lines of a text are now; its two ends, too, count as lines."""
    blocks = matching_blocks(before, now)
    same = {i + step: j + step for i, j, size in blocks for step in range(size)}
    return {-1: -1, len(before): len(now), **same}
