"""The shipped consultants, asked through the real server. The models are scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from backend_specialist.adapters.scripts import Call, Fault, Reply
from support.fake_editor import PATIENCE, Guise
from support.scripts_for_tests import DELIVER

DRAWS = Guise(options={"ui": ["proposal", "question", "permission"]})
ASK = Call(
    "task",
    {
        "description": "Index",
        "prompt": "Which index does mean() need?",
        "subagent_type": "domain-database",
    },
)
CONSULTANTS = {
    "domain-architecture",
    "domain-database",
    "domain-infrastructure",
    "domain-security",
}


def is_expert(body: Mapping[str, Any]) -> bool:
    return body["system"][0]["text"].startswith("You are a database engineer")


async def test_shipped_consultant_answers_on_the_session_s_budget(api, start) -> None:
    def play(body: Mapping[str, Any]) -> Reply:
        if is_expert(body):
            return Reply(text="None: it reads no table.")
        asked = any(message["role"] == "assistant" for message in body["messages"])
        return Reply(tools=(DELIVER,)) if asked else Reply(tools=(ASK,))

    model = await api(play)
    editor = await start(model, DRAWS)
    session = (await editor.command("run", instructions="Speed up mean()"))["sessionId"]
    result = await editor.event("toolResult", name="task")
    assert result["title"] == "domain-database: Index"
    await editor.status("completed")
    own, nested, last = model.requests
    (tool,) = [tool for tool in own["tools"] if tool["name"] == "task"]
    assert all(f"- {name}: " in tool["description"] for name in CONSULTANTS)
    assert {tool["name"] for tool in nested["tools"]} == {"glob", "grep", "read", "webfetch"}
    assert "None: it reads no table." in str(last["messages"][-1]["content"])
    (listed,) = await editor.command("listSessions")
    usages = [m["params"] for m in editor.heard if (m.get("params") or {}).get("kind") == "usage"]
    assert len(usages) == 3, "the consultant's turn is counted as well"
    assert listed["sessionId"] == session


async def test_cancelling_a_session_cancels_the_consultant_it_waits_for(api, start) -> None:
    thinking = asyncio.Event()

    def play(body: Mapping[str, Any]) -> Reply:
        if not is_expert(body):
            return Reply(tools=(ASK,))
        thinking.set()
        return Reply(text="Let me think", fault=Fault(kind="stall", after=3))

    model = await api(play)
    editor = await start(model, DRAWS)
    session = (await editor.command("run", instructions="Speed up mean()"))["sessionId"]
    async with asyncio.timeout(PATIENCE):
        await thinking.wait()
    await editor.command("cancel", sessionId=session)
    await editor.status("cancelled")
    async with asyncio.timeout(PATIENCE):
        await model.stream_left.wait()
