"""Scripted stand-ins for a model, which prove the harness and say nothing about any model.

Owns the three scripts: ``scripted/solution`` replays the reference solution through the product's real tools,
``scripted/nothing`` delivers without an edit, ``scripted/dying`` is an endpoint that refuses.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evals.place import Place
from evals.task import Task, files_in

PREFIX = "scripted/"
_REPORT: dict[str, Any] = {"service": {}, "database": {}, "testing_documentation": {}}

Reply = dict[str, Any]


def is_scripted(model: str) -> bool:
    """Whether no model is asked."""
    return model.startswith(PREFIX)


def prepare(model: str, task: Task, place: Place) -> tuple[str, dict[str, str]]:
    """Write the script; give the product's name for it, and the variable that says where it is."""
    name = model.removeprefix(PREFIX)
    scripts = place.root / "scripts"
    scripts.mkdir()
    (scripts / f"{name}.json").write_text(json.dumps(SCRIPTS[name](task)), "utf-8")
    return f"rehearsal/{name}", {"BACKEND_SPECIALIST_REHEARSALS": str(scripts)}


def _solution(task: Task) -> list[Reply]:
    return [{"tools": list(_changes(task))}, *_deliver("The reference solution, replayed.")]


def _nothing(_: Task) -> list[Reply]:
    return _deliver("Nothing was done.")


def _dying(_: Task) -> list[Reply]:
    fault = {"kind": "status", "status": 400, "type": "invalid_request_error", "times": 99}
    return [{"text": "never said", "fault": fault}]


SCRIPTS: dict[str, Callable[[Task], list[Reply]]] = {
    "solution": _solution,
    "nothing": _nothing,
    "dying": _dying,
}


def _deliver(summary: str) -> list[Reply]:
    return [{"tools": [{"name": "deliver", "input": {"summary": summary, **_REPORT}}]}]


def _changes(task: Task) -> Iterator[dict[str, Any]]:
    for path in files_in(task.solution):
        label, after = str(path.relative_to(task.solution)), path.read_text("utf-8")
        before = task.start / label
        if before.exists():
            yield {"name": "edit", "input": {"filePath": label, **_edit(before, after)}}
        else:
            yield {"name": "write", "input": {"filePath": label, "content": after}}


def _edit(path: Path, after: str) -> dict[str, str]:
    """One replacement from the first line that differs to the last, with enough around it to occur once."""
    text = path.read_text("utf-8")
    old, new = text.splitlines(keepends=True), after.splitlines(keepends=True)
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [block for block in blocks if block[0] != "equal"]
    first, last = changed[0][1], changed[-1][2]
    while text.count("".join(old[first:last])) != 1:
        first, last = max(0, first - 1), min(len(old), last + 1)
    end = len(new) - (len(old) - last)
    return {"oldString": "".join(old[first:last]), "newString": "".join(new[first:end])}
