"""From the first byte to the exit code.

Owns how a connection runs and how it ends: ``exit``, the end of the input, a signal, the death of the editor.
Ends only its own process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable

from backend_specialist.lsp import errors
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.lsp.transport import ThreadWriter, Unframed, read_in_thread, read_message

_log = logging.getLogger(__name__)

POLL_SECONDS = 2.0
LAST_SECONDS = 10.0


class CannotListen(Exception):
    """The address cannot be used; the message says why, and what to do."""


def run_stdio(server: SpecialistServer) -> int:
    """Speak on the standard streams until the editor ends it; give the exit code.

    The process must end afterwards: it is ended by force if it lives on for :data:`LAST_SECONDS`. From here on
    everything that anybody prints goes to standard error.
    """
    descriptor = os.dup(sys.stdout.fileno())
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    return asyncio.run(_speak_on_streams(server, descriptor))


async def _speak_on_streams(server: SpecialistServer, descriptor: int) -> int:
    writer = ThreadWriter(descriptor)
    server.protocol.set_writer(writer)
    watching = asyncio.create_task(_watch_editor(server))
    try:
        async with _signals(server):
            return await _speak(server, read_in_thread(sys.stdin.fileno()))
    finally:
        watching.cancel()
        writer.close()


def run_tcp(server: SpecialistServer, host: str, port: int) -> int:
    """Serve the first client that connects until it ends; give the exit code, or raise :class:`CannotListen`.

    Says the address on standard error, since port 0 means any.
    """
    return asyncio.run(_speak_on_socket(server, host, port))


async def _speak_on_socket(server: SpecialistServer, host: str, port: int) -> int:
    first: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
    first = asyncio.get_running_loop().create_future()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if first.done():
            writer.close()
        else:
            first.set_result((reader, writer))

    listening = await _listen(connected, host, port)
    address = listening.sockets[0].getsockname()
    print(f"Listening on {address[0]}:{address[1]}", file=sys.stderr, flush=True)  # noqa: T201 - for the user
    async with listening, _signals(server):
        stopped = asyncio.create_task(server.stopped.wait())
        stopped.add_done_callback(lambda _: first.cancel())
        await asyncio.wait({first})
        stopped.cancel()
        if first.cancelled():
            return 0
        reader, writer = first.result()
        server.protocol.set_writer(writer)
        try:
            return await _speak(server, reader)
        finally:
            writer.close()


async def _listen(
    connected: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None], host: str, port: int
) -> asyncio.Server:
    try:
        return await asyncio.start_server(connected, host, port)
    except (OSError, UnicodeError) as error:
        number = error.errno if isinstance(error, OSError) else None
        # asyncio puts its own sentence in the place of the system's; an unknown host has a number below zero.
        why = os.strerror(number) if number and number > 0 else getattr(error, "strerror", None)
        raise CannotListen(
            f"The server cannot listen on {host}:{port}: {why or 'that is no name of a host'}. "
            "Name an address of this machine and a free port; port 0 takes any."
        ) from error


async def _speak(server: SpecialistServer, reader: asyncio.StreamReader) -> int:
    reading = asyncio.create_task(_read_on(server, reader))
    stopped = asyncio.create_task(server.stopped.wait())
    await asyncio.wait({reading, stopped}, return_when=asyncio.FIRST_COMPLETED)
    _die_at_last(server)
    reading.cancel()
    stopped.cancel()
    await server.close()
    return server.exit_code


async def _read_on(server: SpecialistServer, reader: asyncio.StreamReader) -> None:
    while True:
        try:
            message = await read_message(reader)
        except (EOFError, OSError):
            return
        except Unframed as error:
            server.protocol.fail(None, errors.Fault(errors.PARSE_ERROR, str(error)))
            continue
        try:
            server.protocol.receive(message)
        except Exception as error:  # noqa: BLE001 - one message must not end the conversation
            _log.error("A message could not be handled: %s", errors.place_of(error))
        # Handlers see the documents of their own moment: they start before the next message is taken.
        await asyncio.sleep(0)


def _die_at_last(server: SpecialistServer) -> None:
    """A thread that hangs (a dead network disk) keeps an interpreter alive; the editor has gone, so go."""
    timer = threading.Timer(LAST_SECONDS, lambda: os._exit(server.exit_code))
    timer.daemon = True
    timer.start()


@contextlib.asynccontextmanager
async def _signals(server: SpecialistServer) -> AsyncIterator[None]:
    """End in order when asked by a signal, where the platform has them."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
        for number in signals:
            loop.add_signal_handler(number, server.stop)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            for number in signals:
                loop.remove_signal_handler(number)


async def _watch_editor(server: SpecialistServer) -> None:
    """Stop when the editor's process has ended, though its end of the pipe may be held open by another."""
    await server.met.wait()
    process = server.editor_process
    if process is None or not _alive(process):
        return  # not to be seen from here (a container, another machine): the pipe will tell
    while _alive(process):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await server.stopped.wait()
                return
    _log.warning("The editor's process has ended.")
    server.stop()


def _alive(process: int) -> bool:
    if sys.platform == "win32":
        return False  # signal 0 would end it there; the end of the pipe is all we have
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return not _ended(process)


def _ended(process: int) -> bool:
    """Whether a process is only a name that its parent has not taken off the list yet."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read(4096).rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except (OSError, IndexError):
        return False
