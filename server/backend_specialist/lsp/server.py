"""The language server of one connection.

Owns the parts that talk to the editor: documents, requests, the editor's profile. Knows no session: the composition
root registers features on it and sets ``on_command`` and ``on_shutdown``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from backend_specialist.lsp.convert import negotiate
from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.errors import InvalidArgument, place_of
from backend_specialist.lsp.protocol import SpecialistProtocol
from backend_specialist.lsp.requests import Requests
from backend_specialist.lsp.traits import ClientProfile, profile_of

__all__ = ["InvalidArgument", "SpecialistServer"]

_log = logging.getLogger(__name__)

NAME = "backend-specialist"
CLOSE_SECONDS = 5.0

OnCommand = Callable[[str, list[Any]], Awaitable[object]]
OnShutdown = Callable[[], Awaitable[None]]


async def _no_command(name: str, arguments: list[Any]) -> object:
    raise InvalidArgument("command", f"{name} is not there yet ({len(arguments)} arguments).")


async def _nothing() -> None:
    return None


class SpecialistServer(LanguageServer):
    """``commands`` are the names that ``on_command`` gets, with the arguments as raw JSON.

    ``on_command`` gives a JSON result or raises :class:`InvalidArgument`. ``on_shutdown`` is called once, whichever
    way the connection ends. ``profile``, ``options`` (``initializationOptions``), ``editor_process`` and
    ``documents.encoding`` are known when ``met`` is set, the settings when ``settling`` is done.
    """

    protocol: SpecialistProtocol

    def __init__(self, documents: Documents, *, version: str, commands: Sequence[str] = ()) -> None:
        # Before pygls is heard of: at ERROR it writes the parameters of what failed, which are source code.
        logging.getLogger("pygls").setLevel(logging.CRITICAL)
        super().__init__(NAME, version, protocol_cls=SpecialistProtocol)
        self.documents = documents
        self.commands = tuple(commands)
        self.requests = Requests(self.protocol.send)
        self.profile = ClientProfile()
        self.options: Mapping[str, Any] = {}
        self.editor_process: int | None = None
        self.on_command: OnCommand = _no_command
        self.on_shutdown: OnShutdown = _nothing
        self.settling: asyncio.Future[None] | None = None
        self.met = asyncio.Event()
        self.stopped = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None

    @property
    def exit_code(self) -> int:
        """0 when the editor sent ``shutdown`` before it went, else 1."""
        return 0 if self.protocol.closing else 1

    def meet(self, params: object) -> None:
        """Take the raw parameters of ``initialize``."""
        said = params if isinstance(params, Mapping) else {}
        options, process = said.get("initializationOptions"), said.get("processId")
        capabilities = said.get("capabilities")
        self.profile = profile_of(said)
        self.options = options if isinstance(options, Mapping) else {}
        self.editor_process = process if isinstance(process, int) and process > 0 else None
        self.documents.encoding = negotiate(
            capabilities if isinstance(capabilities, Mapping) else {}
        )
        self.documents.start(said)
        self.met.set()

    def tell(self, method: str, params: object) -> None:
        """Send a notification; ``params`` is JSON, protocol types included."""
        self.protocol.send({"jsonrpc": "2.0", "method": method, "params": params})

    def say(self, message: str, kind: types.MessageType = types.MessageType.Warning) -> None:
        """Show one line to the user."""
        self.tell(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(type=kind, message=message))

    def stop(self) -> None:
        """End the connection."""
        self.stopped.set()

    async def close(self) -> None:
        """End everything that runs, once; takes :data:`CLOSE_SECONDS` at most."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.on_shutdown()
        except Exception as error:  # noqa: BLE001 - the server ends all the same
            _log.error("Not everything could be ended: %s", place_of(error))
        self.requests.close()

    def report_server_error(self, error: Exception, source: object) -> None:
        """Write an error to the log: an error of ours is no message on the user's screen."""
        _log.error("%s: %s", getattr(source, "__name__", "server"), place_of(error))
