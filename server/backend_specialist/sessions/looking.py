"""What the user's files look like: now, and until an edit that was sent has arrived.

Owns the waiting for an edit, and the rule that a proposed text counts as soon as it was there once. Judges nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.domain.ports import Workspace

# The change notification comes up to 150 ms after the answer in editors that debounce; a liar never sends one.
SETTLE_SECONDS = 2.0
SETTLE_AFTER_NO_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What can be seen of one file now. ``snapshot`` is ``None`` when there is no such file; an unreadable
    file is not ``visible``.
    """

    snapshot: Snapshot | None
    visible: bool = True

    @property
    def text(self) -> str | None:
        """The text, ``None`` when there is none."""
        return self.snapshot.text if self.snapshot else None

    @property
    def open(self) -> bool:
        """Whether this is the editor's buffer and not the disk."""
        return self.snapshot is not None and self.snapshot.open


async def look(workspace: Workspace, path: str) -> Seen:
    """See a file as the user does."""
    try:
        return Seen(snapshot=await workspace.read(path))
    except Unreadable as error:
        return Seen(snapshot=None, visible=error.kind == "missing")


async def settled(
    workspace: Workspace, changes: Sequence[FileChange], *, denied: bool
) -> Mapping[str, Seen]:
    """Look until everything proposed was there once, or no more of it comes in time; gives what was seen, by path.

    What a formatter or the user makes of a text later is theirs. ``denied``: the editor says that nothing will come.
    """
    arrivals = _Arrivals(workspace, changes)
    watching = asyncio.create_task(arrivals.watch())
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_AFTER_NO_SECONDS if denied else SETTLE_SECONDS):
            await arrivals.all_there()
    watching.cancel()
    there = arrivals.there
    return {c.path: there.get(c.path) or await look(workspace, c.path) for c in changes}


class _Arrivals:
    """``there`` is what has arrived, as it was first seen.

    Buffers are watched in a task of their own: while the disk is read several changes may come, and each counts.
    """

    def __init__(self, workspace: Workspace, changes: Sequence[FileChange]) -> None:
        self._workspace = workspace
        self._missing = {change.path: change for change in changes}
        self._news = asyncio.Event()
        self._over = False
        self.there: dict[str, Seen] = {}

    async def watch(self) -> None:
        """Note every text of an open document, as long as texts change."""
        self._note_buffers()
        while await self._workspace.next_change(SETTLE_SECONDS):
            self._note_buffers()
            self._news.set()
        self._over = True
        self._news.set()

    async def all_there(self) -> None:
        """Wait for the rest, on the disk too."""
        while self._missing and not self._over:
            self._news.clear()
            for path in tuple(self._missing):
                self._note(path, await look(self._workspace, path))
            if self._missing and not self._over:
                await self._news.wait()

    def _note_buffers(self) -> None:
        for snapshot in self._workspace.open_documents():
            self._note(snapshot.path, Seen(snapshot=snapshot))

    def _note(self, path: str, seen: Seen) -> None:
        change = self._missing.get(path)
        if change is not None and _is(change, seen):
            self.there[path] = seen
            del self._missing[path]


def _is(change: FileChange, seen: Seen) -> bool:
    return seen.text is None if change.delete else seen.text == change.text
