"""The front matter of a Markdown file: strict YAML with the place of everything in it.

Owns how such a file is split and read. PyYAML is made as strict as the format's home: ``yes``, ``on`` and dates
are text, a key may stand only once, and the order of keys is kept. The file may come from anyone, so its
size, depth and aliases are bounded, and whatever is wrong becomes a problem, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from backend_specialist.adapters.yaml_values import Reading, StrictLoader
from backend_specialist.domain.agent import Place, Problem
from backend_specialist.domain.lines import LineIndex, PositionEncoding, split_lines, without_ending

MAX_FILE = 256 * 1024
"""Characters of a whole file."""
MAX_HEADER = 32 * 1024
"""Characters of front matter; it is read slowly, and a real one has a few hundred."""

_COLON_IN_VALUE = re.compile(r"([A-Za-z_][\w-]*\s*:\s+)([^\s>|\"'\[{].*?)(\s*)\Z", re.DOTALL)
_HINTS = {
    "mapping values are not allowed": "Put a value that contains ': ' in quotes.",
    "while scanning an alias": "Put a name or value that begins with '*' in quotes.",
    "while scanning an anchor": "Put a value that begins with '&' in quotes.",
    "cannot start any token": "Indent with spaces, and put unusual values in quotes.",
}


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """What stands in front of a Markdown text, and the text.

    ``places`` has the place of the value for every key path (``permission.edit``), and that of the key
    itself under the path with ``:key`` behind it.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read(text: str) -> FrontMatter:
    """Read a file's text; a fault gives a problem and no values."""
    if len(text) > MAX_FILE:
        return _broken(text[:80], f"The file has more than {MAX_FILE:,} characters. Shorten it.")
    lines = split_lines(text.removeprefix("\ufeff"))
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter(body="".join(lines))
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() == "---"), None)
    if end is None:
        return _broken(lines[0], "The front matter is never closed. Add a line '---' after it.")
    header = [without_ending(line) for line in lines[1:end]]
    if sum(map(len, header)) > MAX_HEADER:
        return _broken(
            lines[0],
            f"The front matter has more than {MAX_HEADER:,} characters. Move text below it.",
        )
    return _read_header(header, body="".join(lines[end + 1 :]))


def _read_header(header: list[str], *, body: str) -> FrontMatter:
    first = _parse(header, header)
    if isinstance(first, Reading):
        return _result(first, body)
    quoted = [_quoted(line) for line in header]
    again = first if quoted == header else _parse(quoted, header)
    if isinstance(again, Problem):
        return FrontMatter(body=body, problems=(first,))
    for number, (line, changed) in enumerate(zip(header, quoted, strict=True)):
        if line != changed:
            again.problem(
                "This value contains ': ' and was read as text. Put it in quotes.",
                Place(line=number + 1, column=0, end_line=number + 1, end_column=len(line)),
                severity="warning",
                code="unquoted",
            )
    return _result(again, body)


def _result(reading: Reading, body: str) -> FrontMatter:
    return FrontMatter(
        values=reading.values, body=body, places=reading.places, problems=tuple(reading.problems)
    )


def _parse(header: list[str], original: list[str]) -> Reading | Problem:
    """Parse lines that stand for the original ones, which give the places."""
    text = "\n".join(header) + "\n"
    index = LineIndex(text)

    def place(start: int, end: int) -> Place:
        (line, column), (end_line, end_column) = _at(start), _at(max(start, end))
        return Place(line=line + 1, column=column, end_line=end_line + 1, end_column=end_column)

    def _at(offset: int) -> tuple[int, int]:
        position = index.position_at(offset, PositionEncoding.UTF32)
        if position.line >= len(original):
            return max(0, len(original) - 1), len(original[-1]) if original else 0
        return position.line, min(position.character, len(original[position.line]))

    try:
        loader = StrictLoader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        return Reading.of(node, place)
    except yaml.YAMLError as error:
        offset = _offset_of(error)
        return Problem(message=_message(error), place=place(offset, offset + 1), code="yaml")


def _offset_of(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return int(mark.index) if mark else int(getattr(error, "position", 0))


def _message(error: yaml.YAMLError) -> str:
    context = str(getattr(error, "context", None) or "")
    fault = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
    hints = [hint for words, hint in _HINTS.items() if words in context or words in fault]
    return " ".join([f"The front matter is not valid YAML: {fault}.", *hints])


def _quoted(line: str) -> str:
    """Quote a top-level value that contains a colon, as the format's home does when YAML fails."""
    match = _COLON_IN_VALUE.match(line)
    if not match or not re.search(r":(\s|\Z)", match[2]):
        return line
    return f"{match[1]}'{match[2].replace(chr(39), chr(39) * 2)}'{match[3]}"


def _broken(first_line: str, message: str) -> FrontMatter:
    width = len(without_ending(first_line))
    place = Place(line=0, column=0, end_line=0, end_column=width)
    return FrontMatter(problems=(Problem(message=message, place=place, code="front-matter"),))
