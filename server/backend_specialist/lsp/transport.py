"""Bytes to messages and messages to bytes.

Owns the framing, and the two threads that read and write the standard streams without ever blocking the event
loop: not while nothing comes, and not while the editor does not read. Knows no method.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import re
import select
import threading
from typing import Any

# Also behind what is left of a body whose length was said too small.
_LENGTH = re.compile(rb"(?:^|[^\w-])content-length\s*:\s*(\d{1,18})\s*\Z", re.IGNORECASE)
MOST_BYTES = 256 * 2**20
BIG = 2**17
CHUNK = 2**16


class Unframed(Exception):
    """A message that could not be read; the next one can."""


async def read_message(reader: asyncio.StreamReader) -> Any:
    """Give the next message, decoded; raise ``EOFError`` at the end and :class:`Unframed`."""
    size = await _read_header(reader)
    if size > MOST_BYTES:
        await _skip(reader, size)
        raise Unframed(f"The message is larger than {MOST_BYTES >> 20} MiB.")
    try:
        body = await reader.readexactly(size)
    except asyncio.IncompleteReadError:
        raise EOFError from None
    try:
        # A large document is decoded beside the event loop; the order of messages stays.
        return await asyncio.to_thread(json.loads, body) if size > BIG else json.loads(body)
    except (ValueError, RecursionError):
        raise Unframed("The message is not JSON in UTF-8.") from None


async def _read_header(reader: asyncio.StreamReader) -> int:
    """Read header lines up to the empty one; lines without a meaning are passed over."""
    size: int | None = None
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            raise EOFError from None
        except asyncio.LimitOverrunError as error:
            await reader.readexactly(error.consumed)
            continue
        if found := _LENGTH.search(line):
            size = int(found.group(1))
        elif size is not None and not line.strip():
            return size


async def _skip(reader: asyncio.StreamReader, size: int) -> None:
    while size and (piece := await reader.read(min(size, CHUNK))):
        size -= len(piece)


def read_in_thread(descriptor: int) -> asyncio.StreamReader:
    """Give a stream fed from a file descriptor, whatever it is (pipe, file, terminal).

    A daemon thread on the bare descriptor: a blocking read must not keep the process alive, nor hold the lock of
    a buffer at its end.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=CHUNK)

    async def feed(piece: bytes) -> None:
        reader.feed_data(piece) if piece else reader.feed_eof()

    def pump() -> None:
        with contextlib.suppress(RuntimeError, OSError):
            while piece := os.read(descriptor, CHUNK):
                # Waiting for the loop keeps the pace: what is not handled stays in the pipe.
                asyncio.run_coroutine_threadsafe(feed(piece), loop).result()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(reader.feed_eof)

    threading.Thread(target=pump, name="editor-in", daemon=True).start()
    return reader


class ThreadWriter:
    """Writes to a file descriptor so that an editor that does not read blocks nobody.

    A small message goes out at once if the pipe has room for it; to wake the thread for it takes longer.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._room = _Room(descriptor)
        self._pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # Each is counted by one side only, so that no lock is needed.
        self._queued = self._written = 0
        self._thread = threading.Thread(target=self._pump, name="editor-out", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Write a message, or queue it."""
        if self._queued == self._written and self._room.takes(data):
            with contextlib.suppress(OSError):  # the thread will meet it as well, and end
                os.write(self._descriptor, data)
                return
        self._queued += 1
        self._pieces.put(data)

    def close(self) -> None:
        """Write what is queued, for two seconds at most."""
        self._pieces.put(None)
        self._thread.join(2)

    def _pump(self) -> None:
        with contextlib.suppress(OSError):  # the editor has gone: the reading side will notice
            while (data := self._pieces.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
                self._written += 1


class _Room:
    """Whether a pipe takes a message whole and at once: up to ``PIPE_BUF`` bytes when it is writable, says POSIX."""

    def __init__(self, descriptor: int) -> None:
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll:
            self._poll.register(descriptor, select.POLLOUT)

    def takes(self, data: bytes) -> bool:
        if self._poll is None or len(data) > select.PIPE_BUF:
            return False
        return [event for _, event in self._poll.poll(0)] == [select.POLLOUT]
