"""Scripts of replies: what a scripted model says, and when it fails.

Owns the script as data and its JSON form. Serves nothing: ``scripted_api`` does.

The JSON form is a list of steps; step *n* answers a request whose history has *n* assistant
messages, so a script needs no memory and survives a restart. A step is a reply, or a list of
alternatives of which the first that matches is taken; one without ``when`` always matches. A reply
is an object, every key optional::

    {
      "thinking": "thinking, before the text",
      "text": "what the model says",
      "tools": [{"name": "read", "input": {"filePath": "app.py"}}],
      "stopReason": "tool_use or end_turn unless given, e.g. max_tokens or refusal",
      "delayMs": 30,
      "fault": {"kind": "error", "times": 1},
      "when": {"toolResultContains": "text in a tool result of the last message"}
    }

``delayMs`` is the pause before each piece of the stream.

A fault has a ``kind``: ``status`` (``status``, ``headers`` and ``type`` of the error, before the
stream), or one that happens in the stream once ``after`` events are sent (0: before the first):
``error`` (an error event of ``type``, by default ``overloaded_error``), ``cut`` (a clean end),
``chunkCut`` (an end inside of a chunk), ``stall`` (silence until the client goes away); or
``notAStream`` (status 200 and a web page), ``badToolJson``, ``deepToolJson``. It happens ``times``
times (1 by default), then the step is answered as it says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_FAULT_KINDS = (
    "status", "error", "cut", "chunkCut", "stall", "notAStream", "badToolJson", "deepToolJson",
)  # fmt: skip


class ScriptError(Exception):
    """A script that cannot be used; the message says where it is wrong."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of a reply."""

    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A failure in place of a reply, or in the middle of it; the module says what the kinds are."""

    kind: str
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    type: str = ""
    after: int = 4
    times: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One answer. ``delay`` is in seconds; ``when`` is the text that a tool result must contain."""

    text: str = ""
    thinking: str = ""
    tools: tuple[Call, ...] = ()
    stop_reason: str | None = None
    delay: float = 0.0
    fault: Fault | None = None
    when: str = ""


Request = Mapping[str, Any]
Reaction = Callable[[Request], Reply]
Step = Reply | Sequence[Reply] | Reaction
Script = Sequence[Step] | Reaction


def position(request: Request) -> int:
    """Which step answers a request: the number of its assistant messages."""
    return sum(message.get("role") == "assistant" for message in request["messages"])


def reply_to(script: Script, request: Request) -> Reply:
    """Give the reply of a script; raise :class:`ScriptError` when it has none."""
    if callable(script):
        return script(request)
    index = position(request)
    if index >= len(script):
        raise ScriptError(
            f"The script has {len(script)} replies, and this conversation asks for number "
            f"{index + 1}. A script answers nothing else; choose a real model for that."
        )
    step = script[index]
    if callable(step):
        return step(request)
    if isinstance(step, Reply):
        return step
    return _alternative(step, request, index)


def _alternative(step: Sequence[Reply], request: Request, index: int) -> Reply:
    results = last_tool_results(request)
    for reply in step:
        if not reply.when or any(reply.when in result for result in results):
            return reply
    raise ScriptError(
        f"No alternative of reply {index + 1} of the script matches the last tool results."
    )


def last_tool_results(request: Request) -> tuple[str, ...]:
    """Give the texts of the tool results in the last message."""
    content = request["messages"][-1]["content"] if request["messages"] else ()
    if isinstance(content, str):
        return ()
    return tuple(_result_text(block) for block in content if block.get("type") == "tool_result")


def _result_text(block: Mapping[str, Any]) -> str:
    content = block.get("content", "")
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


# ---------------------------------------------------------------- the JSON form


def script_from_json(text: str) -> tuple[Step, ...]:
    """Read a script; raise :class:`ScriptError`."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise ScriptError(f"The script is not JSON: {error}") from error
    if not isinstance(raw, list) or not raw:
        raise ScriptError("The script must be a list of at least one reply.")
    return tuple(_step(item, f"reply {number}") for number, item in enumerate(raw, 1))


def _step(raw: Any, where: str) -> Step:
    if isinstance(raw, list):
        return tuple(_reply(item, f"{where}, alternative {n}") for n, item in enumerate(raw, 1))
    return _reply(raw, where)


def _reply(raw: Any, where: str) -> Reply:
    fields = _fields(
        raw,
        where,
        {
            "text": str,
            "thinking": str,
            "tools": list,
            "stopReason": str,
            "delayMs": int,
            "fault": dict,
            "when": dict,
        },
    )
    when = _fields(fields.get("when", {}), f"{where}, when", {"toolResultContains": str})
    return Reply(
        text=fields.get("text", ""),
        thinking=fields.get("thinking", ""),
        tools=tuple(_call(item, f"{where}, tool") for item in fields.get("tools", ())),
        stop_reason=fields.get("stopReason"),
        delay=fields.get("delayMs", 0) / 1000,
        fault=_fault(fields["fault"], f"{where}, fault") if "fault" in fields else None,
        when=when.get("toolResultContains", ""),
    )


def _call(raw: Any, where: str) -> Call:
    fields = _fields(raw, where, {"name": str, "input": dict})
    if "name" not in fields:
        raise ScriptError(f"The script is wrong at {where}: it needs a name.")
    return Call(fields["name"], fields.get("input", {}))


def _fault(raw: Any, where: str) -> Fault:
    kinds = {"kind": str, "status": int, "headers": dict, "type": str, "after": int, "times": int}
    fields = _fields(raw, where, kinds)
    if fields.get("kind") not in _FAULT_KINDS:
        raise ScriptError(
            f"The script is wrong at {where}: kind must be one of {', '.join(_FAULT_KINDS)}."
        )
    return Fault(**fields)


def _fields(raw: Any, where: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ScriptError(f"The script is wrong at {where}: expected an object.")
    for key, value in raw.items():
        if key not in kinds:
            raise ScriptError(f"The script is wrong at {where}: unknown key {key!r}.")
        if not isinstance(value, kinds[key]):
            raise ScriptError(
                f"The script is wrong at {where}: {key} must be {kinds[key].__name__}."
            )
    return dict(raw)
