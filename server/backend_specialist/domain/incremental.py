"""A client's incremental changes to a text.

Owns the meaning of ``didChange``. Keeps no document.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend_specialist.domain.lines import (
    Position,
    PositionEncoding,
    Range,
    index_of,
    split_lines,
)


def apply_changes(
    text: str, changes: Sequence[tuple[Range | None, str]], encoding: PositionEncoding
) -> str:
    """Apply changes one after the other, each to the result of those before it.

    A range of ``None`` replaces the whole text. Positions are clamped, a range that runs backwards
    is turned. Works on a list of lines: a thousand small changes do not copy the text as often.
    """
    lines = _with_last(text)
    for span, new in changes:
        if span is None:
            lines = _with_last(new)
        else:
            _splice(lines, span, new, encoding)
    return "".join(lines)


def _with_last(text: str) -> list[str]:
    """Lines of which exactly the last has no line end (it may be empty)."""
    lines = split_lines(text)
    if not lines or lines[-1].endswith(("\n", "\r")):
        lines.append("")
    return lines


def _splice(lines: list[str], span: Range, new: str, encoding: PositionEncoding) -> None:
    places = (_place(lines, span.start, encoding), _place(lines, span.end, encoding))
    (first, begin), (last, end) = min(places), max(places)
    merged = lines[first][:begin] + new + lines[last][end:]
    if first and merged.startswith("\n") and lines[first - 1].endswith("\r"):
        first -= 1
        merged = lines[first] + merged
    split = _with_last if last == len(lines) - 1 else split_lines
    lines[first : last + 1] = split(merged)


def _place(lines: list[str], position: Position, encoding: PositionEncoding) -> tuple[int, int]:
    if position.line < 0:
        return 0, 0
    if position.line >= len(lines):
        return len(lines) - 1, len(lines[-1])
    return position.line, index_of(lines[position.line], position.character, encoding)
