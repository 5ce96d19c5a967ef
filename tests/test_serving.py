"""The first answer: what it takes long to make is made before the event loop runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from backend_specialist.serving import Front

ALL = {"general": {"positionEncodings": ["utf-8"]}, "workspace": {"configuration": True}}


class Pipe:
    """Takes what the server writes."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def answer(self) -> Any:
        return json.loads(self.written.partition(b"\r\n\r\n")[2])


def test_nothing_is_compiled_to_answer_initialize(tmp_path: Path) -> None:
    pipe = Pipe()
    protocol = Front({"BACKEND_SPECIALIST_STATE_DIR": str(tmp_path)}).server.protocol
    protocol.set_writer(pipe)  # type: ignore[arg-type]
    compiled: list[FrameType] = []

    def watch(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and called is compile:
            compiled.append(frame)

    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": ALL}}
    sys.setprofile(watch)
    try:
        protocol.receive(message)
    finally:
        sys.setprofile(None)
    assert pipe.answer()["result"]["capabilities"]["positionEncoding"] == "utf-8"
    # cattrs compiles a function for each type that it meets for the first time.
    assert compiled == []
