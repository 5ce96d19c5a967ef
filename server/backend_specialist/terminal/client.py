"""The connection to the server, which is a child process.

Owns the process, requests and answers in both directions, and a clean end: nothing is left running.
Knows no session and shows nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from backend_specialist.terminal.wire import WireBroken, frame, read_message

COMMAND = (sys.executable, "-m", "backend_specialist", "serve")
_METHOD_NOT_FOUND = -32601
_INTERNAL_ERROR = -32603
_POSIX = os.name == "posix"
# Seconds for an orderly end.
_PATIENCE = 5.0

OnRequest = Callable[[str, Any], Awaitable[Any]]
OnNotification = Callable[[str, Any], None]


class ServerDied(Exception):
    """The server ended, or cannot be understood. The message says what it last wrote."""

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class ErrorAnswer(Exception):
    """The server answered a request with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class UnknownMethod(Exception):
    """The server asked for something that this editor cannot do."""


class Client:
    """One running server. ``on_gone`` is called once, when it has ended in whatever way."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        *,
        on_request: OnRequest,
        on_notification: OnNotification,
        on_gone: Callable[[], None] = lambda: None,
    ) -> None:
        self._process = process
        self._on_request = on_request
        self._on_notification = on_notification
        self._on_gone = on_gone
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._handlers: set[asyncio.Task[None]] = set()
        self._errors: deque[bytes] = deque(maxlen=20)
        self._broken = ""
        self._gone = False
        self._stderr = asyncio.create_task(self._keep_errors())
        self._reader = asyncio.create_task(self._read())

    @property
    def process_id(self) -> int:
        """The process id of the server."""
        return self._process.pid

    async def request(self, method: str, params: Any) -> Any:
        """Send a request and give its result; raise :class:`ErrorAnswer` or :class:`ServerDied`."""
        if self._gone:
            raise await self.death()
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._send({"id": number, "method": method, "params": params})
        try:
            return await future
        finally:
            self._waiting.pop(number, None)

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification; a server that has gone does not hear it."""
        self._send({"method": method} | ({} if params is None else {"params": params}))

    async def command(self, name: str, argument: Mapping[str, Any]) -> Any:
        """Run a command of the server (``run`` is ``backendSpecialist.run``)."""
        params = {"command": f"backendSpecialist.{name}", "arguments": [dict(argument)]}
        return await self.request("workspace/executeCommand", params)

    async def close(self) -> None:
        """Shut the server down as the protocol wants it; kill it when it does not end."""
        if not self._gone:
            with contextlib.suppress(ServerDied, ErrorAnswer, TimeoutError):
                await asyncio.wait_for(self.request("shutdown", None), _PATIENCE)
            self.notify("exit")
        self._process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        await self._ended()
        await asyncio.gather(self._reader, self._stderr, *self._handlers)

    async def _ended(self) -> int:
        """Wait for the process, not longer than it may take; then nothing of its group is left."""
        try:
            code = await asyncio.wait_for(self._process.wait(), _PATIENCE)
        except TimeoutError:
            self.kill()
            code = await self._process.wait()
        self.kill()
        return code

    def kill(self) -> None:
        """End the server and everything that it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            if _POSIX:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    async def death(self) -> ServerDied:
        """Say how the server ended, with the tail of what it wrote to its error stream."""
        if self._broken:
            return ServerDied(f"The language server cannot be understood: {self._broken}.")
        code = await self._ended()
        await self._stderr
        tail = b"".join(self._errors).decode("utf-8", "replace").rstrip()
        said = f" It last wrote:\n{tail}" if tail else " It wrote nothing about the reason."
        return ServerDied(f"The language server ended unexpectedly (exit code {code}).{said}", code)

    # ------------------------------------------------------------ the two streams

    def _send(self, message: Mapping[str, Any]) -> None:
        stdin = self._process.stdin
        if self._gone or stdin is None or stdin.is_closing():
            return
        stdin.write(frame(message))

    async def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 - it is a pipe
        try:
            while (message := await read_message(stream)) is not None:
                self._receive(message)
        except WireBroken as error:
            self._broken = str(error)
            self.kill()
        await self._end()

    async def _end(self) -> None:
        self._gone = True
        death = await self.death()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(death)
        self._on_gone()

    async def _keep_errors(self) -> None:
        stream = self._process.stderr
        assert stream is not None  # noqa: S101 - it is a pipe
        while data := await stream.read(4096):
            joined = b"".join((*self._errors, data)).splitlines(keepends=True)
            self._errors.clear()
            self._errors.extend(line[:500] for line in joined)

    def _receive(self, message: Mapping[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            self._answered(message)
        elif "id" in message:
            task = asyncio.create_task(self._serve(message["id"], method, message.get("params")))
            self._handlers.add(task)
            task.add_done_callback(self._handlers.discard)
        else:
            self._on_notification(method, message.get("params"))

    def _answered(self, message: Mapping[str, Any]) -> None:
        future = self._waiting.get(message.get("id", 0))
        if future is None or future.done():
            return
        error = message.get("error")
        if error is None:
            future.set_result(message.get("result"))
        elif isinstance(error, Mapping):
            future.set_exception(ErrorAnswer(error.get("code", 0), str(error.get("message", ""))))
        else:
            future.set_exception(ErrorAnswer(0, "an error without a message"))

    async def _serve(self, number: Any, method: str, params: Any) -> None:
        try:
            answer: dict[str, Any] = {"result": await self._on_request(method, params)}
        except UnknownMethod:
            answer = {"error": {"code": _METHOD_NOT_FOUND, "message": f"No method {method}"}}
        except Exception as error:  # noqa: BLE001 - the server must get an answer, whatever fails here
            answer = {
                "error": {"code": _INTERNAL_ERROR, "message": f"The terminal failed: {error}"}
            }
        self._send({"id": number, **answer})


async def start(
    *,
    on_request: OnRequest,
    on_notification: OnNotification,
    on_gone: Callable[[], None] = lambda: None,
    command: Sequence[str] = COMMAND,
) -> Client:
    """Start the server in a process group of its own: Ctrl+C is for us, not for it."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=_POSIX,
    )
    return Client(process, on_request=on_request, on_notification=on_notification, on_gone=on_gone)
