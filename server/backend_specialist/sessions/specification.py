"""The architect's task that a session implements, put together when it starts.

Owns which task is meant, and what is known of those that it depends on. A plan and the file of a task complete each
other. Reads through the secret guard and below the roots only.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.ports import Root, Workspace
from backend_specialist.domain.secret import SecretGuard
from backend_specialist.domain.specification import Dependency, Specification
from backend_specialist.domain.task_file import FOLDER, PLAN, PlacedTask, home_of, tasks_in
from backend_specialist.sessions.project import text_of
from backend_specialist.sessions.task import Task

RECIPE = "implement-task"
_MOST_DEPENDENCIES = 20

Rows = Sequence[Mapping[str, Any]]
"""Sessions as ``sessions.listing`` gives them, newest first."""


async def specification(
    task: Task, workspace: Workspace, guard: SecretGuard, sessions: Callable[[], Awaitable[Rows]]
) -> Specification | None:
    """The task that is meant: the one that holds the selection, or the only one; ``None`` for any other session."""
    document = task.document
    if document is None or task.recipe is None or task.recipe.name != RECIPE:
        return None
    root = _root_of(workspace, document)
    home = home_of(document.path)
    meant = _meant(await asyncio.to_thread(tasks_in, document.text, document.path), task)
    if root is None or meant is None:
        return None
    files = _Files(workspace, guard, root, home)
    found = await files.completed(meant, document.path)
    names = found.dependencies[:_MOST_DEPENDENCIES]
    rows = await sessions() if names else ()
    return Specification(
        id=found.id,
        title=found.title,
        home=home,
        criteria=tuple(criterion for criterion, _ in found.criteria),
        dependencies=tuple(
            [Dependency(id=name, status=await files.status(name, rows)) for name in names]
        ),
    )


def task_at(tasks: Sequence[PlacedTask], line: int) -> PlacedTask | None:
    """The task that a line belongs to."""
    return next((each for each in tasks if each.place.line <= line <= each.last), None)


def _meant(tasks: Sequence[PlacedTask], task: Task) -> PlacedTask | None:
    if len(tasks) == 1:
        return tasks[0]
    if task.selection is None or task.document is None:
        return None
    return task_at(tasks, task.document.index.line_of(task.selection[0]))


def _root_of(workspace: Workspace, document: Snapshot) -> Root | None:
    inside = [root for root in workspace.roots if document.path.startswith(root.path + os.sep)]
    return max(inside, key=lambda root: len(root.path), default=None)


class _Files:
    """The files of one plan."""

    def __init__(self, workspace: Workspace, guard: SecretGuard, root: Root, home: str) -> None:
        self._workspace = workspace
        self._guard = guard
        self._root = root
        self._home = home

    async def completed(self, task: PlacedTask, path: str) -> PlacedTask:
        """The task with what only its other file says."""
        other = await self._found(task.id, but=path)
        if other is None:
            return task
        return replace(
            task,
            title=task.title or other.title,
            criteria=task.criteria or other.criteria,
            dependencies=task.dependencies or other.dependencies,
        )

    async def status(self, name: str, rows: Rows) -> str:
        """What is known of another task: what its files say, and how its last session ended."""
        said = await self._found(name)
        parts = [f"its file says: {said.status}"] if said and said.status else []
        row = latest(rows, name, self._home)
        if row is not None:
            left = len(row["specification"]["unanswered"])
            answers = f"{left} criteria unanswered" if left else "every criterion answered"
            parts.append(f"last session {row['sessionId']}: {row['status']}, {answers}")
        return "; ".join(parts) or ("specified" if said else "not found")

    async def _found(self, name: str, but: str = "") -> PlacedTask | None:
        for path in (f"{self._home}/{FOLDER}/{name}.md", f"{self._home}/{PLAN}"):
            text = (
                None
                if path == but
                else await text_of(self._workspace, self._guard, self._root, path)
            )
            for task in await asyncio.to_thread(tasks_in, text, path) if text else ():
                if task.id.casefold() == name.casefold():
                    return task
        return None


def latest(rows: Rows, name: str, home: str) -> Mapping[str, Any] | None:
    """The newest session of a task."""
    for row in rows:
        specified = row.get("specification")
        if specified and (specified["id"], specified["home"]) == (name, home):
            return row
    return None
