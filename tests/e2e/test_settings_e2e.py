"""Settings: how they reach the server, what each changes, and what is said of those that cannot be used."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from backend_specialist.adapters.scripts import Call, Reply
from support.fake_editor import CAPABLE, NO_ANSWER, FakeEditor, Guise
from support.project import write_project
from support.scripts_for_tests import CREATE, DELIVER, EDIT, SCRIPT
from support.talk import DRAWS, answer, by_task, refused, results, run

PULLED = {**CAPABLE, "workspace": {**CAPABLE["workspace"], "configuration": True}}
BESIDES = {
    "workspaceEdit": {**CAPABLE["workspace"]["workspaceEdit"], "changeAnnotationSupport": {}}
}
CODE = {**CAPABLE, "workspace": {**CAPABLE["workspace"], **BESIDES}}


AUDITOR = """
-- auditor.md --
---
description: Reads.
permission:
  edit: ask
---
Read.
"""


def push(editor: FakeEditor, **settings: Any) -> None:
    section = {"backendSpecialist": settings}
    editor.notify("workspace/didChangeConfiguration", {"settings": section})


def shown(editor: FakeEditor) -> list[str]:
    return [m["params"]["message"] for m in editor.heard if m["method"] == "window/showMessage"]


async def test_settings_that_cannot_be_used_are_said_once_by_name(start) -> None:
    wrong = {"maxSteps": "many", "reveiw": "each", "apiKey": "sk-ant-1", "webfetch": {"policy": 1}}
    editor = await start(None, Guise(options=wrong))
    said = [
        await editor.said("backendSpecialist.maxSteps must be a number"),
        await editor.said("backendSpecialist.reveiw is not a setting"),
        await editor.said("A key for the model is only read from the environment"),
        await editor.said("backendSpecialist.webfetch.policy must be"),
    ]
    assert "Did you mean backendSpecialist.review?" in said[1]
    assert not any("sk-ant-1" in line for line in said)

    push(editor, events="yes", client={"anything": 1})
    await editor.said("backendSpecialist.events must be true or false")
    assert len(shown(editor)) == 5, "the earlier ones are not said again"
    push(editor, events=True)
    push(editor, events="yes")
    await editor.command("listAgents")
    assert shown(editor)[5:] == shown(editor)[4:5], "wrong once more: said once more"


async def test_settings_that_are_on_their_way_hold_for_the_next_command(start) -> None:
    sent = asyncio.Event()

    async def late(_: FakeEditor, params: dict) -> list[Any]:
        assert params["items"] == [{"section": "backendSpecialist"}]
        await sent.wait()
        return [{"agent": "nobody", "ui": ["question"]}]

    editor = await start(
        None,
        Guise(
            capabilities=PULLED, options={"agent": "x"}, others={"workspace/configuration": late}
        ),
    )
    asking = asyncio.create_task(refused(editor, "run", instructions="Guard mean()"))
    await editor.wait(lambda message: message["method"] == "workspace/configuration")
    sent.set()
    key, message = await asking
    assert key == "agent"
    assert "nobody, which the setting backendSpecialist.agent names" in message
    assert "specialist-backend" in message
    # Pushed settings go before the options as well, and what they leave open is the options'.
    push(editor, review="each")
    assert "no agent x, " in (await refused(editor, "run", instructions="Guard mean()"))[1]


async def test_a_client_that_draws_may_say_so_in_its_settings(api, start) -> None:
    editor = await start(await api(SCRIPT), Guise(name="Visual Studio Code"))
    push(editor, events=True, ui=["proposal"])
    await run(editor)
    await editor.status("awaitingReview")
    await editor.event("proposal")
    push(editor, events=True)
    await editor.command("review")
    question = await editor.wait(lambda m: m["method"] == "window/showMessageRequest")
    assert question["params"]["message"].startswith("Backend Specialist: 2 edits in 2 files")
    methods = [message["method"] for message in editor.heard]
    assert methods.count("window/showMessageRequest") == 1


async def test_user_settings_take_effect(api, start, root: Path, tmp_path: Path) -> None:
    write_project(tmp_path / "agents", AUDITOR)
    secret = Call("read", {"filePath": "app/extra.py"})
    model = await api([Reply(tools=(secret,)), *SCRIPT[1:]])
    options = {
        "agent": "auditor",
        "agentDirectories": [str(tmp_path / "agents")],
        "model": "anthropic/their-choice",
        "secretGlobs": ["extra.*"],
        "review": "each",
        "ui": ["proposal"],
    }
    editor = await start(model, Guise(options=options))
    agents = await editor.command("listAgents")
    assert agents[0]["name"] == "auditor"
    assert agents[0]["source"] == str(tmp_path / "agents/auditor.md")
    session = await run(editor)
    first = await answer(editor, session, "applyAll")
    assert [file["label"] for file in first["files"]] == ["app/main.py"], "review: each"
    assert [request["model"] for request in model.requests[:2]] == ["their-choice"] * 2
    assert model.requests[0]["system"][0]["text"] == "Read."
    assert "kept from the model because the settings say so" in results(model.requests[1])
    assert "LIMIT" not in results(model.requests[1])


async def test_questions_go_hunk_by_hunk_if_wanted(api, start) -> None:
    answers = iter(["Review", "Apply", "Skip"])
    questions: list[str] = []

    async def choose(_: FakeEditor, params: dict) -> dict[str, str]:
        questions.append(params["message"])
        return {"title": next(answers)}

    read = Call("read", {"filePath": "app/extra.py"})
    twice = Call("write", {"filePath": "app/extra.py", "content": "A = 1\nLIMIT = 10\nB = 2\n"})
    model = await api([Reply(tools=(read, twice)), Reply(tools=(DELIVER,))])
    options = {"reviewGranularity": "hunk"}
    editor = await start(model, Guise(name="Visual Studio Code", options=options, choose=choose))
    editor.open("app/extra.py")
    await run(editor)
    await editor.status("completed")
    assert [question.split(" ")[0] for question in questions[1:]] == [
        "app/extra.py:1",
        "app/extra.py:2",
    ]
    assert editor.text("app/extra.py") == "A = 1\nLIMIT = 10\n"


async def test_apply_all_goes_through_the_editors_preview_if_wanted(api, start) -> None:
    async def choose(_: FakeEditor, params: dict) -> dict[str, str]:
        return {"title": "Apply all"}

    model = await api(SCRIPT)
    guise = Guise(
        name="Visual Studio Code",
        capabilities=CODE,
        options={"approval": "preview"},
        choose=choose,
    )
    editor = await start(model, guise)
    editor.open("app/main.py")
    await run(editor)
    sent = await editor.wait(lambda message: message["method"] == "workspace/applyEdit")
    annotations = sent["params"]["edit"]["changeAnnotations"]
    assert all(each["needsConfirmation"] for each in annotations.values())


async def test_a_question_is_withdrawn_after_its_timeout_and_nothing_is_applied(api, start) -> None:
    async def never(_: FakeEditor, params: dict) -> object:
        return NO_ANSWER

    options = {"approvalTimeoutSeconds": 1}
    guise = Guise(name="Visual Studio Code", options=options, choose=never)
    editor = await start(await api(SCRIPT), guise)
    editor.open("app/main.py")
    session = await run(editor)
    question = await editor.wait(lambda m: m["method"] == "window/showMessageRequest")
    await editor.wait(
        lambda m: m["method"] == "$/cancelRequest" and m["params"]["id"] == question["id"]
    )
    (listed,) = await editor.command("listSessions")
    assert (listed["sessionId"], listed["status"]) == (session, "awaitingReview")
    assert not any(message["method"] == "workspace/applyEdit" for message in editor.heard)


async def test_without_events_a_plain_client_sees_progress_and_messages(api, start) -> None:
    editor = await start(await api(SCRIPT[:1]), Guise(options={"events": False}))
    await run(editor)
    await editor.said("“Guard mean()” failed")
    methods = {message["method"] for message in editor.heard}
    assert "$/progress" in methods
    assert "backendSpecialist/event" not in methods


WORKSPACE = """
-- .opencode/agent/mine.md --
---
description: The workspace's own.
permission:
  edit: allow
---
Do it our way.
-- .backend-specialist/settings.json --
{"review": "each", "maxSteps": 900, "webfetch": {"policy": "open"}, "reviewGranularity": "file"}
"""


async def test_a_workspace_counts_only_after_trust_and_only_narrows(api, start, root) -> None:
    write_project(root, WORKSPACE)
    edits = [Reply(tools=(EDIT, CREATE)), Reply(tools=(DELIVER,))]
    model = await api(by_task({"before": edits, "after": edits}))
    editor = await start(model, DRAWS)
    assert "mine" not in [agent["name"] for agent in await editor.command("listAgents")]
    assert (await refused(editor, "run", instructions="x", agent="mine"))[0] == "agent"
    offer = await editor.said("are not used until you trust them")
    assert shown(editor) == [offer], "its settings are not even looked at"
    before = await run(editor, "before trust")
    both = await answer(editor, before, "reject")
    assert len(both["files"]) == 2

    trusted = {"rootUri": root.as_uri(), "trusted": True}
    assert await editor.command("trust", **trusted) == trusted
    listed = {agent["name"]: agent for agent in await editor.command("listAgents")}
    assert listed["mine"]["source"] == str(root / ".opencode/agent/mine.md")
    for key in ("maxSteps", "webfetch.policy", "reviewGranularity"):
        await editor.said(f"backendSpecialist.{key} cannot be set by a workspace")
    after = await run(editor, "after trust")
    one = await answer(editor, after, "reject")
    assert len(one["files"]) == 1, "review: each is stricter, so it holds"

    assert await editor.command("trust", **{**trusted, "trusted": False})
    assert "mine" not in [agent["name"] for agent in await editor.command("listAgents")]
    assert "Do it our way" not in json.dumps(model.requests)


async def test_a_client_with_trust_of_its_own_vouches_for_the_workspace(start, root: Path) -> None:
    write_project(root, WORKSPACE)
    (root / ".backend-specialist/settings.json").write_text("{oops")
    editor = await start(None, Guise(options={"trusted": True}))
    assert "mine" in [agent["name"] for agent in await editor.command("listAgents")]
    await editor.said("settings.json is not JSON")


async def test_a_workspace_cannot_vouch_for_itself_by_the_editors_settings(start, root) -> None:
    write_project(root, WORKSPACE)
    editor = await start(None)
    push(editor, trusted=True)
    assert "mine" not in [agent["name"] for agent in await editor.command("listAgents")]


async def test_a_folder_that_is_added_brings_what_is_trusted_in_it(start, root, tmp_path) -> None:
    other = write_project(tmp_path / "other", WORKSPACE)
    editor = await start(None, Guise(options={"trusted": True}))
    assert "mine" not in [agent["name"] for agent in await editor.command("listAgents")]
    added = {"uri": other.as_uri(), "name": "other"}
    event = {"event": {"added": [added], "removed": []}}
    editor.notify("workspace/didChangeWorkspaceFolders", event)
    assert "mine" in [agent["name"] for agent in await editor.command("listAgents")]


async def test_trust_that_cannot_be_given_says_why(start, root: Path) -> None:
    editor = await start(None)
    key, message = await refused(editor, "trust", rootUri="untitled:x", trusted=True)
    assert key == "rootUri"
    folder = root / ".opencode/agent"
    folder.mkdir(parents=True)
    for number in range(501):
        (folder / f"{number}.md").write_text("x")
    _, message = await refused(editor, "trust", rootUri=root.as_uri(), trusted=True)
    assert "has more than 500 files" in message
