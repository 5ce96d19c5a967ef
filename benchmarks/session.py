"""A session of thirty turns, each of which reads: pauses on the wire, bytes, cache and memory.

The limits are the SDK alone, which asks again at once with the same history, and a Python that imports the libraries.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from benchmarks.editor import Json, connected
from benchmarks.endpoint import Endpoint, endpoint, size
from benchmarks.row import Row, middle
from benchmarks.workspace import small

_KB = 1024
_LIBRARIES = (
    "import lsprotocol.types, pygls.lsp.server, anthropic; print(open('/proc/self/status').read())"
)


async def measure(scratch: Path) -> list[Row]:
    root = small(scratch)
    usages: list[Json] = []
    async with endpoint("reads") as api, connected(root, scratch / "state", api.url) as editor:

        def hear(message: Json) -> None:
            if message["params"].get("kind") == "usage":
                usages.append(message["params"])

        editor.heard.append(hear)
        ended = editor.event("status", status="completed")
        await editor.command("run", instructions="Read everything.")
        await ended
        status = await asyncio.to_thread(Path(f"/proc/{editor.process.pid}/status").read_text)
    alone = await _sdk_alone()
    return [
        _pause(api, alone),
        _first_request(api),
        _cache(usages),
        await _memory(_peak_bytes(status)),
    ]


def _pause(api: Endpoint, alone: Endpoint) -> Row:
    ours, limit = middle(api.pauses), middle(alone.pauses)
    return Row(
        what="last byte of a reply to the next request on the wire, a `read` in between, p50",
        aim="under 10 ms",
        measured=ours * 1000,
        unit="ms",
        limit=limit * 1000,
        of="the SDK alone, no tool, no store",
        met=ours < 0.01,
    )


def _first_request(api: Endpoint) -> Row:
    parts = [*api.first_request["system"], *api.first_request["tools"]]
    measured = size(parts)
    return Row(
        what="first request of a session, system and tools",
        aim="under 14 KB",
        measured=measured,
        unit="bytes",
        met=measured < 14 * _KB,
    )


def _cache(usages: list[Json]) -> Row:
    read = sent = before = 0
    for last, this in zip([None, *usages], usages, strict=False):
        share = {key: this[key] - (last[key] if last else 0) for key in _COUNTS}
        if last:
            read, sent = read + share["cacheReadTokens"], sent + before
        before = sum(share.values())
    return Row(
        what=f"share of the previous request read again from the cache, {len(usages)} turns",
        aim="at least 99 %",
        measured=100 * read / sent,
        unit="%",
        limit=100.0,
        of="all of it",
        met=read >= 0.99 * sent,
    )


_COUNTS = ("inputTokens", "cacheReadTokens", "cacheWriteTokens")


async def _memory(measured: int) -> Row:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LIBRARIES, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return Row(
        what="peak memory of the server after that session",
        aim="under 120 MB",
        measured=measured / 1e6,
        unit="MB",
        limit=_peak_bytes(said.decode()) / 1e6,
        of="importing pygls and anthropic alone",
        met=measured < 120e6,
    )


def _peak_bytes(status: str) -> int:
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * _KB


async def _sdk_alone() -> Endpoint:
    async with endpoint("reads") as api:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.sdk_alone", api.url
        )
        if await process.wait():
            raise RuntimeError("the SDK alone could not be measured")
    return api
