"""The scripted Messages API in a process of its own, so that its work is not measured.

Owns the clock on the wire: when a reply ended and when the next request began. ``python -m benchmarks.endpoint
SCRIPT`` serves until its input ends, then says what it saw.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from backend_specialist.adapters.scripted_api import ScriptedApi
from benchmarks.scripts import SCRIPTS

_CHUNK = 2**16


@dataclass
class Endpoint:
    """``url`` passes the clock, ``direct`` does not; the rest is known when the endpoint has ended.

    ``pauses`` are the seconds from the last byte of a reply to the first of the next request.
    """

    url: str
    direct: str
    pauses: list[float] = field(default_factory=list)
    first_request: dict[str, Any] = field(default_factory=dict)


@asynccontextmanager
async def endpoint(script: str, **environment: str) -> AsyncIterator[Endpoint]:
    """Start the endpoint; it is complete once the block is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.endpoint", script,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**26,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        found = Endpoint(**json.loads(await process.stdout.readline()))
        yield found
        process.stdin.close()
        seen = json.loads(await process.stdout.read())
        found.pauses, found.first_request = seen["pauses"], seen["first"]
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Clock:
    """A relay in front of the API that notes when something passes."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ended: float | None = None
        self.pauses: list[float] = []

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass the requests of one connection, and their replies."""
        from_api, to_api = await asyncio.open_connection("127.0.0.1", self._port)
        asking = asyncio.create_task(self._requests(reader, to_api))
        try:
            while piece := await from_api.read(_CHUNK):
                writer.write(piece)
                self._ended = time.perf_counter()
        finally:
            asking.cancel()
            to_api.close()
            writer.close()

    async def _requests(self, reader: asyncio.StreamReader, to_api: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_CHUNK):
            if self._ended is not None:
                self.pauses.append(time.perf_counter() - self._ended)
                self._ended = None
            to_api.write(piece)
        to_api.close()


async def _serve(script: str) -> None:
    async with ScriptedApi(SCRIPTS[script]) as api:
        direct = await api.start()
        clock = Clock(int(direct.rpartition(":")[2]))
        server = await asyncio.start_server(clock.relay, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        print(json.dumps({"url": url, "direct": direct}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        first = next((each for each in api.requests if each.get("tools")), {})
        print(json.dumps({"pauses": clock.pauses, "first": _head(first)}))
        server.close()


def _head(request: Any) -> dict[str, Any]:
    return {key: request.get(key) for key in ("system", "tools")}


def size(parts: Sequence[Any]) -> int:
    """The bytes that something takes in a request."""
    return sum(
        len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()) for part in parts
    )


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
