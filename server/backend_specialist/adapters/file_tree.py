"""Small trees of files, read whole: configuration that anyone may have written.

Owns the bounds, and that only ordinary files are read. Understands no content. Every call blocks.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator

MAX_BYTES = 1024 * 1024
"""What is read of one file; nothing longer is ever used."""
_MAX_FILES = 500
_MAX_ENTRIES = 5000
_MAX_DEPTH = 8
_SKIPPED = frozenset({"node_modules", ".git"})
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class TreeRefused(Exception):
    """A tree that cannot be read whole; the message says why."""


def read_tree(
    directory: str, *, wanted: Callable[[str], bool], follow_links: bool = False
) -> dict[str, bytes]:
    """Give the files below a directory by relative path with ``/``, sorted; none if it does not exist.

    Raises :class:`TreeRefused` when there are too many files, or one cannot be read.
    """
    found: dict[str, bytes] = {}
    for path in _paths(directory, follow_links=follow_links):
        below = os.path.relpath(path, directory).replace(os.sep, "/")
        if not wanted(below):
            continue
        if len(found) == _MAX_FILES:
            raise TreeRefused(f"{directory} has more than {_MAX_FILES} files. Remove some.")
        data = _read(path, follow_links=follow_links)
        if data is not None:
            found[below] = data
    return dict(sorted(found.items()))


def _paths(directory: str, *, follow_links: bool) -> Iterator[str]:
    if os.path.islink(directory) and not follow_links:
        return
    seen: set[tuple[int, int]] = set()
    entries = 0
    for folder, folders, files in os.walk(directory, followlinks=follow_links):
        entries += len(folders) + len(files)
        if entries > _MAX_ENTRIES:
            raise TreeRefused(f"{directory} has more than {_MAX_ENTRIES} entries. Remove some.")
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        if _was_seen(folder, seen) or _depth(folder, directory) >= _MAX_DEPTH:
            folders.clear()
        yield from (os.path.join(folder, name) for name in sorted(files))


def _was_seen(folder: str, seen: set[tuple[int, int]]) -> bool:
    try:
        found = os.stat(folder)
    except OSError:
        return True
    key = (found.st_dev, found.st_ino)
    known = key in seen
    seen.add(key)
    return known


def _depth(folder: str, directory: str) -> int:
    below = os.path.relpath(folder, directory)
    return 0 if below == "." else below.count(os.sep) + 1


def _read(path: str, *, follow_links: bool) -> bytes | None:
    """The bytes of an ordinary file, ``None`` for a device, or a link that is not followed."""
    flags = _OPEN | (0 if follow_links else getattr(os, "O_NOFOLLOW", 0))
    try:
        if not follow_links and os.path.islink(path):
            return None
        descriptor = os.open(path, flags)
        with open(descriptor, "rb") as file:
            ordinary = stat.S_ISREG(os.fstat(descriptor).st_mode)
            return file.read(MAX_BYTES + 1) if ordinary else None
    except FileNotFoundError:
        return None  # a link to nothing, such as an editor's lock, or a file that has just gone
    except OSError as error:
        raise TreeRefused(f"{path} cannot be read: {error.strerror or error}.") from error
