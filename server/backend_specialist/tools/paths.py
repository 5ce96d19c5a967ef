"""From what a model calls a path to the one place that is meant.

Owns containment: which paths belong to the workspace, and that a model learns nothing of what lies outside, not even
whether it exists. The identity of a file is the editor's spelling of its root, joined with the real path below it.
Reads no file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from backend_specialist.domain.ports import Root
from backend_specialist.tools.path_text import Given, parse, quoted
from backend_specialist.tools.registry import ToolContext, ToolFailed


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A place that a tool may work on.

    ``label`` is the path below the root, with ``/``: the subject of permission rules. ``shown`` is the same headed by
    the root's name where there are several roots: it can be given back to any tool. Both are the absolute path of an
    ``external`` file, and the URI of a document without a file, which have no root.
    """

    root: Root | None
    path: str
    label: str
    shown: str
    uri: str
    external: bool = False


async def resolve(context: ToolContext, given: object, *, for_edit: bool = False) -> Resource:
    """Give the place that a path, or ``file:`` or ``untitled:`` URI, means; raise :class:`ToolFailed`.

    A path outside the workspace asks for the permission ``external_directory`` to be read and is never edited.
    """
    wanted = parse(given)
    if wanted.untitled:
        return _untitled(context, wanted)
    if not wanted.absolute:
        return await _relative(context, wanted)
    real, found = await locate(context, wanted.path)
    if found:
        return found
    if _root_of(context.workspace.roots, wanted.path):
        raise _escape(wanted)
    return await _external(context, wanted, real, for_edit=for_edit)


async def locate(context: ToolContext, path: str) -> tuple[str, Resource | None]:
    """Give where an absolute path really leads, and its place unless that is outside the workspace."""
    roots = context.workspace.roots
    real, *homes = await context.workspace.disk.real_paths(path, *(root.path for root in roots))
    fitting = [
        (home, root)
        for home, root in zip(homes, roots, strict=True)
        if _below(real, home) is not None
    ]
    if not fitting:
        return real, None
    home, root = max(fitting, key=lambda pair: len(pair[0]))
    label = _below(real, home) or "."
    own = root.path if label == "." else os.path.join(root.path, *label.split("/"))
    own = await _as_opened(context, own, path, real)
    shown = show(context, root, label)
    uri = context.workspace.uri_of(own)
    return real, Resource(root=root, path=own, label=label, shown=shown, uri=uri)


def show(context: ToolContext, root: Root, label: str) -> str:
    """Give a root-relative path as people and models read it: headed by the root's name where there are several."""
    roots = context.workspace.roots
    if len(roots) == 1:
        return label
    if sum(other.name == root.name for other in roots) > 1:
        return os.path.join(root.path, label) if label != "." else root.path
    return f"{root.name}/{label}" if label != "." else root.name


async def _as_opened(context: ToolContext, own: str, given: str, real: str) -> str:
    """A file that the editor opened through a symlink keeps the editor's spelling: its buffer is the truth."""
    names = {os.path.basename(path) for path in (given, real)}
    documents = context.workspace.open_documents()
    if any(document.path == own for document in documents):
        return own
    for document in documents:
        alike = os.path.basename(document.path) in names and os.path.isabs(document.path)
        if alike and await context.workspace.disk.real_paths(document.path) == [real]:
            return document.path
    return own


def _untitled(context: ToolContext, wanted: Given) -> Resource:
    documents = context.workspace.open_documents()
    for document in documents:
        if wanted.path in (document.uri, document.path):
            uri = document.uri
            return Resource(root=None, path=document.path, label=uri, shown=uri, uri=uri)
    names = [document.uri for document in documents if document.uri.startswith("untitled:")]
    known = f"Open ones are: {', '.join(names[:10])}." if names else "None is open."
    raise ToolFailed(f"No untitled document {wanted.quoted} is open. {known}")


async def _relative(context: ToolContext, wanted: Given) -> Resource:
    roots = context.workspace.roots
    if not roots:
        raise ToolFailed(
            f"No folder is open in the editor, so the relative path {wanted.quoted} means nothing. "
            "Give an absolute path, or tell the user to open the project's folder."
        )
    candidates = await _candidates(context, wanted)
    if not candidates:
        raise _escape(wanted)
    if len(candidates) == 1:
        return candidates[0]
    existing = [place for place in candidates if await _exists(context, place.path)]
    return _only(existing) or await _for_new(context, wanted, candidates)


async def _candidates(context: ToolContext, wanted: Given) -> list[Resource]:
    """What the path may mean: below each root, and below the root whose name it begins with."""
    places: dict[str, Resource] = {}
    for path in _spelled(context.workspace.roots, wanted.path):
        _, place = await locate(context, path)
        if place:
            places.setdefault(place.path, place)
    return list(places.values())


def _spelled(roots: tuple[Root, ...], relative: str) -> list[str]:
    head, _, rest = relative.partition("/")
    paths = [os.path.join(root.path, relative) for root in roots]
    if len(roots) > 1:
        paths += [os.path.join(root.path, rest) for root in roots if root.name == head]
    return [os.path.normpath(path) for path in paths]


def _only(places: list[Resource]) -> Resource | None:
    if len(places) > 1:
        names = ", ".join(quoted(place.shown) for place in places)
        raise ToolFailed(f"The path is in several workspace folders. Say which you mean: {names}.")
    return places[0] if places else None


async def _for_new(context: ToolContext, wanted: Given, places: list[Resource]) -> Resource:
    """Of places where nothing is yet: that of the named root, else that whose directory is the only one there."""
    head = wanted.path.partition("/")[0]
    named = [place for place in places if place.root and place.root.name == head]
    named = [place for place in named if not place.label.startswith(f"{head}/")]
    if len(named) == 1:
        return named[0]
    if "/" in wanted.path:
        parents = [(os.path.dirname(place.path), place) for place in places]
        kinds = [(await context.workspace.disk.kind(parent), place) for parent, place in parents]
        homes = [place for kind, place in kinds if kind == "directory"]
        if len(homes) == 1:
            return homes[0]
    names = ", ".join(quoted(root.name) for root in context.workspace.roots)
    raise ToolFailed(
        f"{wanted.quoted} is in none of the workspace folders {names}. "
        "Begin the path with the name of the folder that you mean, or give the absolute path."
    )


async def _exists(context: ToolContext, path: str) -> bool:
    documents = context.workspace.open_documents()
    if path in context.proposed() or any(document.path == path for document in documents):
        return True
    return await context.workspace.disk.kind(path) != "missing"


async def _external(context: ToolContext, wanted: Given, real: str, *, for_edit: bool) -> Resource:
    if for_edit:
        raise ToolFailed(
            f"{wanted.quoted} is outside the workspace. Only files inside it can be edited: "
            f"{_folders(context)}. Propose the change in the deliverable's text instead."
        )
    is_directory = await context.workspace.disk.kind(real) == "directory"
    subject = os.path.join(real if is_directory else os.path.dirname(real), "*")
    try:
        await context.permit(
            "external_directory", [subject], title=f"Read outside the workspace: {wanted.path}"
        )
    except ToolFailed:
        # The gate's own words name the subject, and from that one could learn what exists.
        raise ToolFailed(
            f"{wanted.quoted} is outside the workspace, and the rules or the user do not allow reading there. "
            f"Work with what is inside: {_folders(context)}."
        ) from None
    uri = context.workspace.uri_of(real)
    return Resource(root=None, path=real, label=real, shown=real, uri=uri, external=True)


def _folders(context: ToolContext) -> str:
    return ", ".join(root.path for root in context.workspace.roots) or "no folder is open"


def _escape(wanted: Given) -> ToolFailed:
    return ToolFailed(
        f"{wanted.quoted} leads outside the workspace through a symbolic link, so it is not used. "
        "Give a path whose real place is inside the workspace."
    )


def _root_of(roots: tuple[Root, ...], path: str) -> Root | None:
    return next((root for root in roots if _below(path, root.path) is not None), None)


def _below(path: str, directory: str) -> str | None:
    """The path below a directory with ``/`` (empty for itself), ``None`` when it lies elsewhere."""
    if path == directory:
        return ""
    base = directory.rstrip(os.sep) + os.sep
    return path[len(base) :].replace(os.sep, "/") if path.startswith(base) else None
