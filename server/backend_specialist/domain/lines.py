"""Lines and positions of a text.

Owns what a line is (LSP's rule: ``\\n``, ``\\r\\n`` or ``\\r`` end one and nothing else does,
unlike ``str.splitlines``) and the conversion between positions and offsets. Changes no text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

_ODD_BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class PositionEncoding(StrEnum):
    """The unit of ``Position.character`` that client and server agreed on."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """Zero-based line and character; the unit of ``character`` is the agreed encoding's."""

    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Range:
    """Half-open."""

    start: Position
    end: Position


def split_lines(text: str) -> list[str]:
    """Split after each ``\\n``, ``\\r\\n`` and ``\\r``, which are kept; no empty last line."""
    if any(mark in text for mark in _ODD_BREAKS):
        return _LINE.findall(text)
    return text.splitlines(keepends=True)


def without_ending(line: str) -> str:
    """Give a line of :func:`split_lines` without its line end."""
    return line[:-2] if line.endswith("\r\n") else line.rstrip("\r\n")


def units(text: str, encoding: PositionEncoding) -> int:
    """Length of a text in units of the encoding."""
    if encoding is PositionEncoding.UTF32 or text.isascii():
        return len(text)
    if encoding is PositionEncoding.UTF8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def index_of(line: str, character: int, encoding: PositionEncoding) -> int:
    """Index in a line of a position's ``character``.

    Inside a character: its start. Behind the text: before the line end.
    """
    body = without_ending(line)
    most = max(0, min(character, len(body)))
    if units(body[:most], encoding) <= character:
        return most
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if units(body[:middle], encoding) <= character:
            low = middle
        else:
            high = middle - 1
    return low


class LineIndex:
    """Converts between offsets (code points) and positions; an empty last line counts."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        lines = split_lines(self._text)
        starts = list(accumulate(map(len, lines), initial=0))
        if lines and not lines[-1].endswith(("\n", "\r")):
            starts.pop()
        return starts

    @property
    def line_count(self) -> int:
        """At least 1; a text that ends with a line end has an empty last line."""
        return len(self._starts)

    def line_start(self, line: int) -> int:
        """Offset of a line's first character; the nearer end of the text for no such line."""
        if line < 0:
            return 0
        return self._starts[line] if line < len(self._starts) else len(self._text)

    def line_of(self, offset: int) -> int:
        """Line that holds an offset."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def offset_at(self, position: Position, encoding: PositionEncoding) -> int:
        """Offset of a position, clamped to the text and to before the line end."""
        start = self.line_start(position.line)
        if position.line < 0 or position.line >= len(self._starts):
            return start
        line = self._text[start : self.line_start(position.line + 1)]
        return start + index_of(line, position.character, encoding)

    def position_at(self, offset: int, encoding: PositionEncoding) -> Position:
        """Position of an offset, clamped to the text; inside ``\\r\\n`` the position before it."""
        offset = max(0, min(offset, len(self._text)))
        line = self.line_of(offset)
        start = self._starts[line]
        body = without_ending(self._text[start : self.line_start(line + 1)])
        return Position(line, units(body[: offset - start], encoding))
