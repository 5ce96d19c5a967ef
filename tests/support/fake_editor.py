"""An editor without a window that speaks LSP with the real server as a process.

Guises change how it behaves; whatever was said is printed when a test fails. Positions are counted here by rules of
its own, so that an error in the server's would show.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PATIENCE = 60.0
SERVER = "import sys; from backend_specialist.serving import serve; sys.exit(serve(None))"
Json = dict[str, Any]


@dataclass
class Guise:
    """How an editor presents itself and answers. Each handler gets the editor and the raw parameters.

    A handler gives the result, ``{"error": …}``, :data:`NO_ANSWER`, or a function that answers as it likes: it gets
    ``respond(**members)``. An editor without a ``name`` says nothing about itself.
    """

    name: str = "Neovim"
    capabilities: Json = field(default_factory=dict)
    options: Json = field(default_factory=dict)
    apply: Callable[[FakeEditor, Json], Awaitable[Any]] | None = None
    choose: Callable[[FakeEditor, Json], Awaitable[Any]] | None = None
    others: Mapping[str, Callable[[FakeEditor, Json], Awaitable[Any]]] = field(default_factory=dict)


class Failure(Exception):
    """An error answer of the server."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.code = error["code"]
        self.data = error.get("data")


NO_ANSWER = object()


class FakeEditor:
    """One connection. ``buffers`` are ``uri -> [text, version]``; ``log`` is the conversation.

    ``hidden`` are texts that the editor holds and never opened to the server. ``now`` is its clock, in seconds, which
    only tests move; ``last_command`` is when it last sent a command.
    """

    def __init__(self, process: asyncio.subprocess.Process, root: Path, guise: Guise) -> None:
        self.process = process
        self.root = root
        self.guise = guise
        self.buffers: dict[str, list[Any]] = {}
        self.log: list[str] = []
        self.heard: list[Json] = []
        self.hidden: dict[str, str] = {}
        self.encoding = "utf-16"
        self.server: Json = {}
        self.now = self.last_command = 0.0
        self._afterwards: list[Callable[[], None]] = []
        self._futures: dict[int, asyncio.Future[Any]] = {}
        self._ids = 0
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())
        self._handling: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ speaking

    def send(self, message: Json) -> None:
        assert self.process.stdin
        body = json.dumps(message).encode()
        self.log.append(f"--> {body.decode()[:1500]}")
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method: str, params: object) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def request(self, method: str, params: object) -> Any:
        self._ids += 1
        future = self._futures[self._ids] = asyncio.get_running_loop().create_future()
        self.send({"jsonrpc": "2.0", "id": self._ids, "method": method, "params": params})
        async with asyncio.timeout(PATIENCE):
            return await future

    async def command(self, name: str, **argument: Any) -> Any:
        self.last_command = self.now
        params = {"command": f"backendSpecialist.{name}", "arguments": [argument]}
        return await self.request("workspace/executeCommand", params)

    # ------------------------------------------------------------ hearing

    async def _read(self) -> None:
        assert self.process.stdout
        try:
            while True:
                header = await self.process.stdout.readuntil(b"\r\n\r\n")
                length = int(header.split(b":")[1].split()[0])
                body = await self.process.stdout.readexactly(length)
                self.log.append(f"<-- {body.decode()[:1500]}")
                await self._take(json.loads(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.process.wait()
            for future in self._futures.values():
                if not future.done():
                    future.set_exception(ConnectionError("the server has ended"))
            async with self._news:
                self._news.notify_all()

    async def _take(self, message: Json) -> None:
        if "method" not in message:
            future = self._futures.pop(message["id"], None)
            if future is not None and not future.done():
                if "error" in message:
                    future.set_exception(Failure(message["error"]))
                else:
                    future.set_result(message["result"])
            return
        async with self._news:
            self.heard.append(message)
            self._news.notify_all()
        if "id" in message:
            task = asyncio.create_task(self._handle(message))
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)

    async def _handle(self, message: Json) -> None:
        def respond(**members: Any) -> None:
            self.send({"jsonrpc": "2.0", "id": message["id"], **members})

        answer = await self._answer(message["method"], message["params"])
        if callable(answer):
            await answer(respond)
        elif isinstance(answer, dict) and "error" in answer:
            respond(**answer)
        elif answer is not NO_ANSWER:
            respond(result=answer)
        afterwards, self._afterwards = self._afterwards, []
        for act in afterwards:
            act()

    def after_answer(self, act: Callable[[], None]) -> None:
        """Do something once the request that is being handled has its answer."""
        self._afterwards.append(act)

    async def _answer(self, method: str, params: Json) -> Any:
        if method in self.guise.others:
            return await self.guise.others[method](self, params)
        if method == "workspace/applyEdit":
            return await (self.guise.apply or honest_apply)(self, params)
        if method == "window/showMessageRequest":
            return await self.guise.choose(self, params) if self.guise.choose else None
        if method == "window/showDocument":
            return {"success": True}
        if method == "workspace/configuration":
            return [None]
        if method == "window/workDoneProgress/create":
            return None
        return {"error": {"code": -32601, "message": f"no {method}"}}

    async def wait(self, wanted: Callable[[Json], bool], *, since: int = 0) -> Json:
        """Wait for a message of the server that fits, also an earlier one from number ``since`` on."""
        async with asyncio.timeout(PATIENCE), self._news:
            while True:
                for message in self.heard[since:]:
                    if wanted(message):
                        return message
                assert self.process.returncode is None, "the server has ended"
                await self._news.wait()

    async def event(self, kind: str, *, since: int = 0, **data: Any) -> Json:
        def fits(message: Json) -> bool:
            said = message.get("params") or {}
            if message["method"] != "backendSpecialist/event" or said["kind"] != kind:
                return False
            return all(said.get(key) == value for key, value in data.items())

        return (await self.wait(fits, since=since))["params"]

    async def status(self, status: str, *, since: int = 0) -> Json:
        return await self.event("status", status=status, since=since)

    async def said(self, text: str, *, since: int = 0) -> str:
        """Wait for a message that the user sees and that contains ``text``."""

        def fits(message: Json) -> bool:
            shown = ("window/showMessage", "window/showMessageRequest")
            return message["method"] in shown and text in message["params"]["message"]

        return (await self.wait(fits, since=since))["params"]["message"]

    # ------------------------------------------------------------ buffers

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, language: str = "python") -> str:
        uri = self.uri(name)
        self.open_uri(uri, (self.root / name).read_bytes().decode(), language)
        return uri

    def change_folder(self, root: Path) -> None:
        """Close every document and open another folder in place of the one that is open."""
        for uri in self.buffers:
            self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.buffers.clear()
        added, removed = ({"uri": each.as_uri(), "name": each.name} for each in (root, self.root))
        event = {"added": [added], "removed": [removed]}
        self.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        self.root = root

    def open_uri(self, uri: str, text: str, language: str = "python") -> None:
        self.buffers[uri] = [text, 1]
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def set_text(self, uri: str, text: str, *, jump: int = 1) -> None:
        """The user types, or an edit is applied: the whole new text is sent."""
        buffer = self.buffers[uri]
        buffer[:] = [text, buffer[1] + jump]
        self.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": buffer[1]},
                "contentChanges": [{"text": text}],
            },
        )

    def text(self, name: str) -> str:
        return self.buffers[self.uri(name)][0]

    def real(self, name: str) -> str | None:
        """The text that the user has, whether the server was told of it or not; ``None``: there is none."""
        uri = self.uri(name)
        if uri in self.hidden:
            return self.hidden[uri]
        if uri in self.buffers:
            return str(self.buffers[uri][0])
        return self.path(uri).read_bytes().decode() if self.path(uri).exists() else None

    def path(self, uri: str) -> Path:
        return Path(unquote(urlsplit(uri).path))

    def edited(self, text: str, edits: list[Json]) -> str:
        def span(edit: Json) -> tuple[int, int, str]:
            start, end = edit["range"]["start"], edit["range"]["end"]
            return (
                offset_of(text, start, self.encoding),
                offset_of(text, end, self.encoding),
                edit["newText"],
            )

        for start, end, new in sorted(map(span, edits), reverse=True):
            text = text[:start] + new + text[end:]
        return text

    # ------------------------------------------------------------ the life of a connection

    async def initialize(self) -> None:
        params = {
            "processId": os.getpid(),
            **({"clientInfo": {"name": self.guise.name}} if self.guise.name else {}),
            "rootUri": self.root.as_uri(),
            "workspaceFolders": [{"uri": self.root.as_uri(), "name": self.root.name}],
            "capabilities": self.guise.capabilities or CAPABLE,
            "initializationOptions": {"events": True, **self.guise.options},
        }
        self.server = (await self.request("initialize", params))["capabilities"]
        self.encoding = self.server.get("positionEncoding", "utf-16")
        self.notify("initialized", {})

    async def close(self) -> int:
        """Shut the server down as editors do; gives its exit code."""
        if self.process.returncode is None:
            await self.request("shutdown", None)
            self.notify("exit", None)
        return await self.ended()

    async def ended(self) -> int:
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
        self._reader.cancel()
        await asyncio.gather(self._reader, *self._handling, return_exceptions=True)
        return code

    async def kill(self) -> None:
        self.process.kill()
        await self.ended()


CAPABLE: Json = {
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create", "rename", "delete"],
        },
        "workspaceFolders": True,
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "general": {"positionEncodings": ["utf-16"]},
}


def offset_of(text: str, position: Json, encoding: str) -> int:
    """Where a position is in a text; LSP knows three ends of a line and no other."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]
    if position["line"] >= len(starts):
        return len(text)
    at, left = starts[position["line"]], position["character"]
    size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    name = encoding if size == 1 else f"{encoding}-le"
    while left > 0 and at < len(text) and text[at] not in "\r\n":
        left -= len(text[at].encode(name)) // size
        at += 1
    return at


def position_of(text: str, offset: int) -> Json:
    """The position of an offset, in UTF-16 units; the lines end in ``\\n``."""
    before = text[:offset]
    line = before.rpartition("\n")[2]
    return {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}


def uri_of(operation: Json) -> str:
    """The file that one operation of a workspace edit is about."""
    return operation.get("uri") or operation["textDocument"]["uri"]


def perform(
    editor: FakeEditor, operation: Json, *, jump: int = 1, opens: bool = True, blank: str = ""
) -> None:
    """Do one operation, and tell the server: created files are empty on disk, texts are in buffers.

    Without ``opens`` a file that was not open gets a buffer which the server never hears of. ``blank`` is the text of
    a buffer for an empty file.
    """
    uri = uri_of(operation)
    match operation.get("kind"):
        case "create":
            path = editor.path(uri)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not (operation["options"]["ignoreIfExists"] and path.exists()):
                path.write_text("")
        case "delete":
            editor.path(uri).unlink()
            if editor.buffers.pop(uri, None):
                editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        case _:
            if uri in editor.buffers:
                text = editor.edited(editor.buffers[uri][0], operation["edits"])
                editor.set_text(uri, text, jump=jump)
                return
            closed = editor.path(uri).read_bytes().decode() or blank
            if opens:
                editor.open_uri(uri, closed)
                editor.set_text(uri, editor.edited(closed, operation["edits"]), jump=jump)
            else:
                editor.hidden[uri] = editor.edited(closed, operation["edits"])


def operations_of(params: Json) -> list[Json]:
    """The operations of an edit, whichever of the two forms it has."""
    edit = params["edit"]
    if "documentChanges" in edit:
        return list(edit["documentChanges"])
    return [
        {"textDocument": {"uri": uri, "version": None}, "edits": edits}
        for uri, edits in edit["changes"].items()
    ]


def is_stale(editor: FakeEditor, operation: Json) -> bool:
    """Whether a text edit was made for another version than the one in the buffer."""
    if "textDocument" not in operation:
        return False
    version, buffer = operation["textDocument"]["version"], editor.buffers.get(uri_of(operation))
    return version is not None and (buffer is None or buffer[1] != version)


async def honest_apply(editor: FakeEditor, params: Json) -> Json:
    """Apply everything, tell of it, then answer."""
    operations = operations_of(params)
    if any(is_stale(editor, operation) for operation in operations):
        return {"applied": False, "failureReason": "stale version"}
    for operation in operations:
        perform(editor, operation)
    return {"applied": True}


@asynccontextmanager
async def connected(
    root: Path,
    state: Path,
    guise: Guise | None = None,
    environment: Mapping[str, str] | None = None,
    server: str = SERVER,
):
    """Start the real server and connect; prints the conversation, which is shown when a test fails."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ANTHROPIC_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", server,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        cwd=root, limit=2**26,
        env={**clean, "BACKEND_SPECIALIST_STATE_DIR": str(state), **(environment or {})},
    )  # fmt: skip
    editor = FakeEditor(process, root, guise or Guise())
    try:
        await editor.initialize()
        yield editor
        if process.returncode is None:
            await editor.close()
    finally:
        if process.returncode is None:
            await editor.kill()
        # pytest shows this where the test failed.
        print("\n".join(editor.log))  # noqa: T201
        assert process.stderr
        print((await process.stderr.read()).decode())  # noqa: T201
