"""The files that a recipe's template names as ``@path``: they come with the task.

Owns which words of a template mean a file, and how much of it is given. What the user wrote is no template. Each file
passes the gate and the secret guard, as if the specialist had read it; what is kept from it is said.
"""

from __future__ import annotations

import re

from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.framing import framed, named
from backend_specialist.sessions.context import SessionContext
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.registry import ToolFailed
from backend_specialist.tools.resource import Resource

MAX_FILES = 10
MAX_FILE = 20_000
MAX_ALL = 60_000
# A word of its own, up to a blank, a quote or a bracket, without the punctuation behind it.
_FILE = re.compile(r"(?<![\w`@])@([^\s@`'\"(){}<>,;]*[^\s@`'\"(){}<>,;.:!?])")


async def attached(template: str, context: SessionContext) -> tuple[str, ...]:
    """Give the files in frames, and a sentence for each that may not be given; what names no file is just a word."""
    found: list[str] = []
    room = MAX_ALL
    for path in list(dict.fromkeys(_FILE.findall(template)))[:MAX_FILES]:
        part = await _attached(path, context, min(MAX_FILE, room))
        if part:
            found.append(part)
            room -= min(len(part), room)
    return tuple(found)


async def _attached(path: str, context: SessionContext, room: int) -> str:
    try:
        place = await resolve(context, path)
        if not await _is_file(place, context):
            return ""
        await context.permit("read", place.subjects, title=f"Read {place.shown}?")
        text = (await context.read(place)).text
        context.learn(place.path, text)
    except (ToolFailed, Unreadable) as error:
        return f"The task names {named(path)}, which is not given: {error}"
    cut = "\n(cut here; read the file for the rest)" if len(text) > room else ""
    return framed("file", text[:room] + cut, path=place.shown)


async def _is_file(place: Resource, context: SessionContext) -> bool:
    if any(document.path == place.path for document in context.workspace.open_documents()):
        return True
    return await context.workspace.disk.kind(place.path) == "file"
