"""Just enough HTTP for a scripted server on loopback: one request of a connection after the other.

Owns reading a request and writing an answer. Knows nothing of models.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MAX_BODY_BYTES = 64 * 1024 * 1024
_PHRASES = {200: "OK", 400: "Bad Request", 404: "Not Found"}


class BrokenRequest(Exception):
    """Not a request that this server reads."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpRequest:
    """Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """The API key or token that came with it."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
        return self.headers.get("x-api-key") or bearer


async def read_request(reader: asyncio.StreamReader, begun: bytes = b"") -> HttpRequest:
    """Read one request, of which ``begun`` is known already; raise :class:`BrokenRequest`."""
    try:
        head = (begun + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        length = int(headers.get("content-length", "0"))
    except (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise BrokenRequest from error
    if length > _MAX_BODY_BYTES:
        raise BrokenRequest
    try:
        body = await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        raise BrokenRequest from error
    return HttpRequest(method=method, path=path.split("?")[0], headers=headers, body=body)


class Answer:
    """One answer, whole or streamed. Once it is ``complete`` the client may ask again."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.complete = False
        self._writer = writer
        # The client sends nothing until it has the answer, so whatever is read before means that it went away.
        self._next = asyncio.ensure_future(reader.read(1))

    async def whole(
        self, status: int, body: Any, *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with JSON, or with a web page when the body is text."""
        page = isinstance(body, str)
        content = body.encode() if page else json.dumps(body).encode()
        kind = "text/html" if page else "application/json"
        fields = {"content-type": kind, "content-length": str(len(content)), **(headers or {})}
        self._writer.write(_head(status, fields) + content)
        self.complete = True
        await self._writer.drain()

    def begin_stream(self) -> None:
        """Announce a stream of events."""
        fields = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
        self._writer.write(_head(200, fields))

    async def piece(self, data: bytes) -> None:
        """Send one chunk of the stream."""
        self._writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self._writer.drain()

    async def end_stream(self) -> None:
        """End the stream as HTTP wants it ended."""
        self._writer.write(b"0\r\n\r\n")
        self.complete = True
        await self._writer.drain()

    async def break_stream(self) -> None:
        """End the connection inside of a chunk."""
        self._writer.write(b"ff\r\nevent: con")
        await self._writer.drain()

    async def client_gone(self, seconds: float | None) -> bool:
        """Wait so long, or for ever, for the client to go away."""
        done, _ = await asyncio.wait({self._next}, timeout=seconds)
        return bool(done)

    async def release(self) -> bytes:
        """Let the connection be read again; gives what has come of the next request."""
        self._next.cancel()
        await asyncio.wait({self._next})
        return b"" if self._next.cancelled() else self._next.result()


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, 'Error')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
