"""What end-to-end tests say again and again, and how they look at what the model was told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from backend_specialist.adapters.scripts import Reaction, Reply, Request, Script, reply_to
from support.fake_editor import Failure, FakeEditor, Guise

DRAWS = Guise(options={"ui": ["proposal", "question", "permission"]})


async def run(editor: FakeEditor, instructions: str = "Guard mean()", **argument: Any) -> str:
    """Start a session; gives its id."""
    return (await editor.command("run", instructions=instructions, **argument))["sessionId"]


async def answer(editor: FakeEditor, session: str, decision: str, **more: Any) -> dict[str, Any]:
    """Answer the proposal of a session when it comes; gives the proposal."""
    proposal = await editor.event("proposal", sessionId=session)
    named = {"sessionId": session, "proposalId": proposal["proposalId"]}
    await editor.command("answer", **named, decision=decision, **more)
    return proposal


async def refused(editor: FakeEditor, name: str, **argument: Any) -> tuple[str, str]:
    """Give key and message of a command that must be refused as ``InvalidParams``."""
    with pytest.raises(Failure) as caught:
        await editor.command(name, **argument)
    assert caught.value.code == -32602, (name, argument, caught.value)
    return caught.value.data["key"], str(caught.value)


def results(request: Mapping[str, Any]) -> str:
    """The tool results of the last message, as the model sees them."""
    return "\n".join(
        block["content"] if isinstance(block["content"], str) else str(block["content"])
        for block in request["messages"][-1]["content"]
        if block["type"] == "tool_result"
    )


def asked(request: Mapping[str, Any]) -> str:
    """The first message of a request: which task it belongs to."""
    return json.dumps(request["messages"][0], ensure_ascii=False)


def by_task(scripts: Mapping[str, Script]) -> Reaction:
    """One server for many sessions: the script is chosen by words in the task."""

    def react(request: Request) -> Reply:
        name = next(name for name in scripts if name in asked(request))
        return reply_to(scripts[name], request)

    return react


def in_turn(*replies: Reply) -> Reaction:
    """Replies one after the other, whatever the history looks like."""
    waiting = iter(replies)
    return lambda _: next(waiting)
