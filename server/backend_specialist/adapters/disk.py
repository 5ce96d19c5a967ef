"""The file system, for reading.

Owns how bytes become text below the buffers, and which files are never opened (devices, FIFOs, sockets, huge ones).
Knows no workspace and no permission, and writes nothing. Every call runs in a thread, because every call may block.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat

from backend_specialist.adapters import links
from backend_specialist.domain.document import TextFormat, Unreadable, decode

LIMIT = 10 * 1024 * 1024
"""The largest file that is read, in bytes."""

_CHUNK = 1024 * 1024
# Not blocking, because a FIFO put in place of a file must not hang the thread; the rest is hygiene.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})
_SPECIAL = "This is a device, a pipe or a socket, not a file: it cannot be read."


class LocalDisk:
    """The disk of this machine."""

    async def read(self, path: str) -> tuple[str, TextFormat]:
        """Give text and format; raise ``Unreadable``."""
        return await asyncio.to_thread(_read_text, path)

    async def kind(self, path: str) -> str:
        """``file``, ``directory``, ``special`` or ``missing``; symlinks are followed."""
        return await asyncio.to_thread(_kind, path)

    async def entries(self, path: str) -> tuple[str, ...]:
        """Sorted names of a directory, ``/`` after directories; a symlink is a plain name. Raise ``Unreadable``."""
        return await asyncio.to_thread(_entries, path)

    async def spellings(self, *paths: str) -> list[tuple[str, ...]]:
        """Give each path with what its symlinks make of it, one after the other; the last is the real one."""
        return await asyncio.to_thread(links.spellings, paths)


def _read_text(path: str) -> tuple[str, TextFormat]:
    return decode(_read_bytes(path))


def _read_bytes(path: str) -> bytes:
    try:
        # Asked before opening as well: opening a device can have effects of its own.
        _refuse(os.stat(path))
        handle = os.open(path, _FLAGS)
        try:
            _refuse(os.fstat(handle))
            return _read_all(handle)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        raise unreadable(error) from error


def _refuse(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable("directory", "This is a directory, not a file.")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("special", _SPECIAL)
    if status.st_size > LIMIT:
        raise Unreadable("too-large", _too_large(f"{status.st_size / 1024 / 1024:.1f} MB"))


def _read_all(handle: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := os.read(handle, _CHUNK):
        size += len(chunk)
        if size > LIMIT:
            raise Unreadable("too-large", _too_large("growing and"))
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(size: str) -> str:
    return (
        f"The file is {size} large; only files up to {LIMIT // 1024 // 1024} MB are read. "
        "Work without it, or ask the user for the part that matters."
    )


def _kind(path: str) -> str:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return "missing"
    if stat.S_ISDIR(mode):
        return "directory"
    return "file" if stat.S_ISREG(mode) else "special"


def _entries(path: str) -> tuple[str, ...]:
    try:
        with os.scandir(path) as found:
            # Symlinks are not followed: what one outside the workspace leads to is nobody's business here.
            names = [entry.name + "/" * entry.is_dir(follow_symlinks=False) for entry in found]
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    return tuple(sorted(names))


def unreadable(error: OSError | ValueError) -> Unreadable:
    """Say in plain words why the file system refused."""
    number = error.errno if isinstance(error, OSError) else errno.ENOENT
    if number in _MISSING:
        return Unreadable("missing", "There is no such file.")
    if number == errno.ENXIO:
        return Unreadable("special", _SPECIAL)
    if number in (errno.EACCES, errno.EPERM):
        return Unreadable("failed", "The file system does not permit reading it.")
    if number == errno.ELOOP:
        return Unreadable("failed", "Its symbolic links lead round in a circle.")
    reason = os.strerror(number) if number else str(error)
    return Unreadable("failed", f"The file system could not read it: {reason}.")
