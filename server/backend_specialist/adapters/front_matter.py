"""The front matter of a Markdown file: strict YAML with the place of everything in it.

Owns how such a file is split and read. PyYAML is made as strict as the format's home: ``yes``, ``on`` and dates
are text, a key may stand only once, and the order of keys is kept. The file may come from anyone, so its
size, depth and aliases are bounded, no pattern goes back over a line, and whatever is wrong becomes a problem,
never an exception; so does what looks like front matter and does not begin the file. A header that did not change
is not read again: most typing happens below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import yaml

from backend_specialist.adapters.yaml_values import Reading, StrictLoader
from backend_specialist.domain.agent import Fix, Place, Problem, Replacement
from backend_specialist.domain.lines import LineIndex, PositionEncoding, split_lines, without_ending

MAX_FILE = 256 * 1024
"""Characters of a whole file."""
MAX_HEADER = 32 * 1024
"""Characters of front matter; it is read slowly, and a real one has a few hundred."""

_OPENING = re.compile(r"---\s*(?:ya?ml)?")
_TOP_LEVEL_KEY = re.compile(r"[A-Za-z_][\w-]*\s*:\s+(?=[^\s>|\"'\[{])")
_STAR_KEY = re.compile(r"(\s*)(\*[^\s:'\"]*)(?=\s*:(?:\s|\Z))")
_HINTS = {
    "mapping values are not allowed": "Put a value that contains ': ' in quotes.",
    "while scanning an alias": "Put a name or value that begins with '*' in quotes.",
    "while scanning an anchor": "Put a value that begins with '&' in quotes.",
    "inside of what it names": "Write the value out.",
    "names no character": "Write the character itself.",
    "cannot start any token": "Indent with spaces, and put unusual values in quotes.",
}


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """What stands in front of a Markdown text, and the text.

    ``places`` has the place of the value for every key path (``permission.edit``), and that of the key
    itself under the path with ``:key`` behind it. ``lines`` are those of the front matter without line ends, the first
    ``---`` among them, so that a place's line is an index.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    lines: tuple[str, ...] = ()


def read(text: str) -> FrontMatter:
    """Read a file's text; a fault gives a problem and no values."""
    if len(text) > MAX_FILE:
        return _broken(text[:80], f"The file has more than {MAX_FILE:,} characters. Shorten it.")
    lines = split_lines(text.removeprefix("\ufeff"))
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter(body="".join(lines), problems=tuple(_misplaced(lines)))
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() == "---"), None)
    if end is None:
        return _broken(lines[0], "The front matter is never closed. Add a line '---' after it.")
    header = tuple(without_ending(line) for line in lines[1:end])
    if sum(map(len, header)) > MAX_HEADER:
        return _broken(
            lines[0],
            f"The front matter has more than {MAX_HEADER:,} characters. Move text below it.",
        )
    return replace(_read_header(header), body="".join(lines[end + 1 :]))


def _misplaced(lines: Sequence[str]) -> Iterator[Problem]:
    """What looks like front matter and is none; an error where it is more than a line across the page."""
    number = next((n for n, line in enumerate(lines) if line.strip()), None)
    if number is None or not _OPENING.fullmatch(lines[number].strip()):
        return
    meant = read("".join(("---\n", *lines[number + 1 :])))
    sure = meant.values or any(problem.code == "yaml" for problem in meant.problems)
    width = len(without_ending(lines[number]))
    start = Place(line=0, column=0, end_line=number, end_column=width)
    yield Problem(
        message="This looks like front matter, but is read as text, and nothing in it is in force: the first line of "
        "the file must be '---' and nothing else. Move it there, or write '***' for a line across the page.",
        severity="error" if sure else "warning",
        place=replace(start, line=number),
        code="front-matter",
        fixes=(Fix(title="Begin the file with '---'", replacements=(_put(start, "---"),)),),
    )


@lru_cache(maxsize=256)
def _read_header(header: tuple[str, ...]) -> FrontMatter:
    first = _parse(header, header)
    if isinstance(first, Reading):
        return _result(first, header)
    quoted = tuple(_quoted(line) for line in header)
    again = first if quoted == header else _parse(quoted, header)
    if isinstance(again, Problem):
        return _result(Reading.broken(_with_stars_quoted(first, header)), header)
    for number, (line, changed) in enumerate(zip(header, quoted, strict=True), 1):
        if line != changed:
            place = Place(line=number, column=0, end_line=number, end_column=len(line))
            again.problems.append(
                Problem(
                    message="This value contains ': ' and was read as text. Put it in quotes.",
                    place=place,
                    severity="warning",
                    code="unquoted",
                    fixes=(
                        Fix(title="Put the value in quotes", replacements=(_put(place, changed),)),
                    ),
                )
            )
    return _result(again, header)


def _result(reading: Reading, header: tuple[str, ...]) -> FrontMatter:
    return FrontMatter(
        values=reading.values,
        places=reading.places,
        problems=tuple(reading.problems),
        lines=("---", *header),
    )


def _with_stars_quoted(problem: Problem, header: tuple[str, ...]) -> Problem:
    """The problem, with the fix for the most frequent cause: a key that begins with a star."""
    stars = [(n, match) for n, line in enumerate(header, 1) if (match := _STAR_KEY.match(line))]
    if not stars:
        return problem
    replacements = tuple(
        _put(
            Place(line=n, column=match.start(2), end_line=n, end_column=match.end(2)),
            f'"{match[2]}"',
        )
        for n, match in stars
    )
    title = "Put names that begin with '*' in quotes"
    return replace(problem, fixes=(Fix(title=title, replacements=replacements),))


def _put(place: Place, text: str) -> Replacement:
    return Replacement(place=place, text=text)


def _parse(header: tuple[str, ...], original: tuple[str, ...]) -> Reading | Problem:
    """Parse lines that stand for the original ones, which give the places."""
    text = "\n".join(header) + "\n"
    index = LineIndex(text)

    def place(start: int, end: int) -> Place:
        # The end of a block is where the next one begins; what stands between is not part of it.
        end = start + len(text[start : max(start, end)].rstrip())
        (line, column), (end_line, end_column) = _at(start), _at(end)
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
        (line, column), (end_line, end_column) = _at(offset), _at(offset + 1)
        where = Place(line=line + 1, column=column, end_line=end_line + 1, end_column=end_column)
        return Problem(message=_message(error), place=where, code="yaml")


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
    text = line.rstrip()
    key = _TOP_LEVEL_KEY.match(text)
    if not key or not re.search(r":(\s|\Z)", value := text[key.end() :]):
        return line
    return f"{key[0]}'{value.replace(chr(39), chr(39) * 2)}'{line[len(text) :]}"


def _broken(first_line: str, message: str) -> FrontMatter:
    width = len(without_ending((split_lines(first_line) or [""])[0]))
    place = Place(line=0, column=0, end_line=0, end_column=width)
    return FrontMatter(problems=(Problem(message=message, place=place, code="front-matter"),))
