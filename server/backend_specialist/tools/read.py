"""The tool ``read``: a file or a directory, as the session sees it.

Owns how text is numbered, paged and cut for the model. Buffers, proposals and the secret guard are the context's.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.domain.ports import ToolSpec
from backend_specialist.tools.listing import names_in, similar
from backend_specialist.tools.pages import Page, entry_page, text_page
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput
from backend_specialist.tools.resource import Resource

# By name, since these may well hold text at their beginning.
_BINARY = re.compile(
    r"\.(7z|a|class|dll|docx?|exe|gz|jar|lib|o|obj|od[pst]|pptx?|py[co]|so|tar|war|wasm|xlsx?|zip)\Z",
    re.IGNORECASE,
)


# A page of so many characters takes about a millisecond, and a thread has to be woken for a larger one.
_LARGE = 100_000


class Read:
    """Gives numbered lines of a file, or the names in a directory."""

    permission = "read"
    spec = ToolSpec(
        name="read",
        description=(
            "Read a file, or list a directory. You see what the user sees: the editor's unsaved text first, then your "
            "own proposed edits on top, then the disk.\n"
            "- Each line is shown as `N: text`; the number and the colon are not part of the file. Never put them into "
            "an edit.\n"
            "- 2000 lines are given from line 1; use offset and limit for more of a longer file, or for a part of it. "
            "Longer lines than 2000 characters are cut, and a call gives at most 50 KB.\n"
            "- A directory is listed sorted, with `/` after directories.\n"
            "- Read several files in one turn when you know that you need them. Use grep to find a place in a large "
            "file.\n"
            "- Binary files and files that may hold secrets are refused."
        ),
        schema={
            "type": "object",
            "properties": {
                "filePath": {
                    "type": "string",
                    "description": "The file or directory, relative to the workspace or absolute.",
                },
                "offset": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "The line (or entry) to begin with; the first is 1.",
                },
                "limit": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "How many lines (or entries) to give; 2000 if not given.",
                },
            },
            "required": ["filePath"],
        },
    )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Read; raise :class:`ToolFailed` for what cannot be read."""
        place = await resolve(context, arguments["filePath"])
        await context.permit("read", place.subjects)
        offset, limit = max(arguments.get("offset") or 1, 1), arguments.get("limit") or 2000
        return await _read(context, place, offset, limit)


async def _read(context: ToolContext, place: Resource, offset: int, limit: int) -> ToolOutput:
    if place.root or place.external:
        names = await names_in(context, place.path)
        if names is not None:
            return _listed(context, place, names, offset, limit)
    snapshot = await _snapshot(context, place)
    context.learn(place.path, snapshot.text)
    page = await _page(snapshot.text, offset, limit)
    note = await _origin(context, place, snapshot)
    text = _tagged(place, "file", "content", [*page.lines, "", page.footer, *note])
    return ToolOutput(text, page.title(place.shown))


async def _page(text: str, offset: int, limit: int) -> Page:
    if len(text) > _LARGE:
        return await asyncio.to_thread(text_page, text, offset, limit)
    return text_page(text, offset, limit)


def _listed(
    context: ToolContext, place: Resource, names: Sequence[str], offset: int, limit: int
) -> ToolOutput:
    marked = [_marked(context, place, name) for name in names]
    page = entry_page(marked, offset, limit)
    text = _tagged(place, "directory", "entries", [*page.lines, "", page.footer])
    return ToolOutput(text, page.title(f"{place.shown}/"))


def _marked(context: ToolContext, place: Resource, name: str) -> str:
    shown = name if name.isprintable() else name.encode("unicode_escape").decode()
    names = [f"{directory}/{name}" for directory in (place.path, *place.names)]
    secret = not name.endswith("/") and context.secret(*names)
    return f"{shown} (kept from you: may hold secrets)" if secret else shown


def _tagged(place: Resource, kind: str, tag: str, lines: Sequence[str]) -> str:
    body = "\n".join(lines).strip("\n")
    return f"<path>{place.shown}</path>\n<type>{kind}</type>\n<{tag}>\n{body}\n</{tag}>"


async def _snapshot(context: ToolContext, place: Resource) -> Snapshot:
    if _BINARY.search(place.path):
        raise ToolFailed(f"{place.shown} is a binary file: it cannot be read as text.")
    try:
        return await context.read(place)
    except Unreadable as error:
        hint = await similar(context, place) if error.kind == "missing" else ""
        raise ToolFailed(f"{place.shown} cannot be read. {error}{hint}") from None


async def _origin(context: ToolContext, place: Resource, snapshot: Snapshot) -> list[str]:
    if place.path in context.proposed():
        return ["(This is your proposed text. The user has not accepted it yet.)"]
    if place.root is None and not place.external:
        return ["(This document was never saved; it has no file.)"]
    if snapshot.open and not await _saved(context, snapshot):
        return ["(This is the editor's unsaved text; the file on disk differs.)"]
    return []


async def _saved(context: ToolContext, snapshot: Snapshot) -> bool:
    try:
        text, _ = await context.workspace.disk.read(snapshot.path)
    except Unreadable:
        return False
    return bool(text == snapshot.text)
