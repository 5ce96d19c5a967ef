"""What is in a directory, proposed files included, and which names are like one that is missing.

Owns the session's view of directories. Shows names only.
"""

from __future__ import annotations

import difflib
import os

from backend_specialist.domain.document import Unreadable
from backend_specialist.tools.registry import ToolContext, ToolFailed
from backend_specialist.tools.resource import Resource

_MOST_SIMILAR = 3


async def names_in(context: ToolContext, path: str) -> list[str] | None:
    """Sorted names in a directory, ``/`` after directories; ``None`` if it is none, not even a proposed one."""
    names = set(_proposed_in(context, path))
    if await context.workspace.disk.kind(path) == "directory":
        try:
            names.update(await context.workspace.disk.entries(path))
        except Unreadable as error:
            raise ToolFailed(f"The directory cannot be listed. {error}") from None
    elif not names:
        return None
    return sorted(names)


def _proposed_in(context: ToolContext, path: str) -> list[str]:
    base = path.rstrip(os.sep) + os.sep
    found = []
    for proposed in context.proposed():
        if proposed.startswith(base):
            head, separator, _ = proposed[len(base) :].partition(os.sep)
            found.append(f"{head}/" if separator else head)
    return found


async def similar(context: ToolContext, place: Resource) -> str:
    """A sentence with up to three names like that of a missing file, none of them secret; empty without any."""
    directory, name = os.path.split(place.path)
    folder = os.path.dirname(place.shown)
    try:
        names = await names_in(context, directory) or []
    except ToolFailed:
        names = []
    known = {entry.rstrip("/").casefold(): entry for entry in names if entry.isprintable()}
    wanted = name.casefold()
    containing = [
        entry for entry in known if wanted in entry or (len(entry) > 2 and entry in wanted)
    ]
    close = difflib.get_close_matches(wanted, known, n=_MOST_SIMILAR, cutoff=0.6)
    found = [known[entry] for entry in dict.fromkeys((*close, *containing))]
    allowed = [entry for entry in found if not context.secret(*_beside(place, entry))]
    shown = [os.path.join(folder, entry) for entry in allowed[:_MOST_SIMILAR]]
    return f" Did you mean {' or '.join(shown)}?" if shown else ""


def _beside(place: Resource, entry: str) -> list[str]:
    """The names of a file in the directory of another, by each way that leads there."""
    return [os.path.join(os.path.dirname(name), entry) for name in (place.path, *place.names)]
