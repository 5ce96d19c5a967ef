"""One progress indicator of one session.

Owns its token and the pace of its reports: at most ten a second, and the last one always arrives.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from lsprotocol import types

from backend_specialist.domain.display import plain
from backend_specialist.lsp.server import SpecialistServer

PACE_SECONDS = 0.1
TOKEN_PREFIX = "backend-specialist-"  # noqa: S105 - a progress token is no secret


class Progress:
    """Begins with the first report and ends once."""

    def __init__(self, server: SpecialistServer, session_id: str, title: str) -> None:
        self._server = server
        self._token = TOKEN_PREFIX + session_id
        self._title = title
        self._message = ""
        self._text = ""
        self._ended = ""
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._over = asyncio.Event()

    def report(self, message: str) -> None:
        """Say what goes on now."""
        self._message, self._text = message, ""
        self._wake()

    def text(self, piece: str) -> None:
        """Say the end of what the specialist writes."""
        self._text = (self._text + piece)[-200:]
        self._message = plain(self._text, 100)
        self._wake()

    def end(self, message: str) -> None:
        """Close the indicator."""
        self._ended = message
        self._over.set()
        self._wake()

    def _wake(self) -> None:
        if not self._server.profile.progress:
            return
        self._news.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=self._token)

    async def _run(self) -> None:
        if not await self._server.requests.create_progress(self._token):
            return
        self._send(types.WorkDoneProgressBegin(title=self._title, cancellable=True))
        while not self._ended:
            await self._news.wait()
            self._news.clear()
            if not self._ended:
                self._send(types.WorkDoneProgressReport(message=self._message, cancellable=True))
                await self._pause()
        self._send(types.WorkDoneProgressEnd(message=self._ended))

    async def _pause(self) -> None:
        """Keep the pace; the end is not held up, since the next job of the session has the same token."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PACE_SECONDS):
                await self._over.wait()

    def _send(self, value: object) -> None:
        params = {"token": self._token, "value": value}
        self._server.tell(types.PROGRESS, params)


def session_of(token: object) -> str | None:
    """The session whose indicator was cancelled, ``None`` for a token of others."""
    if isinstance(token, str) and token.startswith(TOKEN_PREFIX):
        return token.removeprefix(TOKEN_PREFIX)
    return None
