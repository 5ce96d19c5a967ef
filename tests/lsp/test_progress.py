"""The progress indicator of a session, through a real server whose bytes are read here."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.progress import Progress
from backend_specialist.lsp.server import SpecialistServer
from support.dict_disk import DictDisk


class Indicator:
    """An editor that grants every indicator; ``kinds`` are what it was told, in order."""

    def __init__(self) -> None:
        self.server = SpecialistServer(Documents(DictDisk({})), version="0")
        self.server.protocol.set_writer(self)  # type: ignore[arg-type]
        self.server.meet({"capabilities": {"window": {"workDoneProgress": True}}})
        self.kinds: list[str] = []
        self.news = asyncio.Event()

    def write(self, data: bytes) -> None:
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        if message["method"] == "window/workDoneProgress/create":
            answer: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"], "result": None}
            asyncio.get_running_loop().call_soon(self.server.protocol.receive, answer)
            return
        self.kinds.append(message["params"]["value"]["kind"])
        self.news.set()

    def close(self) -> None:
        """Nothing is held."""

    async def told(self, *kinds: str) -> None:
        async with asyncio.timeout(5):
            while self.kinds != list(kinds):
                self.news.clear()
                await self.news.wait()


async def test_progress_ends_before_the_next_job_begins_under_the_same_token() -> None:
    editor = Indicator()
    first = Progress(editor.server, "s1", "Guard mean()")
    first.report("working")
    await editor.told("begin", "report")
    first.end("has finished")
    Progress(editor.server, "s1", "Guard mean()").report("working")
    await editor.told("begin", "report", "end", "begin", "report")
    await editor.server.close()
