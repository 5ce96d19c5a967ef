"""What the user is told about agent files by itself: that one is broken, that a root's are not trusted.

Owns what was said already: everything is said once, and again only when it has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from backend_specialist.domain.display import plain
from backend_specialist.lsp.contents import Contents
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.sessions.catalog import Catalog


class AgentNews:
    """``tell`` is called after every reading of the files."""

    def __init__(self, server: SpecialistServer, catalog: Catalog, contents: Contents) -> None:
        self._server = server
        self._catalog = catalog
        self._contents = contents
        self._said: frozenset[str] = frozenset()

    async def tell(self) -> None:
        """Say what is new."""
        untrusted = await asyncio.to_thread(self._catalog.untrusted)
        news = [*self._broken(), *self._catalog.refused()]
        changes = {_offer(root, lines): lines for root, lines in untrusted}
        for message in (*news, *changes):
            if message in self._said:
                continue
            self._server.say(message)
            for line in changes.get(message, ()):
                self._contents.log(line)
        self._said = frozenset((*news, *changes))

    def _broken(self) -> Iterator[str]:
        for file in self._catalog.broken():
            place, message = file.problem.place, plain(file.problem.message)
            effect = "What it said before stays in force" if file.kept else "It is not used"
            yield f"{plain(file.source)}:{place.line + 1}: {message} {effect} until that is repaired."


def _offer(root: str, lines: tuple[str, ...]) -> str:
    what = plain("; ".join(lines), 400)
    return (
        f"The agent files, recipes and settings of {plain(root)} are not used until you trust them: {what}. "
        f"Trust them with the command backendSpecialist.trust, or: backend-specialist trust {plain(root)}"
    )
