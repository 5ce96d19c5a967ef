"""The folders and texts that the user works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from backend_specialist.domain.document import Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """A workspace folder: the editor's URI, its absolute path (not resolved) and its name."""

    uri: str
    path: str
    name: str


class Disk(Protocol):
    """Reads of the file system. Every call may block for long, so every call is awaited."""

    async def read(self, path: str) -> tuple[str, Any]:
        """Give text and :class:`~.document.TextFormat`; raise :class:`~.document.Unreadable`."""
        ...

    async def kind(self, path: str) -> str:
        """``file``, ``directory``, ``special`` or ``missing``; symlinks are followed."""
        ...

    async def entries(self, path: str) -> tuple[str, ...]:
        """Sorted names of a directory, ``/`` after directories; raise ``Unreadable``."""
        ...

    async def spellings(self, *paths: str) -> list[tuple[str, ...]]:
        """Give each absolute path with what its symlinks make of it, one after the other; the last is the real one.

        Also for a path whose last parts do not exist. Empty for one that leads round in a circle: nothing opens it.
        """
        ...


class Workspace(Protocol):
    """The buffers over the disk: what the user sees."""

    @property
    def roots(self) -> tuple[Root, ...]:
        """The workspace folders, in the editor's order."""
        ...

    @property
    def disk(self) -> Disk:
        """The file system below the buffers."""
        ...

    async def read(self, path: str) -> Snapshot:
        """Give the open buffer's text, else the file's; raise :class:`~.document.Unreadable`."""
        ...

    def open_documents(self) -> tuple[Snapshot, ...]:
        """Every open document that counts (``file:`` and ``untitled:``)."""
        ...

    def uri_of(self, path: str) -> str:
        """The editor's own URI for a path: of the open document, else built from its root's URI."""
        ...

    async def next_change(self, seconds: float) -> bool:
        """Wait until any document is opened, changed or closed; ``False`` when time ran out."""
        ...
