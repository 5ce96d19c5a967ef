"""A workspace, a scripted server and a scripted user."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend_specialist.terminal.asking import Asker
from backend_specialist.terminal.files import Files
from backend_specialist.terminal.report import Report
from backend_specialist.terminal.screen import Screen
from backend_specialist.terminal.stage import Job, perform

Task = Callable[[Files], Mapping[str, Any]]
PEER = str(Path(__file__).with_name("scripted_peer.py"))


class Typist:
    """A keyboard on which the lines were decided before. ``prompts`` are counted, not kept."""

    def __init__(self, *lines: str | None, present: bool = True) -> None:
        self.lines = list(lines)
        self.present = present

    async def line(self) -> str | None:
        return self.lines.pop(0) if self.lines else None

    def forget(self) -> None:
        pass

    def interrupt(self) -> None:
        pass


@dataclass
class Stage:
    """One scripted run: what the user saw, what the server heard, what came of it."""

    root: Path
    scratch: Path
    out: io.StringIO = field(default_factory=io.StringIO)
    typist: Typist = field(default_factory=Typist)

    def command(self, acts: Sequence[dict[str, Any]]) -> list[str]:
        script = self.scratch / "script.json"
        script.write_text(json.dumps(list(acts)))
        return [sys.executable, PEER, str(script), str(self.scratch / "log.jsonl")]

    async def perform(
        self,
        *acts: dict[str, Any],
        lines: Sequence[str | None] = (),
        task: Task = lambda _: {"instructions": "Do it"},
        around: Callable[[list[str]], Sequence[str]] = list,
        **flags: bool,
    ) -> Report:
        """``task`` is called when the server is there, ``around`` is what its command is made of."""
        self.typist = Typist(*lines, present=flags.pop("present", True))
        opening = () if flags.pop("begin", True) else ({"begin": False},)
        screen = Screen(self.out)
        job = Job(
            workspace=str(self.root),
            task=task,
            command=around(self.command((*opening, *acts))),
        )
        report = await perform(job, screen, Asker(screen, self.typist, **flags))  # type: ignore[arg-type]
        print(self.out.getvalue())  # noqa: T201 - shown when the test fails
        return report

    @property
    def heard(self) -> list[dict[str, Any]]:
        lines = (self.scratch / "log.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def commands(self, name: str) -> list[dict[str, Any]]:
        calls = [
            message["params"]
            for message in self.heard
            if "command" in (message.get("params") or {})
        ]
        return [
            call["arguments"][0] for call in calls if call["command"] == f"backendSpecialist.{name}"
        ]

    @property
    def results(self) -> list[dict[str, Any]]:
        """The answers to the server's requests."""
        return [message["result"] for message in self.heard if "result" in message]

    def methods(self) -> list[str]:
        return [message["method"] for message in self.heard if "method" in message]

    # ------------------------------------------------------------ acts

    def file(
        self, name: str, old: str | None, *changes: tuple[int, int, str, str]
    ) -> dict[str, Any]:
        """A file of a proposal; ``old`` is what is put on disk first, ``None`` for no file."""
        path = self.root / name
        if old is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(old.encode())
        hunks = [
            {"id": f"{name}-{n}", "range": lines(start, end), "old": before, "new": after}
            for n, (start, end, before, after) in enumerate(changes)
        ]
        return {
            "path": str(path), "label": name, "uri": path.as_uri(), "created": old is None, "deleted": False,
            "protected": "", "strategies": [], "hunks": hunks,
        }  # fmt: skip

    @staticmethod
    def proposal(*files: dict[str, Any], protected: str = "", number: int = 1) -> dict[str, Any]:
        event = {
            "kind": "proposal", "proposalId": f"p{number}", "title": "A task", "round": number,
            "protected": protected, "files": list(files),
        }  # fmt: skip
        return {"event": event}

    @staticmethod
    def apply(*files: dict[str, Any], version: int | None = None) -> dict[str, Any]:
        changes: list[dict[str, Any]] = []
        for file in files:
            if file["created"]:
                options = {"ignoreIfExists": True}
                changes.append({"kind": "create", "uri": file["uri"], "options": options})
            edits = [{"range": hunk["range"], "newText": hunk["new"]} for hunk in file["hunks"]]
            document = {"uri": file["uri"], "version": version}
            changes.append({"textDocument": document, "edits": edits})
        return {"request": "workspace/applyEdit", "params": {"edit": {"documentChanges": changes}}}

    @staticmethod
    def review(*files: dict[str, Any], result: str = "accepted", number: int = 1) -> dict[str, Any]:
        outcomes = [
            {
                "file": file["label"],
                "hunk": hunk["id"],
                "result": result,
                "lines": "1",
                "reason": "",
            }
            for file in files
            for hunk in file["hunks"]
        ]
        return {"event": {"kind": "review", "proposalId": f"p{number}", "outcomes": outcomes}}

    @staticmethod
    def status(status: str, reason: str = "") -> dict[str, Any]:
        return {"event": {"kind": "status", "status": status, "reason": reason}}


def lines(start: int, end: int) -> dict[str, Any]:
    """A range of whole lines."""
    return {"start": {"line": start, "character": 0}, "end": {"line": end, "character": 0}}
