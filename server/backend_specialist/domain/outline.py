"""Where a selection lies: the declarations around it, and what its file imports.

Owns the reading of lines by indentation, which also finds its way in a text that does not parse. It is a hint for the
model, not a parser: what it misses, the model reads in the file. Every text is read in time that grows with its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backend_specialist.domain.languages import Language

_MOST_LOOKED_AT = 300
_MOST_IMPORT_LINES = 120
_MOST_LINES_OF_ONE = 40
_MOST_LINES_OF_HEAD = 400
_MOST_LINES_ABOVE = 20_000
_DEEPEST = 8
_TAB = 4

# An open bracket, the last character of a block's head, or a word that begins one.
_OPENS = re.compile(
    r"[(\[{][^()\[\]{}]*$|(?:[:|]|=>|->|\b(?:do|then|else|begin))$"
    r"|^(?:if|unless|while|until|case|for|begin)\b"
)
_CLOSES = re.compile(r"[)\]}]|end\b")


def enclosing(language: Language, lines: Sequence[str], first: int) -> tuple[str, ...]:
    """The declarations around line ``first`` (from 0), the outermost first, each as its line stands.

    A declaration on that line itself is not around it.
    """
    found: list[str] = []
    depth = _depth_at(lines, first)
    for line in reversed(lines[max(0, first - _MOST_LINES_ABOVE) : first]):
        if depth == 0 or len(found) == _DEEPEST:
            break
        text = _code(language, line)
        if not text or (own := _indent(line)) >= depth:
            continue
        if language.declaration.match(text):
            found.append(text)
            depth = own
        elif text == "{" or _CLOSES.match(text):
            # What opens after all, such as ``) -> None:``, belongs to a line above of the same depth.
            depth = own + bool(_OPENS.search(text))
        elif _OPENS.search(text):
            depth = own
    return tuple(reversed(found))


def imports(language: Language, lines: Sequence[str]) -> tuple[str, ...]:
    """The import lines at the beginning of a file, as they stand, those of several lines whole."""
    return tuple(_imports(language, lines[:_MOST_LINES_OF_HEAD]))[:_MOST_IMPORT_LINES]


def _imports(language: Language, lines: Sequence[str]) -> Iterator[str]:
    left = open_brackets = 0
    for line in lines:
        text = line[:_MOST_LOOKED_AT].rstrip()
        if not left and language.imports.match(text):
            left, open_brackets = _MOST_LINES_OF_ONE, 0
        if left:
            yield text
            open_brackets += sum(map(text.count, "([{")) - sum(map(text.count, ")]}"))
            left = left - 1 if open_brackets > 0 or text.endswith("\\") else 0


def _code(language: Language, line: str) -> str:
    """The line without indentation; empty where it is blank or a comment."""
    text = line[:_MOST_LOOKED_AT].strip()
    return "" if language.comment.match(text) else text


def _depth_at(lines: Sequence[str], first: int) -> int:
    """The indentation of the first line from ``first`` on that is not blank."""
    return next((_indent(line) for line in lines[first:] if line.strip()), 0)


def _indent(line: str) -> int:
    head = line[:_MOST_LOOKED_AT]
    blank = head[: len(head) - len(head.lstrip())]
    return len(blank.expandtabs(_TAB))
