"""The architect's files: ``plan.md`` with its tasks, and ``tasks/*.md`` with one task each.

Owns which files these are and where a task begins and ends in one, leniently: people and models write them. A heading
with an id begins a task; what it says is read by ``domain.task_body``. Places are kept, so that an editor can point at
them. Reads any text, and raises on none.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend_specialist.domain.agent import Place
from backend_specialist.domain.lines import split_lines, without_ending
from backend_specialist.domain.specification import Criterion
from backend_specialist.domain.task_body import read_body
from backend_specialist.domain.task_lines import headings, label

PLAN = "plan.md"
FOLDER = "tasks"
_LONGEST_TEXT = 500_000
_MOST_LINES = 5_000
_LONGEST_LINE = 1_000
_ID = r"(?:Task[ ]\d[\w.-]*|(?=[\w.-]*\d)[A-Za-z][\w.-]*)"
_TASK = re.compile(rf"(?:Task:?[ ])?({_ID}?)[ ]*(?:[:–—)-][ ]*(.*)|\Z)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedTask:
    """A task in a text: ``place`` is its heading, ``last`` the number of its last line.

    ``criteria`` have their places; ``dependencies`` are ids; ``status`` is what the file says.
    """

    id: str
    title: str
    place: Place
    last: int
    criteria: tuple[tuple[Criterion, Place], ...] = ()
    dependencies: tuple[str, ...] = ()
    status: str = ""


def home_of(path: str) -> str:
    """The directory of the plan that a file belongs to; empty for a file of another kind."""
    folder, name = posixpath.split(path.replace("\\", "/"))
    if name.lower() == PLAN:
        return folder
    above, last = posixpath.split(folder)
    return above if last == FOLDER and name.lower().endswith(".md") else ""


def tasks_in(text: str, path: str) -> tuple[PlacedTask, ...]:
    """The tasks of a file, in order; none for a file of another kind, and for one that nobody would write by hand."""
    if not home_of(path) or len(text) > _LONGEST_TEXT:
        return ()
    name = posixpath.basename(path.replace("\\", "/"))
    lines = [without_ending(line)[:_LONGEST_LINE] for line in split_lines(text)[:_MOST_LINES]]
    if name.lower() == PLAN:
        return tuple(_read(draft, lines) for draft in _headed(lines) if _is_planned(draft, lines))
    return tuple(_read(draft, lines) for draft in [*_headed(lines), *_whole(lines, name)][:1])


@dataclass(kw_only=True, slots=True)
class _Draft:
    """A task whose heading was found; ``below`` is the heading above it in the tree."""

    id: str
    title: str
    place: Place
    level: int
    below: str = ""
    last: int = 0


def _headed(lines: list[str]) -> list[_Draft]:
    """The tasks that begin with a heading; one within another is a part of it."""
    found: list[_Draft] = []
    above: dict[int, str] = {}
    open_level = 0
    for number, level, title in headings(lines):
        above = {at: text for at, text in above.items() if at < level}
        if open_level and level <= open_level:
            found[-1].last, open_level = number - 1, 0
        match = _TASK.fullmatch(title)
        if match and match[1] and not open_level:
            below = above[max(above)] if above else ""
            place = Place(line=number, column=0, end_line=number, end_column=len(lines[number]))
            found.append(
                _Draft(
                    id=match[1].rstrip(".-"),
                    title=(match[2] or "").strip(),
                    place=place,
                    level=level,
                    below=below,
                    last=len(lines) - 1,
                )
            )
            open_level = level
        above[level] = title
    return found


def _whole(lines: list[str], name: str) -> Iterator[_Draft]:
    """A file of one task that says no id: the name of the file is one."""
    number, title = next(((n, title) for n, _, title in headings(lines)), (0, ""))
    width = len(lines[number]) if lines else 0
    place = Place(line=number, column=0, end_line=number, end_column=width)
    stem = name[: -len(".md")]
    yield _Draft(id=stem, title=title, place=place, level=1, last=max(len(lines) - 1, 0))


def _is_planned(draft: _Draft, lines: list[str]) -> bool:
    """Whether a headed part of a plan is a task: it says so, or has criteria."""
    said = lines[draft.place.line].lstrip(" #").lower().startswith("task")
    if said or re.match(r"\W*(?:\w+ )?tasks?\b", draft.below, re.IGNORECASE):
        return True
    return any(
        label(line)[0] == "criteria" for line in lines[draft.place.line + 1 : draft.last + 1]
    )


def _read(draft: _Draft, lines: list[str]) -> PlacedTask:
    first = draft.place.line + 1
    body = read_body(enumerate(lines[first : draft.last + 1], first), draft.id)
    return PlacedTask(
        id=draft.id,
        title=draft.title,
        place=draft.place,
        last=draft.last,
        criteria=body.criteria,
        dependencies=body.dependencies,
        status=body.status,
    )
