"""What the user types.

Owns standard input. Asks nothing by itself, and never takes what was typed before a question as its
answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from typing import Any

try:
    import termios
except ImportError:  # Windows has none
    termios = None  # type: ignore[assignment]


class Keyboard:
    """Lines from standard input. One question waits at a time: :meth:`forget`, put the question, :meth:`line`."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[tuple[int, str | None]] = asyncio.Queue()
        # Each line carries the number of the question that was there when it was typed.
        self._question = 0
        self._loop = asyncio.get_running_loop()
        self._pending: asyncio.Future[None] | None = None
        self._started = False
        self._ended = False

    @property
    def present(self) -> bool:
        """Whether there is a person who could answer."""
        return sys.stdin is not None and sys.stdin.isatty() and not self._ended

    def forget(self) -> None:
        """Drop what was typed so far. Called right before a question is shown: what follows may answer it."""
        self._question += 1
        if termios is not None and sys.stdin.isatty():
            with contextlib.suppress(termios.error):
                termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)

    async def line(self) -> str | None:
        """Give the next line typed since :meth:`forget`; ``None`` when input ended or was interrupted."""
        if self._ended:
            return None
        self._start()
        self._pending = self._loop.create_future()
        typed = asyncio.create_task(self._next())
        both: set[asyncio.Future[Any]] = {typed, self._pending}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        self._pending = None
        if not typed.done():
            typed.cancel()
            return None
        self._ended = typed.result() is None
        return typed.result()

    def interrupt(self) -> None:
        """End the question that waits, if there is one."""
        if self._pending is not None and not self._pending.done():
            self._pending.set_result(None)

    async def _next(self) -> str | None:
        while True:
            question, line = await self._lines.get()
            if question == self._question or line is None:
                return line

    def _start(self) -> None:
        # A thread because no event loop can wait for a terminal on every system, a daemon because
        # nothing can end a read that waits. It reads the descriptor: a lock of sys.stdin that is
        # held at the end of the program is fatal.
        if not self._started:
            self._started = True
            threading.Thread(target=self._read, args=(sys.stdin.fileno(),), daemon=True).start()

    def _read(self, descriptor: int) -> None:
        rest = b""
        while data := self._chunk(descriptor):
            question = self._question
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._put(question, line.decode("utf-8", "replace").rstrip("\r"))
        self._put(self._question, None)

    @staticmethod
    def _chunk(descriptor: int) -> bytes:
        try:
            return os.read(descriptor, 4096)
        except OSError:
            return b""

    def _put(self, question: int, line: str | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._lines.put_nowait, (question, line))
