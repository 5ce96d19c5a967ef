"""The architect's files: ``plan.md`` with its tasks, and ``tasks/*.md`` with one task each.

Owns the reading of them, which is lenient: people and models write them. A heading with an id begins a task;
its acceptance criteria, dependencies and status stand below a heading or a label of that name. Places are kept, so that
an editor can point at them. Reads any text, and raises on none.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backend_specialist.domain.agent import Place
from backend_specialist.domain.lines import split_lines, without_ending
from backend_specialist.domain.specification import Criterion

PLAN = "plan.md"
FOLDER = "tasks"
_LONGEST_TEXT = 500_000
_MOST_LINES = 5_000
_MOST_CRITERIA = 100
_LONGEST_LINE = 1_000
_LONGEST = 1_000
_ID = r"(?:Task[ ]\d[\w.-]*|(?=[\w.-]*\d)[A-Za-z][\w.-]*)"
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(.*)")
_TASK = re.compile(rf"(?:Task:?[ ])?({_ID}?)[ ]*(?:[:–—)-][ ]*(.*)|\Z)", re.IGNORECASE)
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,4}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)")
_FENCE = re.compile(r"[ \t]*(```|~~~)")
_LABEL = re.compile(
    r"\W{0,4}(acceptance criteria|criteria|dependenc(?:ies|y)|depends on|blocked by|status)\b[^:\w]{0,4}(:?)[ *_]*(.*)",
    re.IGNORECASE,
)
_OWN_ID = re.compile(
    r"\W{0,3}((?:AC|C|R|REQ)[-_ ]?\d+(?:\.\d+)*)[*_`]{0,3}[ ]?[:.)–—-][*_`]{0,3}[ ]*", re.IGNORECASE
)
_OTHERS = re.compile(
    r"needed by|required by|\bblocks\b|blocking|downstream|dependents", re.IGNORECASE
)
_NAMED = re.compile(
    r"tasks/([\w.-]+)\.md|\b(Task[ ]\d+|[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*[-_]?\d+)\b"
)
_ELSEWHERE = re.compile(r"see\b|none\b|n/a\b|-*\Z", re.IGNORECASE)


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
    for number, level, title in _headings(lines):
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
    number, title = next(((n, title) for n, _, title in _headings(lines)), (0, ""))
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
        _label(line)[0] == "criteria" for line in lines[draft.place.line + 1 : draft.last + 1]
    )


def _headings(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Line, level and text of each heading."""
    for number, line in _outside_code(enumerate(lines)):
        if match := _HEADING.match(line):
            yield number, len(match[1]), match[2].rstrip(" \t#")


def _outside_code(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    fence = ""
    for number, line in lines:
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        elif not fence:
            yield number, line


# ---------------------------------------------------------------- what a task says


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


def _read(draft: _Draft, lines: list[str]) -> PlacedTask:
    said = _Said()
    body = enumerate(lines[draft.place.line + 1 : draft.last + 1], draft.place.line + 1)
    for number, line in _outside_code(body):
        _take(said, number, line)
    return PlacedTask(
        id=draft.id,
        title=draft.title,
        place=draft.place,
        last=draft.last,
        criteria=tuple(_criteria(said.criteria[:_MOST_CRITERIA])),
        dependencies=tuple(_ids(said.dependencies, draft.id)),
        status=said.status[:60],
    )


def _take(said: _Said, number: int, line: str) -> None:
    heading = _HEADING.match(line)
    item = _ITEM.match(line)
    if heading:
        _begin(
            said,
            *_label(heading[2].rstrip(" \t#")),
            number=number,
            line=line,
            level=len(heading[1]),
        )
        return
    part, rest = _label(item[2] if item else line)
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


def _label(text: str) -> tuple[str, str]:
    """Which part a line begins, and what stands behind the label; it is one if a colon or nothing follows."""
    match = _LABEL.fullmatch(text.strip())
    if not match or (match[3] and not match[2]):
        return "", ""
    word = match[1].lower()
    part = {"a": "criteria", "c": "criteria", "s": "status"}.get(word[0], "dependencies")
    return part, match[3].strip()


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
