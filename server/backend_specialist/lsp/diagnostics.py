"""Problems of documents in the editor's list of problems.

Owns how they get there: pulled by an editor that can, else pushed at each change. What is wrong with which document
its sources know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lsprotocol import types

from backend_specialist.lsp.server import SpecialistServer


@dataclass(frozen=True, kw_only=True)
class Found:
    """The problems of one version of a document; ``state`` names everything that they depend on."""

    items: list[types.Diagnostic]
    version: int | None
    state: str


class Source(Protocol):
    """Knows the problems of one kind of document."""

    def problems(self, uri: str) -> Found | None:
        """Give them as they are now; ``None`` for a document of another kind."""
        ...

    def forget(self, uri: str) -> None:
        """Drop what is kept of a document that was closed."""
        ...


class Diagnostics:
    """Answers ``textDocument/diagnostic`` and sends ``textDocument/publishDiagnostics``."""

    def __init__(self, server: SpecialistServer, sources: Sequence[Source]) -> None:
        self._server = server
        self._sources = sources
        self._pushed: set[str] = set()

    def pull(self, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        """Give the problems, or that they are the same as before."""
        found = self._found(params.text_document.uri)
        result_id = found.state if found else "none"
        if params.previous_result_id == result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=result_id)
        items = found.items if found else []
        return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=result_id)

    def push(self, uri: str) -> None:
        """Send the problems of a document that was opened or changed, unless the editor pulls them."""
        found = None if self._server.profile.pulls_diagnostics else self._found(uri)
        if found:
            self._pushed.add(uri)
            self._send(uri, found.items, found.version)

    def withdraw(self, uri: str) -> None:
        """Take the problems of a closed document away."""
        for source in self._sources:
            source.forget(uri)
        if uri in self._pushed:
            self._pushed.discard(uri)
            self._send(uri, [], None)

    async def renew(self) -> None:
        """Bring the problems of all open documents up to date, since something else than a document has changed."""
        if not self._server.profile.pulls_diagnostics:
            for document in self._server.documents.open_documents():
                self.push(document.uri)
        elif self._server.profile.refreshes_diagnostics:
            await self._server.requests.ask(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)

    def _found(self, uri: str) -> Found | None:
        given = (source.problems(uri) for source in self._sources)
        return next((found for found in given if found), None)

    def _send(self, uri: str, items: list[types.Diagnostic], version: int | None) -> None:
        params = types.PublishDiagnosticsParams(uri=uri, diagnostics=items, version=version)
        self._server.tell(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)
