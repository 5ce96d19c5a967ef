"""The reverse of what a session applied.

Owns the composition of a reverse change set on the present text, what is said of files where there is none, and what
is left to take back afterwards. Proposes and stores nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from backend_specialist.domain.changeset import FileChange, also_named
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.ports import Record, Workspace
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.rebase import rebase
from backend_specialist.sessions import records
from backend_specialist.sessions.looking import look

_MOST_NAMED = 5


class Reversal(NamedTuple):
    """The changes that take everything back, and the labels of files where that conflicts."""

    changes: tuple[FileChange, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def left_out(self) -> str:
        """The files in conflict; empty without any."""
        more = len(self.conflicts) - _MOST_NAMED
        named = ", ".join(self.conflicts[:_MOST_NAMED])
        return f"{named} and {more:,} more" if more > 0 else named

    @property
    def warning(self) -> str:
        """Why the files in conflict stay as they are; empty without any."""
        if not self.conflicts:
            return ""
        return (
            f"{self.left_out} changed since where this session had edited it, and stays as it is."
        )

    @property
    def advice(self) -> str:
        """The same for the user, who can do something about it."""
        return f"{self.warning} Undo that change and revert again." if self.conflicts else ""


async def reverse(workspace: Workspace, applied: Sequence[FileChange]) -> Reversal:
    """Compose the reverse, file by file."""
    changes: list[FileChange] = []
    conflicts: list[str] = []
    for path in dict.fromkeys(change.path for change in applied):
        mine = [change for change in applied if change.path == path]
        seen = await look(workspace, path)
        undone = _undone(seen.snapshot, mine) if seen.visible else None
        if undone is None:
            conflicts.append(mine[0].label)
        elif not undone.changes_nothing:
            names = [name for change in mine for name in change.subjects]
            changes.append(also_named(undone, names))
    return Reversal(tuple(changes), tuple(conflicts))


async def reverted(
    workspace: Workspace, applied: Sequence[FileChange], outcomes: Sequence[HunkOutcome]
) -> Record | None:
    """What is taken back can be reverted no more, and the rest of such a file still can; ``None``: nothing was."""
    accepted = {item.path for item in outcomes if item.result is Result.ACCEPTED}
    in_part = accepted & {item.path for item in outcomes if item.result is not Result.ACCEPTED}
    rest = await reverse(workspace, [change for change in applied if change.path in in_part])
    left = tuple(_inverse(change) for change in rest.changes)
    done = (accepted - in_part) | {change.path for change in left}
    return records.reverted(sorted(done), left) if done else None


def _inverse(change: FileChange) -> FileChange:
    """The change that a reverse takes back: with it, nothing that the user does to the other edits is in the way."""
    assert change.base is not None  # noqa: S101 - a reverse is over the present text
    return replace(change, base=replace(change.base, text=change.text), text=change.base.text)


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
