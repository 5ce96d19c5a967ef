"""Documents of ours: diffs, transcripts and deliverables, shown where the editor can show them.

Owns their URIs and the three ways to show one. What is applied never comes from such a document.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote, urlsplit

from lsprotocol import types

from backend_specialist.domain.diff import unified_diff
from backend_specialist.domain.display import terminal
from backend_specialist.domain.proposal import Proposal
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.lsp.uris import uri_from

SCHEME = "backend-specialist"
NAMES: Mapping[str, str] = {
    "transcript": "transcript.md",
    "deliverable": "implementation-backend.md",
}

Source = Callable[[str], Awaitable[str]]
Write = Callable[[str, str, str], Awaitable[str]]


class Contents:
    """``write`` puts a text into the user's state directory (session, file name, text) and gives its path."""

    def __init__(
        self, server: SpecialistServer, write: Write, sources: Mapping[str, Source]
    ) -> None:
        self._server = server
        self._write = write
        self._sources = sources
        self._diffs: dict[tuple[str, str], str] = {}
        self._shown: set[str] = set()

    async def show(self, kind: str, session_id: str) -> str:
        """Show a transcript or deliverable; gives its URI."""
        return await self._show(session_id, NAMES[kind], await self._sources[kind](session_id))

    async def show_diff(self, session_id: str, proposal: Proposal) -> str:
        """Show the whole diff of a proposal; gives its URI."""
        name = f"proposal-{proposal.id}.diff"
        self._diffs[session_id, name] = diff_text(proposal)
        return await self._show(session_id, name, self._diffs[session_id, name])

    def forget(self, session_id: str) -> None:
        """Drop the diffs of a session that has ended."""
        for key in [key for key in self._diffs if key[0] == session_id]:
            del self._diffs[key]
        self._shown = {uri for uri in self._shown if f"/{session_id}/" not in uri}

    async def text(self, uri: str) -> str:
        """Answer ``workspace/textDocumentContent``; an unknown URI gives a sentence that says so."""
        session_id, _, name = urlsplit(uri).path.lstrip("/").partition("/")
        if (session_id, name) in self._diffs:
            return self._diffs[session_id, name]
        for kind, known in NAMES.items():
            if known == name:
                return await self._sources[kind](session_id)
        return "This document is no longer there.\n"

    async def refresh(self, session_id: str) -> None:
        """Tell the editor that a shown transcript has grown."""
        uri = _uri(session_id, NAMES["transcript"])
        if uri in self._shown:
            await self._server.requests.ask(
                types.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH,
                types.TextDocumentContentRefreshParams(uri=uri),
            )

    async def _show(self, session_id: str, name: str, text: str) -> str:
        profile = self._server.profile
        if profile.content_provider and profile.shows_documents:
            uri = _uri(session_id, name)
            self._shown.add(uri)
            await self._server.requests.show_document(uri)
            return uri
        uri = uri_from(await self._write(session_id, name, text))
        if not (profile.shows_documents and await self._server.requests.show_document(uri)):
            self.log(text)
        return uri

    def log(self, text: str) -> None:
        """Show a text in the editor's log, where nothing else can show it."""
        params = types.LogMessageParams(type=types.MessageType.Info, message=terminal(text))
        self._server.tell(types.WINDOW_LOG_MESSAGE, params)


def diff_text(proposal: Proposal) -> str:
    """Give every change of a proposal, and what is unusual about it, as one text."""
    parts = []
    for change in proposal.changes:
        notes = [f"# {change.protected}"] if change.protected else []
        notes += [f"# {change.label}: matched by {name}" for name in change.strategies]
        parts.append("\n".join([*notes, unified_diff(change)]))
    return "\n".join(parts)


def _uri(session_id: str, name: str) -> str:
    return f"{SCHEME}:/{quote(session_id)}/{quote(name)}"
