"""A scripted server and the real SDK in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from backend_specialist.adapters.models import ModelCatalog
from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Script
from backend_specialist.domain.ports import Model, ModelEvent, ModelRequest, ToolSpec
from backend_specialist.domain.transcript import Message, Text, ToolResult, Turn

KEY = "sk-ant-secret-0123456789"
MODEL = "anthropic/claude-sonnet-5-5"
READ = ToolSpec(name="read", description="Read a file.", schema={"type": "object"})


@asynccontextmanager
async def served(
    script: Script | Mapping[str, Script], *, name: str = MODEL, **options: Any
) -> AsyncIterator[tuple[Model, ScriptedApi]]:
    """Give a model of the real catalog that talks to a scripted server."""
    async with ScriptedApi(script, **options) as api:
        environment = {"ANTHROPIC_BASE_URL": await api.start(), "ANTHROPIC_API_KEY": KEY}
        catalog = ModelCatalog(environment)
        try:
            yield await catalog.resolve(name), api
        finally:
            await catalog.close()


def asking(*messages: Message, tools: Sequence[ToolSpec] = (READ,), **options: Any) -> ModelRequest:
    """Give a request with the usual rest."""
    return ModelRequest(
        system=("You are a backend specialist.",),
        tools=tuple(tools),
        messages=messages or (said("Hello."),),
        max_tokens=8192,
        options=options,
    )


def said(text: str) -> Message:
    """The user says something."""
    return Message(role="user", content=(Text(text),))


def results_for(turn: Turn, text: str = "done") -> Message:
    """Answer every tool call of a turn."""
    uses = turn.message.tool_uses
    return Message(
        role="user", content=tuple(ToolResult(tool_use_id=use.id, content=text) for use in uses)
    )


async def events_of(model: Model, request: ModelRequest) -> list[ModelEvent]:
    """Give everything that one turn streams."""
    return [event async for event in model.stream(request)]


async def turn_of(model: Model, request: ModelRequest) -> Turn:
    """Give the turn alone."""
    last = (await events_of(model, request))[-1]
    assert isinstance(last, Turn)
    return last
