"""Recipes at a place in a file: the few that fit the text and the project, the others behind *More…*."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend_specialist.adapters.scripts import Reply
from support.fake_editor import PATIENCE, FakeEditor, Guise
from support.project import write_project
from support.stage import picks
from support.talk import refused

FETCH = "def load(order):\n    return fetch(order)\n"
NAME = "Backend Specialist: "


async def offered(editor: FakeEditor, uri: str, **context: Any) -> list[dict[str, Any]]:
    """The actions of recipes on the second line."""
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}},
        "context": {"diagnostics": [], **context},
    }
    return await editor.request("textDocument/codeAction", params)


async def titles(editor: FakeEditor, uri: str, fits: Callable[[list[str]], bool]) -> list[str]:
    """The titles as soon as they fit: what a project is built with is found out beside everything else."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = [each["title"].removeprefix(NAME) for each in await offered(editor, uri)]
            if fits(found):
                return found


async def test_recipes_follow_what_the_manifests_say(start, root: Path) -> None:
    (root / "app/main.py").write_text(FETCH)
    (root / "requirements.txt").write_text("flask\nsqlalchemy\n")
    editor = await start()
    uri = editor.open("app/main.py")
    found = await titles(editor, uri, lambda them: them[0] == "Add caching")
    assert found[-1] == "More…"
    assert len(found) == 7
    (root / "requirements.txt").write_text("flask\nhttpx\n")
    found = await titles(editor, uri, lambda them: them[0] == "Connect services")
    assert "Add caching" not in found
    assert len(found) == 7


async def test_kinds_that_the_editor_asks_for_are_chosen_before_the_best_six(start) -> None:
    editor = await start()
    uri = editor.open("app/main.py")
    found = await offered(editor, uri, only=["source"])
    assert [each["title"].removeprefix(NAME) for each in found] == [
        "Document API", "Review code", "Write deployment and configuration guide"
    ]  # fmt: skip
    assert await offered(editor, uri, only=["refactor.move"]) == []


async def test_a_recipe_is_picked_from_the_rest(start, api) -> None:
    editor = await start(
        await api([Reply(text="Seen.")]),
        Guise(choose=picks("Write deployment and configuration guide")),
    )
    uri = editor.open("app/main.py")
    *few, more = await offered(editor, uri)
    await editor.request("workspace/executeCommand", more["command"])
    asked = await editor.wait(lambda m: m["method"] == "window/showMessageRequest")
    listed = {each["title"] for each in asked["params"]["actions"]}
    assert not listed & {each["title"].removeprefix(NAME) for each in few}
    await editor.status("completed")
    (session,) = await editor.command("listSessions")
    assert session["title"] == "Write deployment and configuration guide"


async def test_a_workspaces_recipe_comes_beside_ours_and_brings_the_file_that_it_names(
    start, api, root: Path
) -> None:
    write_project(
        root,
        """
-- .opencode/commands/add-tests.md --
---
title: Add tests
when: selection
---
Write tests as @docs/testing.md says.
-- .opencode/commands/lost.md --
---
agent: nobody
---
Do it.
-- docs/testing.md --
Use factories.
""",
    )
    model = await api([Reply(text="Seen.")])
    editor = await start(model, Guise(options={"trusted": True}))
    await editor.said(".opencode/commands/lost.md:2: There is no agent 'nobody'.")
    uri = editor.open("app/main.py")
    found = {each["title"].removeprefix(NAME): each for each in await offered(editor, uri)}
    assert "Add tests" in found
    theirs = found["Add tests (.opencode/commands/add-tests.md)"]
    await editor.request("workspace/executeCommand", theirs["command"])
    await editor.status("completed")
    said = str(model.requests[0]["messages"][0]["content"])
    assert "Write tests as @docs/testing.md says." in said
    assert "Use factories." in said


async def test_a_workspaces_recipe_takes_the_place_of_ours_when_the_user_says_so(
    start, root: Path
) -> None:
    write_project(root, "-- .backend-specialist/commands/add-tests.md --\nOurs alone.\n")
    guise = Guise(options={"trusted": True, "workspaceRecipes": "replace"})
    editor = await start(None, guise)
    recipes = await editor.command("listRecipes")
    (found,) = [each for each in recipes if each["name"].endswith("add-tests")]
    assert found["source"] == str(root / ".backend-specialist/commands/add-tests.md")


async def test_recipes_are_listed_for_a_place_as_its_actions_are(start) -> None:
    editor = await start(None, Guise())
    uri = editor.open("app/main.py")
    lines = {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}}
    actions = [each["title"].removeprefix(NAME) for each in await offered(editor, uri)]

    async def listed(**place: Any) -> list[dict[str, Any]]:
        return await editor.command("listRecipes", place=place)

    selected = await listed(uri=uri, range=lines, version=1)
    assert [each["title"] for each in selected][:6] == actions[:6]
    assert {each["when"] for each in selected} == {"selection", "file", "always"}
    assert {each["when"] for each in await listed(uri=uri)} == {"file", "always"}
    assert {each["when"] for each in await listed()} == {"always"}
    problem = {"message": "undefined name", "range": lines}
    with_problem = await listed(uri=uri, range=lines, diagnostics=[problem])
    assert with_problem[0]["name"] == "fix-problem"
    everything = await editor.command("listRecipes")
    other = {each["name"] for each in everything} - {each["name"] for each in with_problem}
    assert other == {"implement-task"}, "which is for the files of a plan"


async def test_a_place_of_another_shape_is_refused_by_name(start) -> None:
    editor = await start(None)
    for place, key in (
        ({"url": "file:///x"}, "url"),
        ({"uri": 7}, "uri"),
        ({"range": {"start": 1}}, "range"),
        ({"uri": "file:///etc/passwd"}, "uri"),
    ):
        assert (await refused(editor, "listRecipes", place=place))[0] == key


async def test_a_text_that_moved_on_while_the_user_chose_is_said(start) -> None:
    async def choose(editor: FakeEditor, params: dict[str, Any]) -> Any:
        editor.set_text(editor.uri("app/main.py"), "x = 1\n")
        return {"title": params["actions"][0]["title"]}

    editor = await start(None, Guise(choose=choose))
    uri = editor.open("app/main.py")
    more = (await offered(editor, uri))[-1]
    await editor.request("workspace/executeCommand", more["command"])
    await editor.said("has changed since it was selected")
    assert await editor.command("listSessions") == []


async def test_an_editor_without_questions_gets_no_picker(start) -> None:
    editor = await start(None, Guise(name="helix"))
    uri = editor.open("app/main.py")
    assert len(await offered(editor, uri)) == 6
