"""From the start of the process to the answer to ``initialize``.

The limit is a Python that imports the two libraries no server of this kind can do without.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from benchmarks.editor import SERVER, Editor
from benchmarks.row import Row, middle

_RUNS = 15
_LIBRARIES = "import lsprotocol.types, pygls.lsp.server"


async def measure(scratch: Path) -> list[Row]:
    await _server(scratch)  # the byte code of both is on disk from here on
    libraries, server = [], []
    for _ in range(_RUNS):
        libraries.append(await _imports())
        server.append(await _server(scratch))
    measured, limit = middle(server), middle(libraries)
    return [
        Row(
            what="process start to `initialize` answer",
            aim="at most 1.5 x the limit",
            measured=measured * 1000,
            unit="ms",
            limit=limit * 1000,
            of="importing lsprotocol and pygls",
            met=measured <= 1.5 * limit,
        )
    ]


async def _imports() -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _LIBRARIES)
    await process.wait()
    return time.perf_counter() - began


async def _server(root: Path) -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *SERVER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    editor = Editor(process)
    await editor.initialize(root)
    took = time.perf_counter() - began
    await editor.close()
    return took
