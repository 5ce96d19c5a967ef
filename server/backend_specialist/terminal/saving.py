"""Files on disk: where they may lie, and how they are replaced.

Owns containment below the workspace root and atomic saving. Decides nothing about approval.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

MAX_BYTES = 20 * 1024 * 1024


class Refused(Exception):
    """Something that this editor will not or cannot do. The message says what, and why."""


def path_of(uri: str) -> str:
    """Give the path that a ``file:`` URI names."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or "%00" in parts.path:
        raise Refused(f"{uri} is not a file of this machine, so it cannot be changed here.")
    if os.name == "nt":
        return os.path.normpath(url2pathname(parts.path))
    return os.path.normpath(unquote(parts.path, errors="surrogateescape"))


def uri_of(path: str) -> str:
    """Spell an absolute path as a ``file:`` URI."""
    return Path(path).as_uri()


def contained(path: str, root: str) -> str:
    """Give the real path, symlinks followed; raise :class:`Refused` if it is not below ``root``."""
    real, base = os.path.realpath(path), os.path.realpath(root)
    if os.path.normcase(real).startswith(os.path.normcase(os.path.join(base, ""))):
        return real
    raise Refused(f"{path} lies outside of the workspace {root}, so it is not used.")


def load(real: str) -> bytes | None:
    """Give a regular file's bytes, ``None`` when there is nothing; raise :class:`Refused`."""
    try:
        found = os.stat(real)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Refused(f"{real} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(found.st_mode):
        raise Refused(f"{real} is not a regular file.")
    if found.st_size > MAX_BYTES:
        raise Refused(f"{real} is larger than {MAX_BYTES // 1024 // 1024} MB.")
    try:
        with open(real, "rb") as file:
            return file.read()
    except OSError as error:
        raise Refused(f"{real} cannot be read: {error.strerror}.") from error


def replace(real: str, before: bytes | None, after: bytes) -> None:
    """Put ``after`` in place of ``before`` (``None``: no file) in one step.

    Raises :class:`Refused`, and changes nothing, also when another program changed the file.
    """
    try:
        os.makedirs(os.path.dirname(real), exist_ok=True)
        mode = _mode(real)
        handle, temporary = tempfile.mkstemp(prefix=".saving-", dir=os.path.dirname(real))
    except OSError as error:
        raise Refused(f"{real} cannot be saved: {error.strerror}.") from error
    try:
        with open(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        _unchanged(real, before)
        os.replace(temporary, real)
    except OSError as error:
        raise Refused(f"{real} cannot be saved: {error.strerror}.") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def remove(real: str, before: bytes) -> None:
    """Delete a file that still holds ``before``; raise :class:`Refused`."""
    _unchanged(real, before)
    try:
        os.unlink(real)
    except OSError as error:
        raise Refused(f"{real} cannot be deleted: {error.strerror}.") from error


def _unchanged(real: str, before: bytes | None) -> None:
    if load(real) != before:
        raise Refused(f"{real} was changed by another program in this moment. Run the task again.")


def _mode(real: str) -> int:
    try:
        return stat.S_IMODE(os.stat(real).st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
