"""Code actions, the most frequent request, while four sessions stream.

The limit is the same server with nothing to do.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from benchmarks.editor import Editor, Json, connected
from benchmarks.endpoint import endpoint
from benchmarks.row import Row, slowest_percent
from benchmarks.workspace import small

_SESSIONS = 4
_REQUESTS = 400
_PAUSE_SECONDS = 0.02


async def measure(scratch: Path) -> list[Row]:
    root = small(scratch)
    async with (
        endpoint("streams") as api,
        connected(root, scratch / "state", api.direct) as editor,
    ):
        uri = (root / "app/main.py").as_uri()
        editor.open(uri, (root / "app/main.py").read_text())
        await editor.code_actions(uri)
        idle = await _latencies(editor, uri)
        rates = Counter()
        editor.heard.append(rates.hear)
        for number in range(_SESSIONS):
            streaming = editor.event("text")
            await editor.command("run", instructions=f"Talk, number {number}.")
            await streaming
        rates.begin()
        busy = await _latencies(editor, uri)
        rate = rates.per_second() / _SESSIONS
        await editor.command("cancel")
    worst = slowest_percent(busy)
    return [
        Row(
            what=f"`codeAction` answer, p99, {_SESSIONS} sessions streaming {rate:,.0f} pieces/s each",
            aim="under 10 ms at 1,000 pieces/s",
            measured=worst * 1000,
            unit="ms",
            limit=slowest_percent(idle) * 1000,
            of="nothing streaming",
            met=worst < 0.01 and rate > 900,
        )
    ]


class Counter:
    """Counts the characters of streamed text; a piece of the script has 24."""

    def __init__(self) -> None:
        self._characters = 0
        self._began = 0.0

    def hear(self, message: Json) -> None:
        said = message["params"]
        if said.get("kind") == "text":
            self._characters += len(said["text"])

    def begin(self) -> None:
        self._characters = 0
        self._began = time.perf_counter()

    def per_second(self) -> float:
        return self._characters / 24 / (time.perf_counter() - self._began)


async def _latencies(editor: Editor, uri: str) -> list[float]:
    taken = []
    for _ in range(_REQUESTS):
        await asyncio.sleep(_PAUSE_SECONDS)
        began = time.perf_counter()
        await editor.code_actions(uri)
        taken.append(time.perf_counter() - began)
    return taken
