"""What a workspace root brings along: agents, recipes and settings of its own.

Owns which files these are, up to the top of the repository that the root lies in. Trusts nothing. Every call blocks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from backend_specialist.adapters.agent_layer import (
    AGENTS,
    RECIPES,
    Layer,
    Origin,
    Shape,
    is_wanted,
)
from backend_specialist.adapters.file_tree import read_tree

OPENCODE = ".opencode"
CLAUDE = ".claude"
SETTINGS = ".backend-specialist"
# The nearest first.
_LAYERS = ((SETTINGS, Shape.FOLDERS), (OPENCODE, Shape.FOLDERS), (CLAUDE, Shape.CLAUDE))
_UP = "../"
_MOST_LEVELS = 12


def files_of(root_path: str, *, above: bool = True) -> dict[str, bytes]:
    """The files by path from the root (``../`` for those above it, unless left out).

    Raises :class:`~.file_tree.TreeRefused` when they cannot be read whole.
    """
    files = dict(_found(root_path, SETTINGS, SETTINGS, lambda _: True))
    for level in levels(root_path) if above else [root_path]:
        up = _prefix(root_path, level)
        files |= _found(level, OPENCODE, f"{up}{OPENCODE}", _is_opencode)
        files |= _found(level, f"{CLAUDE}/agents", f"{up}{CLAUDE}/agents", _is_markdown)
    return files


def levels(root_path: str) -> tuple[str, ...]:
    """The root and the directories above it up to the one with ``.git``; without one, the root alone."""
    root = os.path.abspath(root_path)
    found = [root]
    while not os.path.lexists(os.path.join(found[-1], ".git")):
        parent = os.path.dirname(found[-1])
        if parent == found[-1] or len(found) == _MOST_LEVELS:
            return (root,)
        found.append(parent)
    return tuple(found)


def layers_of(root_path: str, files: Mapping[str, bytes]) -> Iterator[Layer]:
    """The places of agents and recipes among a root's files, the nearest first."""
    for level in levels(root_path):
        up = _prefix(root_path, level)
        for folder, shape in _LAYERS:
            prefix = f"{up}{folder}/"
            own = {
                path.removeprefix(prefix): files[path] for path in files if path.startswith(prefix)
            }
            if own:
                directory = os.path.join(level, folder)
                yield Layer(origin=Origin.WORKSPACE, directory=directory, files=own, shape=shape)


def _prefix(root_path: str, level: str) -> str:
    below = os.path.relpath(os.path.abspath(root_path), level)
    return "" if below == "." else _UP * len(below.split(os.sep))


def _is_opencode(path: str) -> bool:
    return is_wanted(path, Shape.FOLDERS)


def _is_markdown(path: str) -> bool:
    return path.endswith(".md")


def _found(
    directory: str, folder: str, name: str, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    if os.path.islink(os.path.join(directory, folder.partition("/")[0])):
        return iter(())
    tree = read_tree(os.path.join(directory, folder), wanted=wanted)
    return ((f"{name}/{path}", data) for path, data in tree.items())


def watched(root_path: str) -> Iterator[str]:
    """The directories in which files of a root may appear."""
    yield os.path.join(root_path, SETTINGS)
    for level in levels(root_path):
        yield from (os.path.join(level, OPENCODE, name) for name in (*AGENTS, *RECIPES))
        yield os.path.join(level, CLAUDE, "agents")
