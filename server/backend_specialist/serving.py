"""One server process, from its first message to its exit code.

Owns what is there at once: the edge, which answers ``initialize``, takes documents and lets everything else wait
while ``app`` is imported behind it. Decides nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from backend_specialist import __version__
from backend_specialist.adapters.disk import LocalDisk
from backend_specialist.adapters.logs import configure
from backend_specialist.adapters.state_files import StateFiles, state_directory
from backend_specialist.loading import uncollected
from backend_specialist.lsp import features
from backend_specialist.lsp.arguments import COMMANDS
from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.lifecycle import CannotListen, run_stdio, run_tcp
from backend_specialist.lsp.server import SpecialistServer

if TYPE_CHECKING:
    from backend_specialist.app import Application

__all__ = ["CannotListen", "Front", "serve"]

# Threads that compare texts take turns with the event loop, which would wait too long for the end of Python's own 5 ms.
_SWITCH_SECONDS = 0.001


class Front:
    """A server whose application is loaded when it is first asked for: by ``initialized``, as a rule."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._files = StateFiles(state_directory(environment))
        self._loading: asyncio.Task[Application] | None = None
        self.server = SpecialistServer(
            Documents(LocalDisk()), version=__version__, commands=COMMANDS
        )
        self.server.on_command = self._run_command
        self.server.on_shutdown = self._close
        features.register(self.server, self.application)
        self.server.protocol.prepare()

    async def application(self) -> Application:
        """Give the application."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(), name="load the application")
        return await asyncio.shield(self._loading)

    async def _load(self) -> Application:
        make = await asyncio.to_thread(_application)
        return make(self.server, self._files, self._environment)

    async def _run_command(self, name: str, arguments: list[Any]) -> object:
        return await (await self.application()).run_command(name, arguments)

    async def _close(self) -> None:
        if self._loading is not None:
            await (await self._loading).close()


def _application() -> type[Application]:
    # The import takes as long as everything before the answer to ``initialize``, which does not need it.
    with uncollected():
        from backend_specialist.app import Application  # noqa: PLC0415

    return Application


def serve(tcp: tuple[str, int] | None) -> int:
    """Run the language server until its editor ends it; gives the exit code, or raises :class:`CannotListen`."""
    configure(os.environ)
    sys.setswitchinterval(_SWITCH_SECONDS)
    server = Front(os.environ).server
    return run_tcp(server, *tcp) if tcp else run_stdio(server)
