"""Two thousand incremental changes in one notification, as a formatter or many cursors send them.

The limit is pygls, which takes the same notification with the documents of its own.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.editor import SERVER, Editor
from benchmarks.row import Row, middle

_CHANGES = 2_000
_RUNS = 5
_LINES = 4_000
_PYGLS = """
from lsprotocol import types
from pygls.lsp.server import LanguageServer
server = LanguageServer("pygls", "0")
@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def actions(params):
    server.workspace.get_text_document(params.text_document.uri).source
    return []
server.start_io()
"""


async def measure(scratch: Path) -> list[Row]:
    ours = middle([await _seconds(scratch, *SERVER) for _ in range(_RUNS)])
    pygls = await _seconds(scratch, sys.executable, "-c", _PYGLS)
    return [
        Row(
            what="2,000 changes in one notification on 120 KB, until the text can be read",
            aim="under 100 ms",
            measured=ours * 1000,
            unit="ms",
            limit=pygls * 1000,
            of="pygls alone",
            met=ours < 0.1,
        )
    ]


async def _seconds(root: Path, *command: str) -> float:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**26
    )
    editor = Editor(process)
    await editor.initialize(root)
    editor.notify("initialized", {})
    uri = (root / "typed.py").as_uri()
    text = "".join(f"value_{n:05} = compute({n:06})\n" for n in range(_LINES))
    editor.open(uri, text)
    await editor.code_actions(uri)
    began = time.perf_counter()
    editor.change(uri, 2, [_change(number) for number in range(_CHANGES)])
    await editor.code_actions(uri)
    took = time.perf_counter() - began
    await editor.close()
    return took


def _change(number: int) -> dict[str, Any]:
    place = {"line": number * 2 % _LINES, "character": 0}
    return {"range": {"start": place, "end": place}, "text": "x"}
