"""An editor that does nothing but measure: bare JSON-RPC with the real server as a process.

Owns the connection and the clock. Draws every question itself (``ui``), so that no dialogue stands in the way.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from backend_specialist.domain.document import LineIndex, Position, PositionEncoding

Json = dict[str, Any]
SERVER = (sys.executable, "-m", "backend_specialist", "serve")
_PATIENCE_SECONDS = 120.0
_CAPABILITIES: Json = {
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "window": {"workDoneProgress": True},
}


class Editor:
    """One connection. ``heard`` is called with every notification of the server."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.texts: dict[str, str] = {}
        self.heard: list[Callable[[Json], None]] = []
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())

    # ------------------------------------------------------------ speaking

    def _send(self, message: Json) -> None:
        assert self.process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    async def request(self, method: str, params: Any) -> Any:
        number = len(self._answers) + 1
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._send({"id": number, "method": method, "params": params})
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await answer

    async def command(self, name: str, **argument: Any) -> Any:
        params = {"command": f"backendSpecialist.{name}", "arguments": [argument]}
        return await self.request("workspace/executeCommand", params)

    async def initialize(self, root: Path) -> Any:
        params = {
            "processId": os.getpid(),
            "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
            "capabilities": _CAPABILITIES,
            "initializationOptions": {"events": True, "ui": ["proposal", "question", "permission"]},
        }
        return await self.request("initialize", params)

    def open(self, uri: str, text: str) -> None:
        self.texts[uri] = text
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, version: int, changes: Sequence[Mapping[str, Any]]) -> None:
        document = {"uri": uri, "version": version}
        params = {"textDocument": document, "contentChanges": list(changes)}
        self.notify("textDocument/didChange", params)

    async def code_actions(self, uri: str) -> list[Json]:
        place = {"line": 0, "character": 0}
        params = {
            "textDocument": {"uri": uri},
            "range": {"start": place, "end": {"line": 1, "character": 0}},
            "context": {"diagnostics": []},
        }
        actions: list[Json] = await self.request("textDocument/codeAction", params)
        return actions

    # ------------------------------------------------------------ hearing

    async def _read(self) -> None:
        assert self.process.stdout
        while True:
            try:
                header = await self.process.stdout.readuntil(b"\r\n\r\n")
                body = await self.process.stdout.readexactly(int(header.split()[1]))
            except asyncio.IncompleteReadError:
                break
            self._take(json.loads(body))
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the server has ended"))

    def _take(self, message: Json) -> None:
        if "method" not in message:
            answer = self._answers[message["id"]]
            if "error" in message:
                answer.set_exception(RuntimeError(str(message["error"])))
            else:
                answer.set_result(message["result"])
        elif "id" in message:
            self._send({"id": message["id"], "result": self._answer(message)})
        else:
            for listener in tuple(self.heard):
                listener(message)

    def _answer(self, message: Json) -> Any:
        if message["method"] != "workspace/applyEdit":
            return None
        for change in message["params"]["edit"]["documentChanges"]:
            self._apply(change["textDocument"]["uri"], change["edits"])
        return {"applied": True}

    def _apply(self, uri: str, edits: Sequence[Json]) -> None:
        text = self.texts[uri]
        index = LineIndex(text)
        for edit in sorted(edits, key=lambda edit: -edit["range"]["start"]["line"]):
            start, end = (
                index.offset_at(Position(**edit["range"][side]), PositionEncoding.UTF16)
                for side in ("start", "end")
            )
            text = text[:start] + edit["newText"] + text[end:]
        self.texts[uri] = text
        self.change(uri, 2, [{"text": text}])

    def event(self, kind: str, **wanted: Any) -> asyncio.Future[Json]:
        """Give what will be the next event that fits."""
        found: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

        def listen(message: Json) -> None:
            said = message["params"]
            if message["method"] != "backendSpecialist/event" or said["kind"] != kind:
                return
            if all(said.get(key) == value for key, value in wanted.items()):
                self.heard.remove(listen)
                found.set_result(said)

        self.heard.append(listen)
        return found

    # ------------------------------------------------------------ the end

    async def close(self) -> None:
        await self.request("shutdown", None)
        self.notify("exit", None)
        await self.process.wait()
        await self._reading


@asynccontextmanager
async def launched(root: Path, state: Path, api: str, *command: str) -> AsyncIterator[Editor]:
    """Start a server, which asks the Messages API at the URL ``api``, and initialize it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ANTHROPIC_")}
    if api:
        clean |= {"ANTHROPIC_BASE_URL": api, "ANTHROPIC_API_KEY": "sk-ant-scripted-0123456789"}
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
        env={**clean, "BACKEND_SPECIALIST_STATE_DIR": str(state)},
    )
    editor = Editor(process)
    try:
        await editor.initialize(root)
        editor.notify("initialized", {})
        yield editor
        await editor.close()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def connected(root: Path, state: Path, api: str = "") -> AbstractAsyncContextManager[Editor]:
    """Start the server as editors do."""
    return launched(root, state, api, *SERVER)
