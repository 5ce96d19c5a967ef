"""Single lines of the architect's files: headings, items, labels, and what is code instead.

Owns how each is recognised, which is lenient. Knows no task and no part of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(.*)")
ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,4}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)")
"""An item of a list: its indent, and its text without a check box."""
_FENCE = re.compile(r"[ \t]*(```|~~~)")
_LABEL = re.compile(
    r"\W{0,4}(acceptance criteria|criteria|dependenc(?:ies|y)|depends on|blocked by|status)\b[^:\w]{0,4}(:?)[ *_]*(.*)",
    re.IGNORECASE,
)


def heading(line: str) -> tuple[int, str] | None:
    """Level and text of a heading."""
    match = _HEADING.match(line)
    return (len(match[1]), match[2].rstrip(" \t#")) if match else None


def headings(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Line, level and text of each heading."""
    for number, line in outside_code(enumerate(lines)):
        if found := heading(line):
            yield number, *found


def outside_code(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The numbered lines that are in no block of code."""
    fence = ""
    for number, line in lines:
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        elif not fence:
            yield number, line


def label(text: str) -> tuple[str, str]:
    """Which part a line begins, and what stands behind the label; it is one if a colon or nothing follows."""
    match = _LABEL.fullmatch(text.strip())
    if not match or (match[3] and not match[2]):
        return "", ""
    word = match[1].lower()
    part = {"a": "criteria", "c": "criteria", "s": "status"}.get(word[0], "dependencies")
    return part, match[3].strip()
