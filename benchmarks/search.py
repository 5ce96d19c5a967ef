"""``grep`` over a large tree with unsaved buffers, from the call to the result, as the editor hears of both.

The limit is ripgrep alone on the same tree with the same pattern, its output read to the end.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from backend_specialist.adapters.ripgrep_process import find_binary
from benchmarks.editor import Json, connected
from benchmarks.endpoint import endpoint
from benchmarks.row import Row, middle
from benchmarks.scripts import PATTERN
from benchmarks.workspace import tree

_FILES = 20_000
_DIRTY = 20


async def measure(scratch: Path) -> list[Row]:
    root = tree(scratch, _FILES)
    taken: list[float] = []
    began = 0.0

    def hear(message: Json) -> None:
        nonlocal began
        said = message["params"]
        if said.get("kind") == "toolCall" and said["id"]:
            began = time.perf_counter()
        elif said.get("kind") == "toolResult":
            if said["isError"]:
                raise RuntimeError(said["title"])
            taken.append(time.perf_counter() - began)

    async with endpoint("searches") as api, connected(root, scratch / "state", api.url) as editor:
        for number in range(_DIRTY):
            path = root / f"service_{number:03}/handlers/module_01.py"
            editor.open(path.as_uri(), path.read_text() + "\ndef handle_unsaved_7(): ...\n")
        editor.heard.append(hear)
        ended = editor.event("status", status="completed")
        await editor.command("run", instructions="Find the handlers.")
        await ended
    alone = [await _ripgrep(root, PATTERN.format(number + 1)) for number in range(len(taken))]
    measured, limit = middle(taken), middle(alone)
    return [
        Row(
            what=f"`grep` over {_FILES:,} files with {_DIRTY} unsaved buffers, p50",
            aim="at most 1.3 x the limit",
            measured=measured * 1000,
            unit="ms",
            limit=limit * 1000,
            of="ripgrep alone",
            met=measured <= 1.3 * limit,
        )
    ]


async def _ripgrep(root: Path, pattern: str) -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        find_binary(), "--no-config", "--hidden", "--line-number", "--no-heading", "-e", pattern, "--", "./",
        cwd=root, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await process.communicate()
    return time.perf_counter() - began
