"""The lines of a file that look most like a text that is not in it.

Owns the hint after a failed edit, by which a model can correct itself. Bounded in time and in size.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from backend_specialist.domain.lines import split_lines, without_ending

_MOST_LINES = 50_000
_MOST_PROBES = 3
_MOST_WORDS = 12
_MOST_CANDIDATES = 40
_WIDTH = 160
_LEAST_LIKENESS = 0.6
_WORD = re.compile(r"\w+")

_Hit = tuple[float, int]  # how much speaks for it, and the line where the text would begin


def nearest(content: str, old: str, *, places: int = 3, height: int = 6) -> str:
    """Give numbered lines of up to ``places`` places, the most alike first; empty if none is."""
    lines, searched = split_lines(content)[:_MOST_LINES], split_lines(old)
    height = min(height, max(len(searched), 1) + 1)
    hits = sorted(_hits(lines, searched), key=lambda hit: (-hit[0], hit[1]))
    chosen: list[int] = []
    for weight, start in hits:
        apart = all(abs(start - other) >= height for other in chosen)
        if apart and len(chosen) < places and weight >= hits[0][0] / 2:
            chosen.append(start)
    return "\n...\n".join(_numbered(lines, start, height) for start in chosen)


def _hits(lines: Sequence[str], searched: Sequence[str]) -> list[_Hit]:
    """Look for the longest searched lines; a long one says more than a short one."""
    bare = [line.strip()[:_WIDTH] for line in searched]
    order = sorted(range(len(bare)), key=lambda number: -len(bare[number]))
    return [
        (likeness * len(bare[number]), max(0, line - number))
        for number in order[:_MOST_PROBES]
        for likeness, line in _alike(lines, bare[number])
    ]


def _alike(lines: Sequence[str], probe: str) -> list[_Hit]:
    words = sorted(set(_WORD.findall(probe)), key=len)[-_MOST_WORDS:]
    shared = ((sum(word in line for word in words), -number) for number, line in enumerate(lines))
    candidates = sorted((pair for pair in shared if pair[0]), reverse=True)[:_MOST_CANDIDATES]
    matcher = SequenceMatcher(None, b=probe, autojunk=False)
    hits = []
    for _, negative in candidates:
        matcher.set_seq1(lines[-negative].strip()[:_WIDTH])
        if matcher.quick_ratio() >= _LEAST_LIKENESS and matcher.ratio() >= _LEAST_LIKENESS:
            hits.append((matcher.ratio(), -negative))
    return hits


def _numbered(lines: Sequence[str], start: int, height: int) -> str:
    shown = enumerate(lines[start : start + height], start=start + 1)
    return "\n".join(f"{number}: {_cut(without_ending(line))}" for number, line in shown)


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[:_WIDTH] + "…"
