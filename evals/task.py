"""A task: a small repository, what is asked of it, and the tests that decide.

Owns how ``tasks/<name>/`` is read. Runs nothing. The names of the hidden tests come from their source text, so that the
judged code has no say in which tests there are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_specialist.adapters import front_matter

HERE = Path(__file__).parent
TASKS = HERE / "tasks"
STACKS = ("django", "express", "fastapi", "flask")
_KEYS = {"title", "stack"}
# A test of a hidden JavaScript file stands at the beginning of a line, its name on the same line.
_NODE_TEST = re.compile(r'^test\("(?P<name>[^"]+)"', re.MULTILINE)


class BadTask(Exception):
    """A task that cannot be used, or does not exist. The message says what is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """``text`` is what the specialist is told, ``stack`` one of :data:`STACKS`."""

    name: str
    title: str
    stack: str
    text: str
    directory: Path

    @property
    def start(self) -> Path:
        """The repository as the specialist gets it."""
        return self.directory / "start"

    @property
    def solution(self) -> Path:
        """The files of the start that a good solution changes, and those that it adds."""
        return self.directory / "solution"

    @property
    def hidden(self) -> Path:
        """The tests that decide."""
        return self.directory / "hidden"

    def hidden_tests(self) -> frozenset[str]:
        """The names of all hidden tests; a parametrised one is one test."""
        return frozenset(name for path in files_in(self.hidden) for name in _names(path))


def load(directory: Path) -> Task:
    """Read one task; raise :class:`BadTask`."""
    found = front_matter.read((directory / "task.md").read_text("utf-8"))
    values = found.values
    if found.problems or set(values) != _KEYS or values["stack"] not in STACKS:
        raise BadTask(
            f"{directory}/task.md needs a front matter with title and stack (one of {', '.join(STACKS)})."
        )
    return Task(
        name=directory.name,
        title=str(values["title"]),
        stack=str(values["stack"]),
        text=found.body.strip(),
        directory=directory,
    )


def load_all() -> tuple[Task, ...]:
    """Read every task, by name."""
    return tuple(load(each) for each in sorted(TASKS.iterdir()) if each.is_dir())


def chosen(names: Sequence[str]) -> tuple[Task, ...]:
    """Give the tasks of these names, all for none; raise :class:`BadTask`."""
    known = {task.name: task for task in load_all()}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadTask(f"There is no task {unknown[0]!r}. The tasks: {', '.join(known)}.")
    return tuple(known[name] for name in names) if names else tuple(known.values())


def files_in(directory: Path) -> list[Path]:
    """Every file below a directory, sorted, without what running it left behind."""
    return sorted(
        path for path in directory.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )


def _names(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    if path.name.endswith(".test.mjs"):
        yield from (found["name"] for found in _NODE_TEST.finditer(text))
    elif path.name.startswith("test_"):
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name
