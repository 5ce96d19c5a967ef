"""Symbolic links, followed one at a time.

Owns the names that a path has on its way to the real one: who judges a file by its name has to see each of them. Opens
no file, and may block.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate

# As many as Linux follows; others follow fewer. So nothing can be opened by a path that is given up here.
_MOST = 40

_Read = Callable[[str], str | None]


def spellings(paths: Sequence[str]) -> list[tuple[str, ...]]:
    """Give each path with what every link on its way makes of it, the real path last; nothing for one in a circle.

    Parts that do not exist are no links. The file system is asked about each directory once for all paths.
    """
    read = cache(_target)
    return [_spellings(path, read) for path in paths]


def _target(path: str) -> str | None:
    try:
        return os.readlink(path)
    except (OSError, ValueError):
        return None


def _spellings(path: str, read: _Read) -> tuple[str, ...]:
    names = [os.path.normpath(path)]
    for _ in range(_MOST + 1):
        following = _followed(path, read)
        if following is None:
            return tuple(names)
        path = following
        names.append(os.path.normpath(path))
    return ()


def _followed(path: str, read: _Read) -> str | None:
    """The path with its first link replaced by where that leads; ``None`` without one.

    A ``..`` of a link's target stays until no link is left before it: it is the parent of where that one leads.
    """
    parts = path.split(os.sep)
    for number, head in enumerate(accumulate(parts, _joined), start=1):
        target = read(head)
        if target is not None:
            return os.path.join(os.path.dirname(head), target, *parts[number:])
    return None


def _joined(directory: str, name: str) -> str:
    return f"{directory}{os.sep}{name}"
