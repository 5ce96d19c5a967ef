"""A session that writes every kind of record but that of a failure, as a script and a user; it can be killed anywhere.

The model asks for a permission, the user and an expert, edits, delivers in doubt, is refused and edits again; at last
``x`` is 4. A step of which a call was interrupted is taken again, as a model would.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.sessions.compaction import REQUEST
from backend_specialist.sessions.repair import INTERRUPTED
from support.scripted_model import results, texts

BEFORE = "x = 1\n"
AFTER = "x = 4\n"
OTHER = "a = 1\n"
WRONG = "x = 3"
REASON = "I want 4."
ADVICE = "3 or 4?"
REPORT: dict[str, Any] = {"service": {}, "database": {}, "testing_documentation": {}}
DOUBTFUL = {**REPORT, "database": {"models": [{"file": "no/where.py"}]}}
# The step that follows the refusal.
REFUSED = 5


def steps(folder: str = "", *, expert: str) -> list[tuple[Call, ...]]:
    """The calls of each turn, for the files ``app.py`` and ``other.py`` of a folder."""
    app, other = f"{folder}app.py", f"{folder}other.py"
    question = {"question": "Which?", "header": "Choice"}
    return [
        (
            Call("read", {"filePath": "/elsewhere/notes.txt"}),
            Call("question", {"questions": [question]}),
            Call("task", {"description": "Advice", "prompt": ADVICE, "subagent_type": expert}),
        ),
        (_edit(app, "x = 1", WRONG), _edit(other, "a = 1", "a = 2")),
        (_edit(other, "a = 2", "a = 1"),),
        (Call("deliver", {"summary": "Doubtful.", **DOUBTFUL}),),
        (Call("deliver", {"summary": "First.", **REPORT}),),
        (_edit(app, "x = 1", "x = 4"),),
        (Call("deliver", {"summary": "Second.", **REPORT}),),
    ]


def _edit(name: str, old: str, new: str) -> Call:
    return Call("edit", {"filePath": name, "oldString": old, "newString": new})


def reply(every: Sequence[tuple[Call, ...]], body: dict[str, Any]) -> Reply:
    """Answer a request: the next step, or the last one again when one of its calls was interrupted."""
    if texts(body)[:1] == [ADVICE]:
        return Reply(text="Either.")
    step = last_step(body)
    if texts(body)[-1:] == [REQUEST]:
        return Reply(text=f"Done so far: step {step}.")
    if INTERRUPTED not in results(body):
        step += 1
    if REASON in "".join((*results(body), *texts(body))):
        step = REFUSED
    if step >= len(every):
        return Reply(text="All is done.")
    return Reply(text=f"This is step {step}.", tools=every[step])


def last_step(body: dict[str, Any]) -> int:
    """The last step of a conversation, -1 before the first; a summary names it as well."""
    return max(map(int, re.findall(r"step (\d+)", json.dumps(body["messages"]))), default=-1)
