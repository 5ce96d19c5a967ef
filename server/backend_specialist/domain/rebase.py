"""A change on a text that has moved since.

Owns the three-way merge. Never guesses: what two sides changed differently is a conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from merge3 import Merge3

from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.document import Snapshot, split_lines
from backend_specialist.domain.matching import Block, matching_blocks


def rebase(change: FileChange, current: Snapshot) -> FileChange | None:
    """Give the change over the current text (its new base), ``None`` on conflict.

    What both sides changed alike is no conflict. A file to be created that exists now is one,
    unless its text is the proposed one; so is a file to be deleted whose text is another.
    """
    if change.delete:
        return replace(change, base=current) if current.text == change.base_text else None
    if current.text == change.text:
        return replace(change, base=current)
    if change.base is None:
        return None
    if current.text == change.base.text:
        return replace(change, base=current)
    text = merged(change.base.text, change.text, current.text)
    return None if text is None else replace(change, base=current, text=text)


def only_shifted(before: FileChange, after: FileChange) -> bool:
    """Whether two changes say the same, if perhaps elsewhere: what was shown is what is applied."""
    return _said(before) == _said(after)


def _said(change: FileChange) -> tuple[object, ...]:
    pairs = tuple((hunk.old, hunk.new) for hunk in hunks(change))
    return change.path, change.base is None, change.delete, pairs


def merged(base: str, proposed: str, current: str) -> str | None:
    """Give a text with both what was proposed on ``base`` and what is in ``current``, ``None`` on conflict."""
    merge = Merge3(
        split_lines(base),
        split_lines(proposed),
        split_lines(current),
        sequence_matcher=_Matcher,
    )
    parts: list[str] = []
    for group in merge.merge_groups():
        if group[0] == "conflict":
            return None
        parts += group[1]
    return "".join(parts)


class _Matcher:
    """Our matching of lines, as merge3 wants it."""

    def __init__(self, _junk: None, a: Sequence[str], b: Sequence[str]) -> None:
        self._a, self._b = a, b

    def get_matching_blocks(self) -> list[Block]:
        """End with an empty block, as difflib does."""
        return [*matching_blocks(self._a, self._b), (len(self._a), len(self._b), 0)]
