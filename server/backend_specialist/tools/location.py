"""From an absolute path to the file that it means.

Owns containment (which paths belong to the workspace) and identity: whatever links lead to a file, it is one
:class:`Resource`, and its buffer is the truth. Reads no file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import chain

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.ports import Root, Workspace
from backend_specialist.tools.registry import ToolContext
from backend_specialist.tools.resource import Resource

_Homes = Sequence[tuple[Root, tuple[str, ...]]]
"""Each root with the spellings of its directory, the real one last; none for one that leads round in a circle."""


async def locate(context: ToolContext, path: str) -> tuple[tuple[str, ...], Resource | None]:
    """Give the names of an absolute path, the real one last, and its place unless that is outside the workspace.

    There are no names, and no place, where links lead round in a circle. What is open or proposed is resolved anew each
    time, all in one go: a link may be changed at any moment, and nothing else tells that two paths are one file.
    """
    opened = [document.path for document in context.workspace.open_documents()]
    held = [each for each in (*opened, *context.proposed()) if os.path.isabs(each)]
    (names, *others), homes = await _spelled(context, [path, *held])
    found = _inside(names, homes)
    if found is None:
        return names, None
    root, label = found
    own = _path_in(root, label)
    same = [other for other in others if other[-1:] == names[-1:]]
    here = same[0][0] if same and own not in opened else own
    known = tuple(dict.fromkeys((*names, own, *chain.from_iterable(same))))
    return names, Resource(
        root=root,
        path=here,
        label=label,
        shown=show(context, root, label),
        uri=context.workspace.uri_of(here),
        names=known,
        subjects=tuple(dict.fromkeys((label, *_labels(known, homes)))),
    )


async def every_name(context: ToolContext, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give the names of each path; the last two are the real path, and that below the editor's spelling of the root.

    They are the same outside the workspace. A path that leads round in a circle has no names.
    """
    every, homes = await _spelled(context, paths)
    known: dict[str, tuple[str, ...]] = {}
    for path, names in zip(paths, every, strict=True):
        found = _inside(names, homes)
        own = (_path_in(*found),) if found else names[-1:]
        known[path] = (*names, *own)
    return known


async def strayed(workspace: Workspace, changes: Sequence[FileChange]) -> frozenset[str]:
    """The paths of changes that do not lead to where they were proposed: a link has taken the place of something.

    Any root counts, since folders come and go while a question waits.
    """
    ways = [change.path for change in changes] + [root.path for root in workspace.roots]
    every = await workspace.disk.spellings(*ways)
    homes = [names[-1] for names in every[len(changes) :] if names]
    return frozenset(
        change.path
        for change, names in zip(changes, every, strict=False)
        if not names or change.place not in [below(names[-1], home) for home in homes]
    )


def show(context: ToolContext, root: Root, label: str) -> str:
    """Give a root-relative path as people and models read it: headed by the root's name where there are several."""
    roots = context.workspace.roots
    if len(roots) == 1:
        return label
    if sum(other.name == root.name for other in roots) > 1:
        return os.path.join(root.path, label) if label != "." else root.path
    return f"{root.name}/{label}" if label != "." else root.name


async def _spelled(
    context: ToolContext, paths: Sequence[str]
) -> tuple[list[tuple[str, ...]], _Homes]:
    roots = context.workspace.roots
    every = await context.workspace.disk.spellings(*paths, *(root.path for root in roots))
    return every[: len(paths)], list(zip(roots, every[len(paths) :], strict=True))


def _path_in(root: Root, label: str) -> str:
    return root.path if label == "." else os.path.join(root.path, *label.split("/"))


def _inside(names: Sequence[str], homes: _Homes) -> tuple[Root, str] | None:
    """The root that a file is really in, and the path below it."""
    real = [(root, spelled[-1:]) for root, spelled in homes]
    return _label(names[-1], real) if names else None


def _labels(names: Iterable[str], homes: _Homes) -> Iterable[str]:
    return (found[1] for name in names if (found := _label(name, homes)))


def _label(path: str, homes: _Homes) -> tuple[Root, str] | None:
    """The innermost root that a path lies in, and the path below it; ``None`` outside of all."""
    every = [(home, root) for root, spelled in homes for home in spelled]
    fitting = [(home, root) for home, root in every if below(path, home) is not None]
    if not fitting:
        return None
    home, root = max(fitting, key=lambda pair: len(pair[0]))
    return root, below(path, home) or "."


def below(path: str, directory: str) -> str | None:
    """The path below a directory with ``/`` (empty for itself), ``None`` when it lies elsewhere."""
    if path == directory:
        return ""
    base = directory.rstrip(os.sep) + os.sep
    return path[len(base) :].replace(os.sep, "/") if path.startswith(base) else None
