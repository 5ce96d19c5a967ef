"""What docs/protocol.md says of events and settings, seen on the wire of the real server. The model is scripted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.scripts import Fault, Reply
from support.fake_editor import FakeEditor, Guise
from support.project import write_project
from support.scripts_for_tests import SCRIPT

DRAWS = Guise(options={"ui": ["proposal", "question", "permission"]})
TRUSTED = Guise(options={"trusted": True})
OWN = """
-- .opencode/agents/own.md --
---
description: The project's own
---

Be brief.
"""


async def test_both_texts_of_a_proposed_file_can_be_read(api, start) -> None:
    editor = await start(await api(SCRIPT), DRAWS)
    editor.open("app/main.py")
    await editor.command("run", instructions="Guard mean()")
    proposal = await editor.event("proposal")
    changed, created = proposal["files"]

    async def text(uri: str) -> str:
        return (await editor.request("workspace/textDocumentContent", {"uri": uri}))["text"]

    base = editor.text("app/main.py")
    assert await text(changed["baseUri"]) == base
    lines = base.splitlines(keepends=True)
    (hunk,) = changed["hunks"]
    first, last = hunk["range"]["start"]["line"], hunk["range"]["end"]["line"]
    assert "".join(lines[first:last]) == hunk["old"]
    lines[first:last] = [hunk["new"]]
    assert await text(changed["proposedUri"]) == "".join(lines)
    assert await text(created["baseUri"]) == ""
    assert await text(created["proposedUri"]) == "def test_mean():\n    pass\n"
    beyond = changed["baseUri"].replace("/base/0", "/base/7")
    assert "no longer there" in await text(beyond)


async def test_an_error_says_what_kind_it_is(api, start) -> None:
    refused = Reply(fault=Fault(kind="status", status=401))
    editor = await start(await api([refused]), DRAWS)
    await editor.command("run", instructions="Guard mean()")
    event = await editor.event("error")
    assert event["errorKind"] == "key"
    assert event["message"]


@pytest.mark.parametrize(
    ("guise", "found"),
    [
        (TRUSTED, True),
        (Guise(), False),
    ],
    ids=["a client with workspace trust vouches for it", "nobody vouches for it"],
)
async def test_a_workspace_agent_counts_when_the_client_trusts_the_workspace(
    start, root: Path, guise: Guise, found: bool
) -> None:
    write_project(root, OWN)
    editor = await start(guise=guise)
    assert ("own" in await _agents(editor)) is found


async def test_a_workspace_cannot_vouch_for_itself_by_a_setting(
    start, root: Path, tmp_path: Path
) -> None:
    """A setting may come from the workspace's own file; the other setting here shows that both were taken."""
    write_project(root, OWN)
    write_project(tmp_path / "more", OWN.replace(".opencode/agents/own.md", "mine.md"))
    guise = _configured({"trusted": True, "agentDirectories": [str(tmp_path / "more")]})
    agents = await _agents(await start(guise=guise))
    assert "mine" in agents
    assert "own" not in agents


async def test_a_command_waits_for_the_settings(start, tmp_path: Path) -> None:
    """Editors send the first command before they have answered what the settings are."""
    write_project(tmp_path / "more", OWN.replace(".opencode/agents/own.md", "mine.md"))
    sent = asyncio.Event()
    editor = await start(
        guise=_configured({"agentDirectories": [str(tmp_path / "more")]}, after=sent)
    )
    asking = asyncio.create_task(_agents(editor))
    answered, _ = await asyncio.wait({asking}, timeout=1)
    sent.set()
    assert not answered, "the server does not know yet where agents are"
    assert "mine" in await asking


def _configured(settings: dict[str, Any], after: asyncio.Event | None = None) -> Guise:
    """An editor that is asked for its settings, and answers when ``after`` is set."""

    async def answer(_: FakeEditor, params: dict[str, Any]) -> list[Any]:
        if after is not None:
            await after.wait()
        return [settings for _ in params["items"]]

    return Guise(
        capabilities={"workspace": {"configuration": True}},
        others={"workspace/configuration": answer},
    )


async def _agents(editor: FakeEditor) -> list[str]:
    return [agent["name"] for agent in await editor.command("listAgents")]
