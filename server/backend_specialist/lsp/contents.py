"""Documents of ours: diffs, transcripts and deliverables, shown where the editor can show them.

Owns their URIs and the three ways to show one. What is applied never comes from such a document.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types

from backend_specialist.domain.diff import unified_diff
from backend_specialist.domain.display import terminal
from backend_specialist.domain.proposal import Proposal
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.lsp.uris import OUR_SCHEME, uri_from
from backend_specialist.sessions.events import Event, Kind
from backend_specialist.sessions.stored import Refused

MOST_TEXTS = 50
MOST_PROPOSALS = 50
NAMES: Mapping[str, str] = {
    "transcript": "transcript.md",
    "deliverable": "implementation-backend.md",
}

_GONE = "This document is no longer there.\n"
_IN_TRANSCRIPT = (Kind.STATUS, Kind.TOOL_RESULT, Kind.USAGE, Kind.REVIEW)

Source = Callable[[str], Awaitable[str]]
Write = Callable[[str, str, str], Awaitable[str]]


class NotWritten(Exception):
    """A document could not be written; the message says why, and what to do."""


class Contents:
    """``write`` puts a text into the user's state directory (session, file name, text) and gives its path.

    It raises :class:`NotWritten`.
    """

    def __init__(
        self, server: SpecialistServer, write: Write, sources: Mapping[str, Source]
    ) -> None:
        self._server = server
        self._write = write
        self._sources = sources
        self._texts: dict[tuple[str, str], str] = {}
        self._proposals: dict[tuple[str, str], Proposal] = {}
        self._shown: set[str] = set()
        self._stale: set[str] = set()
        self._refreshing: asyncio.Task[None] | None = None

    async def show(self, kind: str, session_id: str) -> str:
        """Show a transcript or deliverable; gives its URI."""
        return await self._show(session_id, NAMES[kind], await self._sources[kind](session_id))

    async def show_diff(self, session_id: str, proposal: Proposal) -> str:
        """Show the whole diff of a proposal; gives its URI, or nothing where only the log can show it."""
        text = diff_text(proposal)
        try:
            return await self.show_text(session_id, f"proposal-{proposal.id}.diff", text)
        except NotWritten as error:
            self.log(text)
            self._server.say(f"Backend Specialist: the diff is in your editor's log. {error}")
            return ""

    async def show_text(self, folder: str, name: str, text: str) -> str:
        """Show a text of ours; gives its URI."""
        self._texts[folder, name] = text
        while len(self._texts) > MOST_TEXTS:
            del self._texts[next(iter(self._texts))]
        return await self._show(folder, name, text)

    def hear(self, event: Event) -> None:
        """Take one event of any session: what it says is in the transcript now, what it proposes can be read."""
        if event.kind is Kind.PROPOSAL:
            self._proposals[event.session_id, event.source.id] = event.source
            while len(self._proposals) > MOST_PROPOSALS:
                del self._proposals[next(iter(self._proposals))]
        uri = _uri(event.session_id, NAMES["transcript"])
        if uri in self._shown and event.kind in _IN_TRANSCRIPT:
            self._stale.add(uri)
            if self._refreshing is None or self._refreshing.done():
                self._refreshing = asyncio.create_task(self._refresh(), name="refresh transcripts")

    async def text(self, uri: str) -> str:
        """Answer ``workspace/textDocumentContent``; an unknown URI gives a sentence that says so."""
        try:
            return await self._text(uri)
        except ValueError:  # nothing that could be a URI of ours
            return _GONE

    async def _text(self, uri: str) -> str:
        parts = urlsplit(uri)
        if parts.query:
            return self._side(unquote(parts.query))
        session_id, _, name = parts.path.lstrip("/").partition("/")
        if (session_id, name) in self._texts:
            return self._texts[session_id, name]
        for kind, known in NAMES.items():
            if known == name:
                try:
                    return await self._sources[kind](session_id)
                except Refused as refused:
                    return f"{refused}\n"
        return _GONE

    def _side(self, query: str) -> str:
        session_id, proposal_id, side, number, *_ = (*query.split("/"), "", "", "", "")
        proposal = self._proposals.get((session_id, proposal_id))
        changes = proposal.changes if proposal else ()
        if side not in ("base", "proposed") or number not in map(str, range(len(changes))):
            return _GONE
        change = changes[int(number)]
        return change.base_text if side == "base" else change.text

    async def _refresh(self) -> None:
        """Have the editor read shown transcripts again, each time after it has answered."""
        while self._stale:
            params = types.TextDocumentContentRefreshParams(uri=self._stale.pop())
            await self._server.requests.ask(types.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH, params)

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


def text_uris(session_id: str, proposal_id: str, number: int, label: str) -> dict[str, str]:
    """Give the URIs of the two texts of a proposal's file, for an editor that shows a diff of its own.

    Both have the path of the file: an editor shows it, and takes two paths for a renamed file.
    """
    source = f"{OUR_SCHEME}:/{quote(label)}?{quote(session_id)}/{quote(proposal_id)}"
    return {"baseUri": f"{source}/base/{number}", "proposedUri": f"{source}/proposed/{number}"}


def _uri(session_id: str, name: str) -> str:
    return f"{OUR_SCHEME}:/{quote(session_id)}/{quote(name)}"
