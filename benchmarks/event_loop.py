"""How long the event loop is kept from everybody else, while a file of 20,000 lines is read, rewritten and applied.

The limit is the same clock while the server has nothing to do, on a machine that others use as well.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from benchmarks.editor import Editor, launched
from benchmarks.endpoint import endpoint
from benchmarks.row import Row
from benchmarks.workspace import small

_IDLE_SECONDS = 5.0


async def measure(scratch: Path) -> list[Row]:
    root = small(scratch)
    (root / "app/large.py").write_text("".join(f"value_{n} = {n}\n" for n in range(20_000)))
    busy, idle = scratch / "busy.json", scratch / "idle.json"
    async with (
        endpoint("proposes") as api,
        _timed(root, scratch / "state", api.url, busy) as editor,
    ):
        await _propose(editor, root, "reject")
        editor.process.send_signal(signal.SIGUSR1)
        await _propose(editor, root, "applyAll")
    async with _timed(root, scratch / "state", "", idle) as editor:
        await asyncio.sleep(_IDLE_SECONDS)
        editor.process.send_signal(signal.SIGUSR1)
        await asyncio.sleep(_IDLE_SECONDS)
    (first, later), (start, nothing) = _worst(busy), _worst(idle)
    return [
        _row("start and first session, the SDK is imported beside", first, start, "start alone"),
        _row("20,000 lines rewritten in 200 hunks, applied", later, nothing, "nothing to do"),
    ]


def _row(what: str, measured: float, limit: float, of: str) -> Row:
    return Row(
        what=f"longest that the event loop is blocked: {what}",
        aim="under 10 ms",
        measured=measured * 1000,
        unit="ms",
        limit=limit * 1000,
        of=of,
        met=measured < 0.01,
    )


def _timed(root: Path, state: Path, api: str, report: Path) -> AbstractAsyncContextManager[Editor]:
    return launched(root, state, api, sys.executable, "-m", "benchmarks.lag_probe", str(report))


async def _propose(editor: Editor, root: Path, decision: str) -> None:
    uri = (root / "app/large.py").as_uri()
    editor.open(uri, (root / "app/large.py").read_text())
    asked, ended = editor.event("proposal"), editor.event("status", status="completed")
    session = (await editor.command("run", instructions="Rewrite it."))["sessionId"]
    proposal = await asked
    await editor.command(
        "answer", sessionId=session, proposalId=proposal["proposalId"], decision=decision
    )
    await ended


def _worst(report: Path) -> list[float]:
    worst: list[float] = json.loads(report.read_text())
    return worst
