"""What the scripted model says in each subject.

Owns the scripts, by name, because the endpoint that plays them is another process.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from backend_specialist.adapters.scripts import Call, Reply, Request, Script, position

TURNS = 30
# Another one each turn, since a model that repeats itself is stopped.
PATTERN = r"def handle_\w+_7\({{1,{}}}"
_REPORT: Mapping[str, Any] = {"service": {}, "database": {}, "testing_documentation": {}}
DELIVER = Call("deliver", {"summary": "Done.", **_REPORT})
_DONE = Reply(text="That is all there is to say.")


def reads(request: Request) -> Reply:
    """Read another part of a file in each turn, for a whole session."""
    turn = position(request)
    if turn >= TURNS - 1:
        return _DONE
    call = Call("read", {"filePath": "app/main.py", "offset": 1 + turn * 20, "limit": 200})
    return Reply(text=f"I read on, for the {turn + 1}. time.", tools=(call,))


def streams(_: Request) -> Reply:
    """Say so much, a thousand pieces a second, that it never ends while something is measured."""
    return Reply(text="twenty-four characters. " * 60_000, delay=0.001)


def searches(request: Request) -> Reply:
    """Search the whole workspace once in each turn."""
    if position(request) >= TURNS - 1:
        return _DONE
    return Reply(tools=(Call("grep", {"pattern": PATTERN.format(position(request) + 1)}),))


def proposes(request: Request) -> Reply:
    """Rewrite every hundredth line of a large file, then deliver."""
    if position(request) == 0:
        lines = [f"value_{n} = {n + (n % 100 == 50)}\n" for n in range(20_000)]
        call = Call("write", {"filePath": "app/large.py", "content": "".join(lines)})
        return Reply(tools=(Call("read", {"filePath": "app/large.py"}), call))
    return Reply(tools=(DELIVER,))


def one_edit(request: Request) -> Reply:
    """Read a file, change it, be done: with whatever tools the agent that asks has."""
    tools = {tool["name"].lower(): tool for tool in request.get("tools", ())}
    step = position(request)
    if not {"read", "edit"} <= set(tools) or step > 2:
        return _DONE
    if step == 0:
        return Reply(text="I read it.", tools=(_call(tools["read"], "FILE"),))
    if step == 1:
        return Reply(tools=(_call(tools["edit"], "FILE", "return 1", "return 2"),))
    return Reply(tools=(DELIVER,)) if "deliver" in tools else _DONE


def _call(tool: Mapping[str, Any], *values: str) -> Call:
    """Call a tool with these values for the first arguments that it requires."""
    names = tool["input_schema"]["required"]
    path = os.path.join(os.environ["TASK_DIRECTORY"], "shop.py")
    given = [path if value == "FILE" else value for value in values]
    return Call(tool["name"], dict(zip(names, given, strict=False)))


SCRIPTS: Mapping[str, Script] = {
    each.__name__: each for each in (reads, streams, searches, proposes, one_edit)
}
