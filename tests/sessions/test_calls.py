"""Calls of tools by a model that is an adversary: each has its result, and the session goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.adapters.turn_reader import TurnReader
from backend_specialist.command_line.transcript import lines_of
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.lsp.announcer import wire
from backend_specialist.lsp.questions import whole
from backend_specialist.sessions.events import Event, Kind
from backend_specialist.tools.task import Task
from backend_specialist.tools.toolbox import TOOLS
from support.arguments import arguments
from support.scripted_model import results
from support.session_stage import Stage

# What a search finds is the matter of the tool's own tests.
ACTING = [tool for tool in (*TOOLS, Task([])) if tool.spec.name not in ("glob", "grep")]
EXPERT = AgentDefinition(name="app.py", prompt="Advise.", mode="subagent")


@pytest.mark.parametrize("tool", ACTING, ids=lambda tool: tool.spec.name)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
async def test_no_arguments_fail_a_session(tool: Any, data: st.DataObject) -> None:
    call = Call(tool.spec.name, _received(data.draw(arguments(tool.spec.schema))))
    replies = iter([Reply(tools=(call,))])
    stage = Stage(
        {"app.py": "x = 1\n"},
        lambda _: next(replies, Reply(text="I see.")),
        permission={"*": "ask"},
        experts=[EXPERT],
    )
    session = await stage.run()
    user = User(stage, session)
    await stage.attended(session, user.hear)
    assert stage.status == "completed", stage.reason
    told = [text for body in stage.model.requests for text in results(body)]
    assert told or call.name == "deliver"
    stored = await stage.store.load(session)
    assert stored
    assert "\n".join(lines_of(stored[1]))


def _received(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments as they come from the endpoint."""
    reader = TurnReader()
    block = {"type": "tool_use", "id": "t", "name": "read", "input": {}}
    piece = {"type": "input_json_delta", "partial_json": json.dumps(value)}
    reader.feed({"type": "content_block_start", "index": 0, "content_block": block})
    reader.feed({"type": "content_block_delta", "index": 0, "delta": piece})
    reader.feed({"type": "message_delta", "delta": {"stop_reason": "tool_use"}})
    return reader.turn().message.tool_uses[0].input


class User:
    """Says yes to everything, and looks whether what is shown can be shown."""

    def __init__(self, stage: Stage, session: str) -> None:
        self._stage = stage
        self._session = session

    async def hear(self, event: Event) -> None:
        assert json.dumps(wire(event), ensure_ascii=False, allow_nan=False).encode()
        match event.kind:
            case Kind.PROPOSAL:
                await self._stage.answer(self._session, event.source)
            case Kind.PERMISSION:
                assert whole(event.source) or not event.data["detail"].strip()
                await self._answer(event, "once")
            case Kind.QUESTION:
                await self._answer(event, "yes")

    async def _answer(self, event: Event, text: str) -> None:
        request = event.data["requestId"]
        await self._stage.supervisor.answer_request(self._session, request, text)
