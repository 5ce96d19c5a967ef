"""Agent files that change while the real server runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from support.raw_client import RawClient

GOOD = "---\ndescription: {0}\npermission:\n  edit: deny\n---\nDo it.\n"


@pytest.fixture
async def client(client: RawClient, tmp_path: Path) -> RawClient:
    (tmp_path / "shop").mkdir()
    await client.initialize(
        workspaceFolders=[{"uri": f"file://{tmp_path}/shop", "name": "shop"}],
        initializationOptions={"agentDirectories": [str(tmp_path / "mine")]},
    )
    return client


async def agents(client: RawClient) -> dict[str, Any]:
    return {agent["name"]: agent for agent in await client.run("listAgents")}


async def described(client: RawClient, description: str) -> dict[str, Any]:
    """The agent ``shop``, as soon as it has that description."""
    while True:
        found = (await agents(client)).get("shop")
        if found and found["description"] == description:
            return found


async def said(client: RawClient, words: str) -> str:
    """The next message with these words that the user sees."""
    while True:
        message = (await client.notified("window/showMessage"))["message"]
        if words in message:
            return message


async def test_changed_agent_file_is_in_force_and_a_broken_one_is_not(
    client: RawClient, tmp_path: Path
) -> None:
    file = tmp_path / "mine/shop.md"
    file.parent.mkdir()
    file.write_text(GOOD.format("one"))
    await described(client, "one")
    (tmp_path / "mine/.new").write_text(GOOD.format("two"))
    os.replace(tmp_path / "mine/.new", file)
    await described(client, "two")
    file.write_text("---\npermission:\n  edit: [\n---\nDo it.\n")
    message = await said(client, "shop.md")
    assert message.startswith(f"{file}:")
    assert "What it said before stays in force" in message
    assert (await agents(client))["shop"]["permissions"]["edit"] == "deny"
    # It is said once: another file that changes is no reason to say it again.
    hidden = GOOD.format("quiet").replace("permission:", "hidden: true\npermission:")
    (tmp_path / "mine/quiet.md").write_text(hidden)
    (tmp_path / "mine/other.md").write_text(GOOD.format("other"))
    while "other" not in await agents(client):
        pass
    asked = {"agent": "quiet", "permission": "edit", "subject": "x"}
    while "error" in (await client.answer_to(client.command("explainPermission", asked))):
        pass
    assert "quiet" not in await agents(client)
    file.write_text(GOOD.format("three"))
    await described(client, "three")
    assert len([line for line in client.log if "window/showMessage" in line]) == 1


async def test_workspace_that_changes_is_asked_about_again(
    client: RawClient, tmp_path: Path
) -> None:
    root = {"rootUri": f"file://{tmp_path}/shop", "trusted": True}
    file = tmp_path / "shop/.opencode/agent/shop.md"
    file.parent.mkdir(parents=True)
    file.write_text(GOOD.format("one"))
    assert "edit deny" in await said(client, "are not used until you trust them")
    assert "shop" not in await agents(client)
    await client.run("trust", root)
    await described(client, "one")
    file.write_text(GOOD.format("two").replace("deny", "allow"))
    assert "edit allow" in await said(client, "are not used until you trust them")
    assert "shop" not in await agents(client)
    await client.run("trust", root)
    assert (await described(client, "two"))["permissions"]["edit"] == "allow"


async def test_settings_of_a_workspace_count_once_it_is_trusted(
    client: RawClient, tmp_path: Path
) -> None:
    settings = tmp_path / "shop/.backend-specialist/settings.json"
    settings.parent.mkdir()
    settings.write_text('{"agent": "reviewer", "maxSteps": 900}')
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/reviewer.md").write_text(GOOD.format("reviews"))
    await said(client, "are not used until you trust them")
    while "reviewer" not in await agents(client):
        pass
    assert next(iter(await agents(client))) == "specialist-backend"
    trusted = client.command("trust", {"rootUri": f"file://{tmp_path}/shop", "trusted": True})
    assert "maxSteps cannot be set by a workspace" in await said(client, "maxSteps")
    await client.answer_to(trusted)
    assert next(iter(await agents(client))) == "reviewer"
