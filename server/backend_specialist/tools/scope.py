"""Where a search happens, and which texts stand before the disk there.

Owns the session's view for searches: unsaved buffers and proposed texts instead of those files on disk, and nothing
that the secret guard keeps. Searches nothing itself.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from backend_specialist.tools.listing import similar
from backend_specialist.tools.location import every_name, show
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.registry import ToolContext, ToolFailed
from backend_specialist.tools.resource import Resource

UNTITLED = "untitled:"

_Found = TypeVar("_Found")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """``directories`` are each given by path and further names, none inside another; ``on_disk`` are those that exist.

    ``file`` is set for a search in one file, ``whole`` for one in all workspace folders.
    """

    directories: tuple[tuple[str, ...], ...] = ()
    on_disk: tuple[tuple[str, ...], ...] = ()
    file: Resource | None = None
    whole: bool = False

    def holds(self, path: str) -> bool:
        """Whether a path is below one of the directories."""
        return any(path.startswith(_base(names[0])) for names in self.directories)

    def names(self, path: str) -> set[str]:
        """What a path is called by each way that leads to one of the directories."""
        return {
            name + path[len(names[0]) :]
            for names in self.directories
            if path.startswith(_base(names[0]))
            for name in names
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlay:
    """Texts by path, and the paths under which the disk must not be asked for the same files."""

    texts: dict[str, str]
    hides: frozenset[str]


async def scope_of(context: ToolContext, given: object) -> Scope:
    """Give the place to search: a file, a directory, or without ``given`` every workspace folder."""
    if given is None:
        return await _everywhere(context)
    place = await resolve(context, given)
    if place.root is None and not place.external:
        return Scope(file=place)
    kind = await context.workspace.disk.kind(place.path)
    known = (tuple(dict.fromkeys((place.path, *place.names))),)
    directory = Scope(directories=known, on_disk=known if kind == "directory" else ())
    layered = _layered(context)
    if directory.on_disk or any(map(directory.holds, layered)):
        return directory
    if kind == "missing" and place.path not in layered:
        hint = await similar(context, place)
        raise ToolFailed(f"There is no file or directory {place.shown}.{hint}")
    return Scope(file=place)


async def _everywhere(context: ToolContext) -> Scope:
    paths = [root.path for root in context.workspace.roots]
    if not paths:
        raise ToolFailed(
            "No folder is open in the editor, so there is nothing to search. "
            "Give the absolute path of a directory, or tell the user to open the project's folder."
        )
    outer = [path for path in paths if not any(path.startswith(_base(other)) for other in paths)]
    names = await context.workspace.disk.spellings(*dict.fromkeys(outer))
    # A folder that leads round in a circle has no names, and nothing in it.
    known = tuple(each for each in names if each)
    return Scope(directories=known, on_disk=known, whole=True)


def _base(directory: str) -> str:
    return directory.rstrip(os.sep) + os.sep


def _layered(context: ToolContext) -> dict[str, str]:
    """Texts over the disk: of open documents, and over them what the session proposes."""
    documents = context.workspace.open_documents()
    return {document.path: document.text for document in documents} | dict(context.proposed())


async def overlay_of(context: ToolContext, scope: Scope) -> Overlay:
    """Give the texts that stand before the disk in a scope, secret ones left out."""
    texts: dict[str, str] = {}
    hides: set[str] = set()
    layered = _layered(context)
    known = await every_name(context, [path for path in layered if not path.startswith(UNTITLED)])
    for path, text in layered.items():
        names = known.get(path, (path,))
        if not (any(map(scope.holds, names[-2:])) if path in known else scope.whole):
            continue
        hides.update(names)
        # Each once: to judge a name takes longer than to find it.
        if not context.secret(*{*names, *(each for name in names for each in scope.names(name))}):
            texts[path] = text
    return Overlay(texts=texts, hides=frozenset(hides))


async def matching(
    context: ToolContext, scope: Scope, glob: str, paths: Collection[str]
) -> list[str]:
    """Those of some paths over the disk that a glob means below any of the directories."""
    found: dict[str, None] = {}
    for directory, *_ in scope.directories:
        below = await context.search.match_paths(directory, glob, list(paths))
        found.update(dict.fromkeys(below))
    return list(found)


async def all_of(searches: Collection[Awaitable[Sequence[_Found]]]) -> list[_Found]:
    """Run searches at the same time and join what they find; none is left running when one fails."""
    results = await asyncio.gather(*searches, return_exceptions=True)
    found: list[_Found] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        found.extend(result)
    return found


def open_to(context: ToolContext, names: Sequence[str]) -> Callable[[str], bool]:
    """Give the test whether a file below a directory may be shown: by its path, and by each name of the directory."""

    def allowed(path: str) -> bool:
        return not context.secret(*(name + path[len(names[0]) :] for name in names))

    return allowed


def naming(context: ToolContext) -> Callable[[str], str]:
    """Give the function that turns an absolute path into what can be given back to a tool."""
    roots = sorted(context.workspace.roots, key=lambda root: -len(root.path))

    def name(path: str) -> str:
        for root in roots:
            if path.startswith(_base(root.path)):
                label = path[len(_base(root.path)) :].replace(os.sep, "/")
                return show(context, root, label)
        return path

    return name
