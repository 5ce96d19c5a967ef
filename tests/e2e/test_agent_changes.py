"""Agent files that change while sessions run, through the real server. The model is scripted."""

from __future__ import annotations

import os
from pathlib import Path

from backend_specialist.adapters.scripts import Reply
from support.fake_editor import FakeEditor, Guise
from support.scripts_for_tests import DELIVER, EDIT, LEAVE

AGENT = "---\ndescription: {0}\nmodel: anthropic/claude-opus-5\npermission: ask\n---\nYou are the {0} one.\n"


def older(place: Path) -> Path:
    """The file of the agent, in a directory of its own."""
    file = place / "mine/shop.md"
    file.parent.mkdir()
    file.write_text(AGENT.format("older"))
    return file


async def described(editor: FakeEditor, description: str) -> None:
    """Wait until the agent is in force with that description."""
    while True:
        found = {agent["name"]: agent for agent in await editor.command("listAgents")}
        if found.get("shop", {}).get("description") == description:
            return


async def test_a_running_session_keeps_its_agent_and_a_new_one_takes_the_new(
    api, start, tmp_path: Path
) -> None:
    file = older(tmp_path)
    model = await api([Reply(tools=(EDIT, DELIVER)), LEAVE])
    options = {"ui": ["proposal"], "events": True, "agentDirectories": [str(file.parent)]}
    editor = await start(model, Guise(options=options))
    editor.open("app/main.py")
    task = {"instructions": "Guard mean()", "agent": "shop"}
    session = (await editor.command("run", **task))["sessionId"]
    proposal = await editor.event("proposal", sessionId=session)

    (tmp_path / "new.md").write_text(AGENT.format("newer"))
    os.replace(tmp_path / "new.md", file)
    await described(editor, "newer")

    await editor.command(
        "answer",
        sessionId=session,
        proposalId=proposal["proposalId"],
        decision="reject",
        reason="Leave it.",
    )
    await editor.status("completed")
    assert len(model.requests) == 2
    assert all("the older one" in str(request["system"]) for request in model.requests)
    await editor.command("run", **task)
    await editor.event("proposal")
    while len(model.requests) < 3:
        await editor.command("listSessions")
    assert "the newer one" in str(model.requests[2]["system"])


async def test_a_file_that_holds_itself_is_a_problem_of_that_file_alone(
    api, start, tmp_path: Path
) -> None:
    file = older(tmp_path)
    (tmp_path / "mine/bad.md").write_text("---\ndescription: &a\n  - 1\n  - *a\n---\nNo.\n")
    options = {"events": True, "agentDirectories": [str(file.parent)]}
    editor = await start(await api([]), Guise(options=options))
    await described(editor, "older")
    assert "bad" not in {agent["name"] for agent in await editor.command("listAgents")}
    (tmp_path / "new.md").write_text(AGENT.format("newer"))
    os.replace(tmp_path / "new.md", file)
    await described(editor, "newer")
