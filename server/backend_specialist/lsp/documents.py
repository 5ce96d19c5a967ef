"""What the editor has open, over the disk.

Owns the texts of open documents and the workspace folders. Everyone else gets frozen snapshots. Writes
nothing, and never raises on a notification: an editor that errs must not end the conversation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from backend_specialist.domain.document import PositionEncoding, Range, Snapshot
from backend_specialist.domain.ports import Disk, Root
from backend_specialist.lsp.folders import Folder, folders_after, folders_of, spell
from backend_specialist.lsp.open_document import OpenDocument, is_notebook
from backend_specialist.lsp.uris import key_of, path_of, scheme_of


class Documents:
    """The :class:`~backend_specialist.domain.ports.Workspace` of one connection.

    ``encoding`` is the unit of positions in changes; it is set once, by ``initialize``.
    """

    def __init__(self, disk: Disk) -> None:
        self.encoding = PositionEncoding.UTF16
        self._disk = disk
        self._roots: tuple[Root, ...] = ()
        self._open: dict[str, OpenDocument] = {}
        self._changed = asyncio.Event()

    @property
    def roots(self) -> tuple[Root, ...]:
        """The workspace folders, in the editor's order."""
        return self._roots

    @property
    def disk(self) -> Disk:
        """The file system below the buffers."""
        return self._disk

    async def read(self, path: str) -> Snapshot:
        """Give the open buffer's text, else the file's; raise ``Unreadable``."""
        if found := self.find(path):
            return found
        text, form = await self._disk.read(path)
        # It may have been opened meanwhile, and then the buffer is the truth.
        if found := self.find(path):
            return found
        return Snapshot(
            uri=self.uri_of(path), path=path, text=text, format=form, notebook=is_notebook(path)
        )

    def find(self, path: str) -> Snapshot | None:
        """Give the open buffer's text, ``None`` when the path is not open; raise ``Unreadable``."""
        document = self._open.get(key_of(path))
        return document.snapshot if document else None

    def at(self, uri: str) -> Snapshot | None:
        """Give the open document that a URI of the editor names, in whatever spelling; raise ``Unreadable``."""
        document = self._named(uri)
        return document.snapshot if document else None

    def readable_at(self, uri: str) -> Snapshot | None:
        """Give the open document that a URI names; ``None`` also where its text cannot be given."""
        document = self._named(uri)
        return document.snapshot if document and document.readable else None

    def path_at(self, uri: str) -> str:
        """Give the path of the open document that a URI names, without reading its text; empty where none is open."""
        document = self._named(uri)
        return document.path if document else ""

    def open_documents(self) -> tuple[Snapshot, ...]:
        """Every open document that counts and whose text can be given."""
        return tuple(document.snapshot for document in self._open.values() if document.readable)

    def uri_of(self, path: str) -> str:
        """The editor's own URI for a path: of the open document, else built from its root's URI."""
        document = self._open.get(key_of(path))
        if document:
            return document.uri
        return path if scheme_of(path) else spell(self._roots, path)

    async def next_change(self, seconds: float) -> bool:
        """Wait until any document is opened, changed or closed; ``False`` when time ran out."""
        happened = self._changed
        try:
            async with asyncio.timeout(seconds):
                await happened.wait()
        except TimeoutError:
            return False
        return True

    # ------------------------------------------------------------ what the editor tells

    def start(self, params: Mapping[str, Any]) -> None:
        """Take the workspace folders of the raw ``initialize`` parameters."""
        self._roots = folders_of(params)

    def change_folders(self, added: Sequence[Folder], removed: Sequence[str]) -> None:
        """Add folders, given as URI and name, and remove others, given as URI."""
        self._roots = folders_after(self._roots, added=added, removed=removed)

    def did_open(self, *, uri: str, language: str, version: int, text: str) -> None:
        """Take a document that the editor opened (or opened once more)."""
        key = _key(uri)
        if key is None:
            return
        path = path_of(uri) or uri
        self._open[key] = OpenDocument(
            uri=uri, path=path, language=language, version=version, text=text
        )
        self._announce()

    def did_change(
        self, uri: str, version: int, changes: Sequence[tuple[Range | None, str]]
    ) -> None:
        """Take the changes of one notification; a document that is not open is left alone."""
        if document := self._named(uri):
            document.change(version, changes, self.encoding)
            self._announce()

    def did_close(self, uri: str) -> None:
        """Forget a document; one that was never opened is no matter."""
        key = _key(uri)
        if key and self._open.pop(key, None):
            self._announce()

    def lose(self, uri: str) -> None:
        """Say that a change to this document was lost on the way."""
        if document := self._named(uri):
            document.lose()
            self._announce()

    def _named(self, uri: str) -> OpenDocument | None:
        key = _key(uri)
        return self._open.get(key) if key else None

    def _announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _key(uri: str) -> str | None:
    """The key of a document that counts, ``None`` for copies, outputs and other people's schemes."""
    match scheme_of(uri):
        case "file":
            path = path_of(uri)
            return key_of(path) if path else None
        case "untitled":
            return uri
        case _:
            return None
