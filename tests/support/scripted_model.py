"""A scripted model without a network: the port ``Model``, and the rules of the real endpoint for every request.

Plays the scripts of ``adapters.scripts``, and refuses what the scripted Messages API refuses.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from backend_specialist.adapters.model_data import ModelFacts
from backend_specialist.adapters.model_requests import request_body
from backend_specialist.adapters.scripted_checks import refusal
from backend_specialist.adapters.scripts import Reply, Script, position, reply_to
from backend_specialist.domain.ports import (
    ModelError,
    ModelEvent,
    ModelInfo,
    ModelRequest,
    TextDelta,
    ToolStarted,
)
from backend_specialist.domain.transcript import (
    Message,
    StopReason,
    Text,
    ToolUse,
    Turn,
    Usage,
    Verbatim,
)

FACTS = ModelFacts(context=200_000, output=8192, thinking="", sampling=True)


class ScriptedModel:
    """Also the port ``Models``: every name but the ``unknown`` ones is this model; ``resolved`` are those asked for.

    ``usage`` gives what a turn costs, by request body.
    """

    endpoint = "scripted"

    def __init__(self, script: Script) -> None:
        self.script = script
        self.info = ModelInfo(name="test/model", id="model", provider="test", max_output=8192)
        self.requests: list[dict[str, Any]] = []
        self.usage: Callable[[dict[str, Any]], Usage] = lambda body: Usage(input_tokens=10)
        self.failure: ModelError | None = None
        self.unknown: set[str] = set()
        self.resolved: list[str] = []

    async def resolve(self, name: str) -> ScriptedModel:
        self.resolved.append(name)
        if name in self.unknown:
            raise ModelError("model", f"There is no model {name}.")
        if self.failure:
            raise self.failure
        self.info = replace(self.info, name=name)
        return self

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        body = request_body(request, self.info.id, FACTS)
        self.requests.append(body)
        if problem := refusal(body):
            raise ModelError("request", f"The endpoint refused the request: {problem}")
        reply = reply_to(self.script, body)
        if reply.text:
            yield TextDelta(reply.text)
        for call in reply.tools:
            yield ToolStarted(call.name)
        yield self._turn(reply, body)

    def _turn(self, reply: Reply, body: dict[str, Any]) -> Turn:
        step = position(body)
        thought = {"type": "redacted_thinking", "data": reply.thinking}
        blocks = [
            *([Verbatim(thought)] if reply.thinking else []),
            *([Text(reply.text)] if reply.text else []),
            *(
                ToolUse(id=f"call-{len(self.requests)}-{step}-{number}", name=c.name, input=c.input)
                for number, c in enumerate(reply.tools)
            ),
        ]
        reason = reply.stop_reason or ("tool_use" if reply.tools else "end_turn")
        return Turn(
            message=Message(role="assistant", content=tuple(blocks)),
            stop_reason=StopReason(reason),
            usage=self.usage(body),
        )


def results(body: dict[str, Any]) -> list[str]:
    """The tool results in the last message of a request."""
    last = body["messages"][-1]["content"]
    return [block["content"] for block in last if block["type"] == "tool_result"]


def texts(body: dict[str, Any]) -> list[str]:
    """The prose in the last message of a request."""
    return [block["text"] for block in body["messages"][-1]["content"] if block["type"] == "text"]
