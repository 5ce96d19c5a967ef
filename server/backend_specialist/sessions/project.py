"""What can be said of a project without running anything.

Owns the search for manifests and for the instructions of a repository. Every text passes the secret guard and lies
really below its root. Bounded in directories, files and characters; what takes long runs in threads.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from itertools import islice

from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.framing import framed
from backend_specialist.domain.ports import Root, Workspace
from backend_specialist.domain.secret import SecretGuard
from backend_specialist.domain.stack import Component, component, tells
from backend_specialist.sessions.labels import label_of

MAX_INSTRUCTIONS = 8_000
MAX_ALL_INSTRUCTIONS = 16_000
_INSTRUCTIONS = "AGENTS.md"
_MOST_DIRECTORIES = 150
_MOST_COMPONENTS = 30
_MOST_MANIFESTS = 8
_DEPTH = 2
_DEEPEST = 40
_SKIPPED = (
    "node_modules", "vendor", "target", "dist", "build", "out", "bin", "obj", "venv", "env",
    "site-packages", "__pycache__",
)  # fmt: skip


async def components(
    workspace: Workspace, guard: SecretGuard, near: str = ""
) -> tuple[Component, ...]:
    """Every directory with manifests: those on the way to the file ``near``, then those at most two below a root."""
    found: list[Component] = []
    for root in workspace.roots:
        found += await _components(workspace, guard, root, near)
    return tuple(found)


async def _components(
    workspace: Workspace, guard: SecretGuard, root: Root, near: str
) -> list[Component]:
    found: list[Component] = []
    way = [*reversed(way_to(root, near))] or [root.path]
    levels = {directory: _DEPTH if directory == root.path else 0 for directory in way}
    queue = [*levels]
    for directory in queue:
        if len(found) == _MOST_COMPONENTS:
            break
        entries = await _entries(workspace, directory)
        names, below = await asyncio.to_thread(_chosen, entries)
        if levels[directory]:
            # The list grows while it is gone through: nearer directories come first.
            fresh = [path for name in below if (path := f"{directory}/{name}") not in levels]
            fresh = fresh[: max(_MOST_DIRECTORIES - len(queue), 0)]
            levels |= dict.fromkeys(fresh, levels[directory] - 1)
            queue += fresh
        texts = {
            name: await text_of(workspace, guard, root, f"{directory}/{name}") for name in names
        }
        known = {name: text for name, text in texts.items() if text is not None}
        if known:
            label = _called(workspace, root, directory)
            found.append(await asyncio.to_thread(component, directory, label, known))
    return found


def _chosen(entries: Sequence[str]) -> tuple[list[str], list[str]]:
    """The manifests and the directories to be entered among the names of a directory, which may be very many."""
    manifests = islice((name for name in entries if tells(name)), _MOST_MANIFESTS)
    entered = (
        name[:-1]
        for name in entries
        if name.endswith("/") and name[:-1] not in _SKIPPED and not name.startswith(".")
    )
    return list(manifests), list(islice(entered, _MOST_DIRECTORIES))


def _called(workspace: Workspace, root: Root, directory: str) -> str:
    return root.name if directory == root.path else label_of(workspace.roots, directory)


async def _entries(workspace: Workspace, directory: str) -> tuple[str, ...]:
    try:
        return await workspace.disk.entries(directory)
    except Unreadable:
        return ()


def way_to(root: Root, path: str) -> tuple[str, ...]:
    """The directories from a root down to the one that a file lies in; none for a file of another root."""
    home = root.path.rstrip("/")
    if not path.startswith(home + "/"):
        return ()
    found = [root.path]
    for part in path.removeprefix(home + "/").split("/")[:-1][:_DEEPEST]:
        found.append(f"{found[-1].rstrip('/')}/{part}")
    return tuple(found)


async def instructions(workspace: Workspace, guard: SecretGuard, near: str = "") -> str:
    """The ``AGENTS.md`` of each root and of the directories on the way to the file ``near``, the nearest last."""
    parts: list[str] = []
    room = MAX_ALL_INSTRUCTIONS
    for root in workspace.roots:
        for directory in way_to(root, near) or (root.path,):
            path = f"{directory.rstrip('/')}/{_INSTRUCTIONS}"
            text = (await text_of(workspace, guard, root, path) or "").strip()
            cut = text[: min(MAX_INSTRUCTIONS, room)]
            if cut:
                room -= len(cut)
                shown = f"{cut}\n(cut here)" if len(text) > len(cut) else cut
                source = label_of(workspace.roots, path)
                parts.append(framed("instructions", shown, **{"from": source}))
    return "\n".join(parts)


async def text_of(workspace: Workspace, guard: SecretGuard, root: Root, path: str) -> str | None:
    """The text of a file of a root; ``None`` for none, for a secret one and for a link that leads out of the root."""
    names, homes = await workspace.disk.spellings(path, root.path)
    if not names or not homes or not names[-1].startswith(homes[-1].rstrip(os.sep) + os.sep):
        return None
    if guard.reason(path, *names):
        return None
    try:
        return (await workspace.read(path)).text
    except Unreadable:
        return None
