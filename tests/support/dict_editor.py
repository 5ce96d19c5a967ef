"""An editor and its workspace that are dictionaries: buffers over a disk, and edits that are really applied.

Applies an edit as editors do, by position on the text that it holds, so it is no mirror of the code under test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.document import Snapshot, split_lines
from backend_specialist.domain.ports import ApplyAnswer, EditorTraits, Root
from support.dict_disk import DictDisk

CAPABLE = EditorTraits(
    name="dictionary", applies_edits=True, creates_files=True, deletes_files=True
)
ROOT = "/shop"
Apply = Callable[[Sequence[FileChange]], Awaitable[ApplyAnswer]]


class DictWorkspace:
    """Buffers by path over a :class:`DictDisk`; nothing ever changes while somebody waits."""

    def __init__(self, files: Mapping[str, str], roots: Sequence[str] = (ROOT,)) -> None:
        self.disk = DictDisk({path_of(name): text.encode() for name, text in files.items()})
        self.buffers: dict[str, Snapshot] = {}
        self.roots = tuple(
            Root(uri=f"file://{path}", path=path, name=path.rpartition("/")[2]) for path in roots
        )

    async def read(self, path: str) -> Snapshot:
        if path in self.buffers:
            return self.buffers[path]
        text, form = await self.disk.read(path)
        return Snapshot(uri=self.uri_of(path), path=path, text=text, format=form)

    def open_documents(self) -> tuple[Snapshot, ...]:
        return tuple(self.buffers.values())

    def uri_of(self, path: str) -> str:
        return f"file://{path}"

    async def next_change(self, seconds: float) -> bool:
        return False

    def text(self, name: str) -> str | None:
        """What the user sees of a file; ``None`` where there is none."""
        path = path_of(name)
        if path in self.buffers:
            return self.buffers[path].text
        return self.disk.files[path].decode() if path in self.disk.files else None

    def type(self, name: str, text: str) -> None:
        """The user opens a file, if need be, and makes it this text."""
        path = path_of(name)
        version = (self.buffers[path].version or 0) + 1 if path in self.buffers else 1
        self.buffers[path] = Snapshot(uri=self.uri_of(path), path=path, text=text, version=version)


class DictEditor:
    """Applies to the buffers. ``sent`` are the edits that came; ``behaviour`` may stand in for honesty."""

    def __init__(self, workspace: DictWorkspace, traits: EditorTraits = CAPABLE) -> None:
        self.workspace = workspace
        self.traits = traits
        self.sent: list[tuple[FileChange, ...]] = []
        self.confirmed: list[bool] = []
        self.behaviour: Apply = self.apply_all
        self._turns = {confirm: asyncio.Lock() for confirm in (False, True)}

    def turn(self, *, confirm: bool) -> asyncio.Lock:
        return self._turns[confirm]

    async def apply(
        self, changes: Sequence[FileChange], *, label: str, confirm: bool
    ) -> ApplyAnswer:
        self.sent.append(tuple(changes))
        self.confirmed.append(confirm)
        return await self.behaviour(changes)

    def hold(self, then: Apply | None = None) -> asyncio.Event:
        """Keep the next edit until nobody waits for it, and see it to its end then, as the port says.

        The event: one has come. ``then`` applies it in another way.
        """
        came = asyncio.Event()

        async def held(changes: Sequence[FileChange]) -> ApplyAnswer:
            came.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return await (then or self.apply_all)(changes)
            raise AssertionError("it waits for ever")

        self.behaviour = held
        return came

    async def apply_all(self, changes: Sequence[FileChange]) -> ApplyAnswer:
        for change in changes:
            self.apply_one(change)
        return ApplyAnswer(applied=True)

    def apply_one(self, change: FileChange) -> None:
        if change.delete:
            self.workspace.buffers.pop(change.path, None)
            self.workspace.disk.files.pop(change.path, None)
            return
        lines = split_lines(self.workspace.text(change.path) or "")
        for hunk in sorted(hunks(change), key=lambda hunk: hunk.start, reverse=True):
            lines[hunk.start : hunk.end] = [hunk.new]
        self.workspace.type(change.path, "".join(lines))


def path_of(name: str) -> str:
    """The absolute path of a name below the root; others are taken as they are."""
    return name if name.startswith(("/", "untitled:")) else f"{ROOT}/{name}"
