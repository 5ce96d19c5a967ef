"""The notifications about documents and folders.

Owns their way into :class:`~backend_specialist.lsp.documents.Documents`: pygls, which would keep texts of its own and
split their lines in a way that LSP does not, sees none of them.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method

from backend_specialist.lsp import convert

if TYPE_CHECKING:
    from backend_specialist.lsp.server import SpecialistServer

Handling = Generator[Any, Any, None]


class DocumentSync(LanguageServerProtocol):
    """Feeds the server's documents; features registered for the same method run afterwards."""

    _server: SpecialistServer

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Handling:
        """Take an opened document."""
        opened = params.text_document
        self._server.documents.did_open(
            uri=opened.uri,
            language=str(opened.language_id),
            version=opened.version,
            text=opened.text,
        )
        yield from self._pass_on(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Handling:
        """Take the changes of a document."""
        named = params.text_document
        changes = convert.from_changes(params.content_changes)
        self._server.documents.did_change(named.uri, named.version, changes)
        yield from self._pass_on(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Handling:
        """Forget a closed document."""
        self._server.documents.did_close(params.text_document.uri)
        yield from self._pass_on(types.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(
        self, params: types.DidChangeWorkspaceFoldersParams
    ) -> Handling:
        """Take added and removed folders."""
        self._server.documents.change_folders(
            [(folder.uri, folder.name) for folder in params.event.added],
            [folder.uri for folder in params.event.removed],
        )
        yield from self._pass_on(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, params)

    def _pass_on(self, method: str, params: object) -> Handling:
        if (feature := self.fm.features.get(method)) is not None:
            yield feature, (params,), None
