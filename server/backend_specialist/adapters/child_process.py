"""A child process: started whole, ended whole.

Owns the start, which no cancellation can break off in the middle, and the end of the process with all that it started.
Knows no program.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager


class NotStarted(Exception):
    """Why a command cannot be run."""


@asynccontextmanager
async def child_process(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    stdin: int,
    stderr: int,
    directory: str | None = None,
) -> AsyncIterator[Process]:
    """Run a command, its output in a pipe, for as long as the block; raises :class:`NotStarted`."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *command,
            cwd=directory,
            env=environment,
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    )
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        # asyncio would wait for the pipes, which a child of this process may hold for ever.
        with contextlib.suppress(OSError, ValueError):
            await _end(await starting)
        raise
    except (OSError, ValueError) as error:
        raise NotStarted(error) from error
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    """Leave neither a process nor a pipe behind."""
    kill(process)
    if process.stdin is not None:
        process.stdin.close()
    await process.communicate()


def kill(process: Process) -> None:
    """Kill a process that still runs, with its own children."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
