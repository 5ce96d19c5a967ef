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
from backend_specialist.tools.paths import Resource, locate, resolve, show
from backend_specialist.tools.registry import ToolContext, ToolFailed

UNTITLED = "untitled:"

_Found = TypeVar("_Found")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """``directories`` are (path, real path) pairs, none inside another; ``on_disk`` are those that exist there.

    ``file`` is set for a search in one file, ``whole`` for one in all workspace folders.
    """

    directories: tuple[tuple[str, str], ...] = ()
    on_disk: tuple[tuple[str, str], ...] = ()
    file: Resource | None = None
    whole: bool = False

    def holds(self, path: str) -> bool:
        """Whether a path is below one of the directories."""
        return any(path.startswith(_base(directory)) for directory, _ in self.directories)


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
    pairs = (await _pair(context, place.path),)
    directory = Scope(directories=pairs, on_disk=pairs if kind == "directory" else ())
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
    pairs = tuple([await _pair(context, path) for path in dict.fromkeys(outer)])
    return Scope(directories=pairs, on_disk=pairs, whole=True)


async def _pair(context: ToolContext, path: str) -> tuple[str, str]:
    (real,) = await context.workspace.disk.real_paths(path)
    return path, real


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
    for path, text in _layered(context).items():
        untitled = path.startswith(UNTITLED)
        names = {path} if untitled else await _names(context, path)
        if not (scope.whole if untitled else any(map(scope.holds, names))):
            continue
        hides |= names
        if not any(map(context.secret, names)):
            texts[path] = text
    return Overlay(texts=texts, hides=frozenset(hides))


async def matching(
    context: ToolContext, scope: Scope, glob: str, paths: Collection[str]
) -> list[str]:
    """Those of some paths over the disk that a glob means below any of the directories."""
    found: dict[str, None] = {}
    for directory, _ in scope.directories:
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


async def _names(context: ToolContext, path: str) -> set[str]:
    """Every spelling of a file: the editor's, the real one, and the real one below the editor's root."""
    real, place = await locate(context, path)
    below = {os.path.join(place.root.path, place.label)} if place and place.root else set()
    return {path, real} | below


def open_to(context: ToolContext, pair: tuple[str, str]) -> Callable[[str], bool]:
    """Give the test whether a file below a directory may be shown: by its path and by its real one."""
    directory, real = pair

    def allowed(path: str) -> bool:
        return not context.secret(path) and not context.secret(real + path[len(directory) :])

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
