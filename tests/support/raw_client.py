"""A client that speaks bare JSON-RPC with a process, and says anything it is told to say."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent
PATIENCE = 60.0


class RawClient:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log: list[str] = []
        self._ids = 0

    # ---------------------------------------------------------------- bytes

    def send_bytes(self, body: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def send(self, message: object) -> None:
        self.log.append(f"--> {json.dumps(message)[:200]}")
        self.send_bytes(json.dumps(message).encode())

    async def drain(self) -> None:
        """Wait until the process has taken what was sent."""
        assert self.process.stdin
        async with asyncio.timeout(PATIENCE):
            await self.process.stdin.drain()

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            return await self._receive()

    async def _receive(self) -> dict[str, Any]:
        assert self.process.stdout
        header = await self.process.stdout.readuntil(b"\r\n\r\n")
        assert header.startswith(b"Content-Length: "), header
        body = await self.process.stdout.readexactly(int(header.split()[1]))
        self.log.append(f"<-- {body[:200]!r}")
        return json.loads(body)

    # ---------------------------------------------------------------- messages

    def notify(self, method: str, params: object = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def call(self, method: str, params: object = None) -> int:
        self._ids += 1
        self.send({"jsonrpc": "2.0", "id": self._ids, "method": method, "params": params})
        return self._ids

    async def answer_to(self, request_id: object) -> dict[str, Any]:
        """The response to a request; others that come before it are passed over."""
        while True:
            message = await self.receive()
            if message.get("id") == request_id and "method" not in message:
                return message

    async def notified(self, method: str) -> Any:
        """The parameters of the next notification of a method; what comes before it is passed over."""
        while True:
            message = await self.receive()
            if message.get("method") == method:
                return message["params"]

    async def request(self, method: str, params: object = None) -> dict[str, Any]:
        return await self.answer_to(self.call(method, params))

    def command(self, name: str, *arguments: object) -> int:
        params = {"command": f"backendSpecialist.{name}", "arguments": list(arguments)}
        return self.call("workspace/executeCommand", params)

    async def run(self, name: str, *arguments: object) -> Any:
        return (await self.answer_to(self.command(name, *arguments)))["result"]

    async def initialize(self, **params: object) -> dict[str, Any]:
        answer = await self.request("initialize", {"processId": None, "capabilities": {}} | params)
        self.notify("initialized", {})
        return answer["result"]

    def open(self, uri: str, text: str, version: int = 1) -> None:
        document = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, version: int, changes: list[Mapping[str, Any]]) -> None:
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}
        self.notify("textDocument/didChange", params)

    async def end(self) -> int:
        """Leave in order; give the exit code."""
        await self.request("shutdown")
        self.notify("exit")
        return await self.exit_code()

    async def exit_code(self) -> int:
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


@asynccontextmanager
async def raw_client(*command: str) -> AsyncIterator[RawClient]:
    """Start a server (by default the bare one) and speak with it; it is killed if it is still there."""
    process = await asyncio.create_subprocess_exec(
        *(command or (sys.executable, "-m", "support.bare_server")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
    )
    client = RawClient(process)
    try:
        yield client
    except BaseException:
        sys.stdout.write("\n".join(client.log[-40:]))
        raise
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
