"""From what a model calls a path to the one place that is meant.

Owns which root a relative path is of, and that a model learns nothing of what lies outside the workspace, not even
whether it exists. What lies inside says ``tools.location``. Reads no file.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from backend_specialist.domain.ports import Root
from backend_specialist.tools.location import below, locate
from backend_specialist.tools.path_text import Given, parse, quoted
from backend_specialist.tools.registry import ToolContext, ToolFailed
from backend_specialist.tools.resource import Resource


async def resolve(context: ToolContext, given: object, *, for_edit: bool = False) -> Resource:
    """Give the place that a path, or ``file:`` or ``untitled:`` URI, means; raise :class:`ToolFailed`.

    A path outside the workspace asks for the permission ``external_directory`` to be read and is never edited. A file
    that is kept from the model is shown as it was given: where its links lead is nobody's business.
    """
    wanted = parse(given)
    place = await _meant(context, wanted, for_edit=for_edit)
    return replace(place, shown=wanted.path) if context.secret(*place.names) else place


async def _meant(context: ToolContext, wanted: Given, *, for_edit: bool) -> Resource:
    if wanted.untitled:
        return _untitled(context, wanted)
    if not wanted.absolute:
        return await _relative(context, wanted)
    names, found = await locate(context, wanted.path)
    if found:
        return found
    if _root_of(context.workspace.roots, wanted.path):
        raise _escape(wanted)
    return await _external(context, wanted, names or (wanted.path,), for_edit=for_edit)


def _untitled(context: ToolContext, wanted: Given) -> Resource:
    documents = context.workspace.open_documents()
    for document in documents:
        if wanted.path in (document.uri, document.path):
            return _rootless(document.path, document.uri, document.uri, (document.uri,))
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
            places[place.path] = place.known_as(places.get(place.path, place))
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


async def _external(
    context: ToolContext, wanted: Given, names: Sequence[str], *, for_edit: bool
) -> Resource:
    if for_edit:
        raise ToolFailed(
            f"{wanted.quoted} is outside the workspace. Only files inside it can be edited: "
            f"{_folders(context)}. Propose the change in the deliverable's text instead."
        )
    real = names[-1]
    known = tuple(dict.fromkeys((real, *names)))
    is_directory = await context.workspace.disk.kind(real) == "directory"
    directories = known if is_directory else map(os.path.dirname, known)
    subjects = [os.path.join(each, "*") for each in dict.fromkeys(directories)]
    try:
        await context.permit(
            "external_directory", subjects, title=f"Read outside the workspace: {wanted.path}"
        )
    except ToolFailed:
        # The gate's own words name the subject, and from that one could learn what exists.
        raise ToolFailed(
            f"{wanted.quoted} is outside the workspace, and the rules or the user do not allow reading there. "
            f"Work with what is inside: {_folders(context)}."
        ) from None
    return _rootless(real, real, context.workspace.uri_of(real), known, external=True)


def _rootless(
    path: str, label: str, uri: str, names: tuple[str, ...], *, external: bool = False
) -> Resource:
    return Resource(
        root=None,
        path=path,
        label=label,
        shown=label,
        uri=uri,
        names=names,
        subjects=names,
        external=external,
    )


def _folders(context: ToolContext) -> str:
    return ", ".join(root.path for root in context.workspace.roots) or "no folder is open"


def _escape(wanted: Given) -> ToolFailed:
    return ToolFailed(
        f"{wanted.quoted} leads outside the workspace through a symbolic link, or round in a circle, so it is not "
        "used. "
        "Give a path whose real place is inside the workspace."
    )


def _root_of(roots: tuple[Root, ...], path: str) -> Root | None:
    return next((root for root in roots if below(path, root.path) is not None), None)
