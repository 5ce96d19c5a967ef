"""What the open projects are built with, as it was when last looked at.

Owns that knowledge between two looks, so that an answer from memory costs nothing. Whoever hears of a change calls
:meth:`Stacks.refresh`; nothing is looked up when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

from backend_specialist.domain import stack
from backend_specialist.domain.ports import Workspace
from backend_specialist.domain.secret import SecretGuard
from backend_specialist.sessions import project

_UNTOLD = re.compile("[\ud800-\udfff]")


class Stacks:
    """The stacks of a workspace's roots."""

    def __init__(self, workspace: Workspace, guard: Callable[[], SecretGuard]) -> None:
        self._workspace = workspace
        self._guard = guard
        self._components: tuple[stack.Component, ...] = ()
        self._words: dict[str, frozenset[str]] = {}
        self._watched: frozenset[str] = frozenset()

    async def refresh(self) -> None:
        """Look again; what takes long runs in threads."""
        self._components = await project.components(self._workspace, self._guard())
        self._words.clear()
        told = {f"{each.directory}/{name}" for each in self._components for name in each.files}
        known = told | {path async for path in self._possible()}
        # One name that is no text would end the watching of all.
        self._watched = frozenset(path for path in known if not _UNTOLD.search(path))

    async def _possible(self) -> AsyncIterator[str]:
        """The manifests that may come to be at the top of a root."""
        for root in self._workspace.roots:
            for name in sorted(stack.TELLING):
                path = f"{root.path.rstrip('/')}/{name}"
                # A directory of such a name would be watched with all that is below it.
                if await self._workspace.disk.kind(path) != "directory":
                    yield path

    def words(self, path: str) -> frozenset[str]:
        """The words for what a file's project is built with; none where that is not known."""
        if path not in self._words:
            found = stack.around(self._components, path)
            words = (stack.words(each.technologies) for each in found)
            self._words[path] = frozenset[str]().union(*words)
        return self._words[path]

    def watched(self) -> frozenset[str]:
        """The files in which a change matters, as far as that was known at the last look; not all of them exist."""
        return self._watched
