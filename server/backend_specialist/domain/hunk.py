"""A hunk: one stretch of lines that is to become another.

Owns how two texts are cut into hunks and put together again. Knows no file and no document.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from backend_specialist.domain.lines import split_lines
from backend_specialist.domain.matching import matching_blocks

Span = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hunk:
    """Base lines ``[start, end)`` (zero-based) with text ``old`` become ``new``.

    ``id`` is derived from path, position and both texts, and unique within a proposal. A pure
    insertion has ``start == end``. Hunks of a file never touch: at least one unchanged line lies
    between two.
    """

    id: str
    start: int
    end: int
    old: str
    new: str


@lru_cache(maxsize=64)
def diff_hunks(path: str, base: str, text: str, *, whole: bool = False) -> tuple[Hunk, ...]:
    """Cut the way between two texts into hunks; ``whole`` gives exactly one, even an empty one."""
    a, b = split_lines(base), split_lines(text)
    spans = [(0, len(a), 0, len(b))] if whole else _differences(a, b)
    return tuple(
        _hunk(path, low, "".join(a[low:high]), "".join(b[start:end]), high)
        for low, high, start, end in spans
    )


def apply_hunks(base_text: str, hunks: Iterable[Hunk]) -> str:
    """Give the base text with these hunks (any of one file's, in any order) applied."""
    lines = split_lines(base_text)
    parts: list[str] = []
    at = 0
    for hunk in sorted(hunks, key=lambda hunk: hunk.start):
        parts += [*lines[at : hunk.start], hunk.new]
        at = hunk.end
    return "".join([*parts, *lines[at:]])


def _differences(a: list[str], b: list[str]) -> Iterator[Span]:
    i = j = 0
    for next_i, next_j, size in [*matching_blocks(a, b), (len(a), len(b), 0)]:
        if (i, j) != (next_i, next_j):
            yield i, next_i, j, next_j
        i, j = next_i + size, next_j + size


def _hunk(path: str, start: int, old: str, new: str, end: int) -> Hunk:
    name = json.dumps([path, start, end, old, new]).encode()
    return Hunk(id=hashlib.sha256(name).hexdigest()[:12], start=start, end=end, old=old, new=new)
