"""What stands below the heading of a task: its acceptance criteria, its dependencies and its status.

Owns which lines belong to which of them, and the ids of the criteria. Finds no tasks: ``domain.task_file`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backend_specialist.domain.agent import Place
from backend_specialist.domain.specification import Criterion
from backend_specialist.domain.task_lines import ITEM, heading, label, outside_code

_MOST_CRITERIA = 100
_LONGEST = 1_000
_OWN_ID = re.compile(
    r"\W{0,3}((?:AC|C|R|REQ)[-_ ]?\d+(?:\.\d+)*)[*_`]{0,3}[ ]?[:.)–—-][*_`]{0,3}[ ]*", re.IGNORECASE
)
_OTHERS = re.compile(
    r"needed by|required by|\bblocks\b|blocking|downstream|dependents", re.IGNORECASE
)
_NAMED = re.compile(
    r"tasks/([\w.-]+)\.md|\b(Task[ ]\d+|[A-Za-z][A-Za-z0-9]{0,40}(?:[-_][A-Za-z0-9]{1,40}){0,8}[-_]?\d{1,40})\b"
)
_ELSEWHERE = re.compile(r"see\b|none\b|n/a\b|-*\Z", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskBody:
    """``criteria`` have their places; ``dependencies`` are ids; ``status`` is what the file says."""

    criteria: tuple[tuple[Criterion, Place], ...]
    dependencies: tuple[str, ...]
    status: str


@dataclass(slots=True)
class _Said:
    """What was read so far; ``part`` is the label that lines belong to, ``indent`` that of the label's own item."""

    part: str = ""
    indent: int = -1
    level: int = 0
    heading: bool = False
    loose: bool = False
    criteria: list[tuple[str, Place, int]] = field(default_factory=list)
    dependencies: list[str] = field(default_factory=list)
    status: str = ""


def read_body(lines: Iterable[tuple[int, str]], task: str) -> TaskBody:
    """Read the numbered lines below the heading of the task with that id."""
    said = _Said()
    for number, line in outside_code(lines):
        _take(said, number, line)
    return TaskBody(
        criteria=tuple(_criteria(said.criteria[:_MOST_CRITERIA])),
        dependencies=tuple(_ids(said.dependencies, task)),
        status=said.status[:60],
    )


def _take(said: _Said, number: int, line: str) -> None:
    item = ITEM.match(line)
    if found := heading(line):
        level, title = found
        _begin(said, *label(title), number=number, line=line, level=level)
        return
    part, rest = label(item[2] if item else line)
    indent = len(item[1].expandtabs(4)) if item else -1
    if part and (not item or indent <= max(said.indent, 0) or not said.part):
        _begin(said, part, rest, number=number, line=line, indent=indent)
    elif said.part and not said.heading and _ends(said, line, indent, item=bool(item)):
        said.part = ""
    elif said.part:
        _add(said, number, line, item)
    said.loose = not line.strip()


def _begin(  # noqa: PLR0913 - all that is known of the line
    said: _Said, part: str, rest: str, *, number: int, line: str, level: int = 0, indent: int = -1
) -> None:
    """A label begins a part, and what stands behind it belongs to it; another heading ends one."""
    if level and not part and said.part and said.heading and level > said.level:
        return
    said.part, said.indent, said.level, said.heading = part, indent, level, bool(level)
    if not part or _ELSEWHERE.match(rest):
        return
    place = Place(line=number, column=len(line) - len(rest), end_line=number, end_column=len(line))
    if part == "criteria":
        said.criteria.append((rest, place, indent + 1))
    elif part == "status":
        said.status = rest.strip(" *_`")
    else:
        said.dependencies.append(rest)


def _ends(said: _Said, line: str, indent: int, *, item: bool) -> bool:
    """Whether a line is behind the list that a label has: an item beside the label's own, or prose after a gap."""
    if item:
        return indent <= said.indent
    return said.loose and bool(line.strip()) and not line.startswith((" ", "\t"))


def _add(said: _Said, number: int, line: str, item: re.Match[str] | None) -> None:
    text = (item[2] if item else line).strip()
    if not text:
        return
    if said.part == "dependencies":
        said.dependencies.append(text)
    elif said.part == "status":
        said.status = said.status or text.strip(" *_`")
    elif item and (not said.criteria or len(item[1].expandtabs(4)) <= said.criteria[-1][2]):
        column = len(line) - len(item[2])
        place = Place(line=number, column=column, end_line=number, end_column=len(line.rstrip()))
        said.criteria.append((text, place, len(item[1].expandtabs(4))))
    elif said.criteria and (item or not said.loose):
        before, place, indent = said.criteria[-1]
        said.criteria[-1] = (f"{before} {text}"[:_LONGEST], place, indent)


def _criteria(found: list[tuple[str, Place, int]]) -> Iterator[tuple[Criterion, Place]]:
    """Each with the id that it has itself, else with its number; no two have the same."""
    used: set[str] = set()
    for number, (text, place, _) in enumerate(found, 1):
        own = _OWN_ID.match(text)
        name = own[1].replace(" ", "-") if own else str(number)
        if name.casefold() in used:
            name = f"{name}-{number}"
        used.add(name.casefold())
        rest = text[own.end() :] if own else text
        yield Criterion(id=name, text=rest.strip(" *") or text), place


def _ids(texts: list[str], own: str) -> dict[str, None]:
    """The tasks that are named as what comes before; those that come after are left out."""
    sentences = [one for text in texts for one in re.split(r"[.;](?:\s|\Z)", text)]
    named = [
        match[1] or match[2]
        for one in sentences
        for match in _NAMED.finditer(_OTHERS.split(one)[0])
    ]
    return {name: None for name in named if name.casefold() != own.casefold()}
