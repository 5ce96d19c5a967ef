"""Text of a model or a repository inside of a Markdown document of ours.

Owns the embedding: such text cannot pose as a heading, open a link or bring HTML, and an unclosed code block ends with
it. It keeps its lists, tables, emphasis and code. Everything is judged line by line, so a reader of Markdown that
takes a construct for more than one line finds less markup than we did, never more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_specialist.domain.display import visible

_FENCE = re.compile(r"\s*(`{3,}|~{3,})([^`]*)\Z")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")
_CONTAINERS = r"((?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*)"
_HEADING = re.compile(r"\A" + _CONTAINERS + r"(#{1,6})(?=\s|\Z)")
_UNDERLINE = re.compile(r"\A" + _CONTAINERS + r"((?:=+|-+)[\s]*)\Z")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)")
_OUTSIDE_CODE = re.compile(r"[\\<\[`]|~{3,}")
_BLANKS = re.compile(r"\s+")


def inline(text: str, limit: int = 2000) -> str:
    """One line, for a list item."""
    line = _BLANKS.sub(" ", _cut(text, limit)).strip()
    return _line(visible(line))


def block(text: str, limit: int = 40_000) -> str:
    """Paragraphs, lists and code; code blocks keep their text and get fences of ours."""
    shown = visible(_cut(text, limit).replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    return "\n".join(_blocks(shown.split("\n")))


def code(text: str, limit: int = 500) -> str:
    """A name or a path as code, on one line."""
    line = visible(_BLANKS.sub(" ", _cut(text, limit)).strip())
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if "`" in line else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + " …"


def _blocks(lines: list[str]) -> Iterator[str]:
    number = 0
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if opening is None:
            yield _line(lines[number])
            number += 1
            continue
        end = _fence_end(lines, number + 1, opening[1])
        body = lines[number + 1 : end]
        fence = "`" * max(3, _longest_run("\n".join(body)) + 1)
        language = _LANGUAGE.match(opening[2].strip())
        yield from (fence + (language[0] if language else ""), *body, fence)
        number = end + 1


def _fence_end(lines: list[str], start: int, opening: str) -> int:
    for number in range(start, len(lines)):
        closing = _FENCE.match(lines[number])
        if closing and closing[1].startswith(opening) and not closing[2].strip():
            return number
    return len(lines)


def _line(line: str) -> str:
    spans = list(_CODE.finditer(line))
    # The cells of a table are cut out before code is looked for, so code with a bar in it is none there.
    if any("|" in span[0] for span in spans):
        spans = []
    pieces: list[str] = []
    last = 0
    for span in spans:
        pieces += (_escaped(line[last : span.start()]), span[0])
        last = span.end()
    line = "".join((*pieces, _escaped(line[last:])))
    return _UNDERLINE.sub(r"\1\\\2", _HEADING.sub(r"\1\\\2", line, count=1), count=1)


def _escaped(text: str) -> str:
    return _OUTSIDE_CODE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    if match[0] == "<":
        return "&lt;"
    return "".join(f"\\{character}" for character in match[0])


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
