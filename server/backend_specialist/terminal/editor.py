"""The editor that the server sees: its capabilities, its buffers and its answers.

Owns the conversation's beginning and end, and what the server may ask of this editor. Shows nothing: events
are kept in a queue for whoever follows the session.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend_specialist import __version__
from backend_specialist.domain.document import PositionEncoding
from backend_specialist.terminal import client, saving
from backend_specialist.terminal.client import COMMAND, Client, ServerDied, UnknownMethod
from backend_specialist.terminal.files import Files

CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create", "delete"],
            "failureHandling": "abort",
        },
        "workspaceFolders": True,
    },
    "textDocument": {"synchronization": {"didSave": True}},
}
DRAWN = ("proposal", "question", "permission")
_MOST_SERIOUS = 2  # errors and warnings of window/showMessage


class Editor:
    """One workspace and its server. ``events`` ends with ``None``, when the server has ended."""

    def __init__(self, workspace: str, on_gone: Callable[[], None]) -> None:
        self.workspace = workspace
        self.files = Files(workspace, self._notify)
        self.events: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()
        self.gone = False
        self._on_gone = on_gone
        self._client: Client | None = None
        self._killed = False

    async def start(self, settings: Mapping[str, Any], command: Sequence[str] = COMMAND) -> None:
        """Start the server and agree with it; raise :class:`ServerDied` or ``ErrorAnswer``."""
        self._client = await client.start(
            on_request=self._asked,
            on_notification=self._told,
            on_gone=self._ended,
            command=command,
        )
        if self._killed:  # while there was nothing to end yet
            self._client.kill()
        answer = await self._client.request("initialize", self._introduction(settings))
        agreed = (answer or {}).get("capabilities", {}).get("positionEncoding")
        self.files.encoding = PositionEncoding(agreed or PositionEncoding.UTF16)
        self._client.notify("initialized", {})

    async def command(self, name: str, **argument: Any) -> Any:
        """Run a command of the server; raise ``ErrorAnswer`` or :class:`ServerDied`."""
        return await self._running.command(name, argument)

    async def death(self) -> ServerDied:
        """Say how the server ended."""
        return await self._running.death()

    async def close(self) -> None:
        """End the server in an orderly way."""
        if self._client is not None:
            await self._client.close()

    def kill(self) -> None:
        """End the server at once, also one that is only being started."""
        self._killed = True
        if self._client is not None:
            self._client.kill()

    @property
    def _running(self) -> Client:
        if self._client is None:
            raise ServerDied("The language server was not started.")
        return self._client

    def _introduction(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        folder = self._folder()
        return {
            "processId": os.getpid(),
            "clientInfo": {"name": "Backend Specialist Terminal", "version": __version__},
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": CAPABILITIES,
            "initializationOptions": {"ui": list(DRAWN), "events": True, **settings},
        }

    def _folder(self) -> dict[str, str]:
        name = os.path.basename(self.workspace) or self.workspace
        return {"uri": saving.uri_of(self.workspace), "name": name}

    # ------------------------------------------------------------ what the server says

    def _notify(self, method: str, params: Any) -> None:
        self._running.notify(method, params)

    def _ended(self) -> None:
        self.gone = True
        self.events.put_nowait(None)
        self._on_gone()

    def _told(self, method: str, params: Any) -> None:
        if method == "backendSpecialist/event":
            self.events.put_nowait(params)
        elif method == "window/showMessage" and params["type"] <= _MOST_SERIOUS:
            self.events.put_nowait({"kind": "message", "message": params["message"]})

    async def _asked(self, method: str, params: Any) -> Any:
        match method:
            case "workspace/applyEdit":
                return await self.files.apply(params)
            case "workspace/workspaceFolders":
                return [self._folder()]
            case "workspace/configuration":
                return [None for _ in params["items"]]
            case "window/showDocument":
                return {"success": False}
            case "client/registerCapability" | "client/unregisterCapability":
                return None
            case _:
                raise UnknownMethod(method)
