"""Parts of a long text or list, with a footer that says honestly what is missing.

Owns the limits of what one call gives. Reads nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend_specialist.domain.document import split_lines
from backend_specialist.tools.registry import ToolFailed

MOST_BYTES = 50 * 1024
"""How much text one call gives at most."""

LONGEST_LINE = 2000
"""Where a line is cut, in characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Lines ``first`` to ``last`` (1-based, inclusive) as they are shown."""

    lines: tuple[str, ...]
    first: int
    last: int
    footer: str

    def title(self, name: str) -> str:
        """One line for people: ``src/app.py:1-40``."""
        return f"{name}:{self.first}-{self.last}" if self.lines else name


def cut(line: str) -> str:
    """Give a line without its end, and with a note where it was too long."""
    line = line.rstrip("\r\n")
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[:LONGEST_LINE]}… (line cut at {LONGEST_LINE} characters)"


def text_page(text: str, offset: int, limit: int) -> Page:
    """Number the lines of a text from ``offset`` on."""
    lines = split_lines(text)
    _check_offset(offset, len(lines), "line", "file")
    wanted = lines[offset - 1 : offset - 1 + limit]
    shown = _within([f"{offset + index}: {cut(line)}" for index, line in enumerate(wanted)])
    last = offset - 1 + len(shown)
    return Page(
        lines=tuple(shown), first=offset, last=last, footer=_footer(offset, last, lines, wanted)
    )


def _footer(first: int, last: int, lines: Sequence[str], wanted: Sequence[str]) -> str:
    if last == len(lines):
        return f"(End of file: {_counted(len(lines), 'line')} in total)"
    capped = last < first - 1 + len(wanted)
    why = f"Output capped at {MOST_BYTES // 1024} KB. " if capped else ""
    return f"({why}Showing lines {first}-{last} of {len(lines)}. Use offset={last + 1} to go on.)"


def entry_page(entries: Sequence[str], offset: int, limit: int) -> Page:
    """Give the entries of a directory from ``offset`` on."""
    _check_offset(offset, len(entries), "entry", "directory")
    shown = _within(list(entries[offset - 1 : offset - 1 + limit]))
    last = offset - 1 + len(shown)
    footer = f"({_counted(len(entries), 'entry')})"
    if last < len(entries):
        footer = (
            f"(Showing entries {offset}-{last} of {len(entries)}. Use offset={last + 1} to go on.)"
        )
    return Page(lines=tuple(shown), first=offset, last=last, footer=footer)


def _check_offset(offset: int, total: int, noun: str, what: str) -> None:
    if offset > max(total, 1):
        raise ToolFailed(
            f"Offset {offset} is out of range: the {what} has {_counted(total, noun)}. Use a smaller offset."
        )


def _within(lines: list[str]) -> list[str]:
    size = 0
    for index, line in enumerate(lines):
        size += len(line.encode("utf-8", "replace")) + 1
        if size > MOST_BYTES:
            return lines[:index]
    return lines


def _counted(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{number} {noun}s"
