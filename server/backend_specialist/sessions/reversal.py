"""The reverse of what a session applied.

Owns the composition of a reverse change set on the present text. Proposes nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.ports import Workspace
from backend_specialist.domain.rebase import rebase
from backend_specialist.sessions.looking import look


async def reverse(
    workspace: Workspace, applied: Sequence[FileChange]
) -> tuple[tuple[FileChange, ...], tuple[str, ...]]:
    """Give the changes that take everything back, and the labels of files where that conflicts."""
    changes: list[FileChange] = []
    conflicts: list[str] = []
    for path in dict.fromkeys(change.path for change in applied):
        mine = [change for change in applied if change.path == path]
        seen = await look(workspace, path)
        undone = _undone(seen.snapshot, mine) if seen.visible else None
        if undone is None:
            conflicts.append(mine[0].label)
        elif not undone.changes_nothing:
            changes.append(undone)
    return tuple(changes), tuple(conflicts)


def _undone(now: Snapshot | None, applied: Sequence[FileChange]) -> FileChange | None:
    """Take changes of one file back, the last one first."""
    if now is None:
        return None
    current = now
    for change in reversed(applied):
        if change.base is None:
            return _removal(now, current, change)
        back = replace(change, base=replace(now, text=change.text), text=change.base.text)
        moved = rebase(back, current)
        if moved is None:
            return None
        current = replace(current, text=moved.text)
    first = applied[0]
    return replace(first, base=now, text=current.text, uri=now.uri, strategies=())


def _removal(now: Snapshot, current: Snapshot, created: FileChange) -> FileChange | None:
    """A created file is deleted only while it still is what was created."""
    if current.text != created.text:
        return None
    return replace(created, base=now, text="", uri=now.uri, delete=True, strategies=())
