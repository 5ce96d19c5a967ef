"""From ``cancel`` to the session's last word, while its reply streams.

The limit is the answer to a command that does nothing.
"""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.editor import connected
from benchmarks.endpoint import endpoint
from benchmarks.row import Row, middle
from benchmarks.workspace import small

_RUNS = 15


async def measure(scratch: Path) -> list[Row]:
    root = small(scratch)
    taken, limit = [], []
    async with (
        endpoint("streams") as api,
        connected(root, scratch / "state", api.direct) as editor,
    ):
        for _ in range(_RUNS):
            began = time.perf_counter()
            await editor.command("listRecipes")
            limit.append(time.perf_counter() - began)
            streaming = editor.event("text")
            session = (await editor.command("run", instructions="Talk."))["sessionId"]
            await streaming
            ended = editor.event("status", status="cancelled", sessionId=session)
            began = time.perf_counter()
            await editor.command("cancel", sessionId=session)
            await ended
            taken.append(time.perf_counter() - began)
    worst = max(taken)
    return [
        Row(
            what="`cancel` of a streaming session until it has ended, worst of 15",
            aim="under 200 ms",
            measured=worst * 1000,
            unit="ms",
            limit=middle(limit) * 1000,
            of="a command that does nothing, p50",
            met=worst < 0.2,
        )
    ]
