"""What a client that draws questions, errors and lists itself gets in place of messages."""

from __future__ import annotations

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from support.fake_editor import Guise, Json, connected
from support.project import write_project
from support.scripts_for_tests import GUARDED, SCRIPT

QUESTIONS = ["proposal", "question", "permission"]
FAILED = "failed: No API key is set"


@pytest.mark.parametrize(
    ("ui", "messages"),
    [
        pytest.param([*QUESTIONS, "error"], 0, id="a client that draws errors is sent no message"),
        pytest.param(QUESTIONS, 1, id="every other client is"),
    ],
)
async def test_a_missing_key_is_an_event_that_says_what_is_missing(start, ui, messages) -> None:
    editor = await start(None, Guise(options={"ui": ui}))
    await editor.command("run", instructions="Guard mean()")
    error = await editor.event("error")
    await editor.status("failed")
    assert error["errorKind"] == "key"
    assert "ANTHROPIC_API_KEY" in error["message"]
    await editor.command("listSessions")
    said = [m for m in editor.heard if m["method"] == "window/showMessage"]
    assert len([m for m in said if FAILED in m["params"]["message"]]) == messages


async def test_a_listed_session_says_what_became_of_it_and_what_it_waits_for(api, start) -> None:
    editor = await start(await api(SCRIPT), Guise(options={"ui": QUESTIONS}))
    editor.open("app/main.py")
    await editor.command("run", instructions="Guard mean()")
    proposal = await editor.event("proposal")
    (waiting,) = await editor.command("listSessions")
    assert (waiting["status"], waiting["waiting"]) == ("awaitingReview", True)
    assert (waiting["outcomes"], waiting["deliverable"]) == ([], False)

    await editor.command(
        "answer",
        sessionId=waiting["sessionId"],
        proposalId=proposal["proposalId"],
        decision="apply",
        hunks=[proposal["files"][0]["hunks"][0]["id"]],
    )
    review = await editor.event("review")
    await editor.status("completed")
    (done,) = await editor.command("listSessions")
    assert (done["status"], done["waiting"], done["deliverable"]) == ("completed", False, True)
    assert done["outcomes"] == review["outcomes"]
    assert {item["result"] for item in done["outcomes"]} == {"accepted", "refused"}


async def test_a_client_that_draws_proposals_finds_interrupted_ones_in_the_list(api, start) -> None:
    drawing = Guise(options={"ui": QUESTIONS})
    model = await api(SCRIPT)
    first = await start(model, drawing)
    first.open("app/main.py")
    await first.command("run", instructions="Guard mean()")
    await first.event("proposal")
    await first.kill()

    second = await start(model, drawing)
    (listed,) = await second.command("listSessions")
    assert (listed["status"], listed["waiting"]) == ("interrupted", True)
    plain = await start(model)
    await plain.said("was interrupted; its edits wait for your review")
    said = [m["params"]["message"] for m in second.heard if m["method"] == "window/showMessage"]
    assert not [text for text in said if "interrupted" in text]


async def test_review_says_what_waits_once_whoever_held_it_before(api, start) -> None:
    drawing = Guise(options={"ui": QUESTIONS})
    model = await api(SCRIPT)
    first = await start(model, drawing)
    first.open("app/main.py")
    session = (await first.command("run", instructions="Guard mean()"))["sessionId"]
    await first.event("proposal")
    await first.kill()

    second = await start(model, drawing)
    for told in (1, 2):
        await second.command("review", sessionId=session)
        proposals = [m for m in second.heard if m.get("params", {}).get("kind") == "proposal"]
        assert len(proposals) == told


async def test_review_that_names_no_session_says_the_only_edits_again(api, start) -> None:
    asked = Call("question", {"questions": [{"question": "Which database?", "header": "Storage"}]})

    def reply(request: Json) -> Reply:
        if "Store the orders" in str(request["messages"][0]):
            return Reply(tools=(asked,))
        return SCRIPT[sum(message["role"] == "assistant" for message in request["messages"])]

    editor = await start(await api(reply), Guise(options={"ui": QUESTIONS}))
    editor.open("app/main.py")
    await editor.command("run", instructions="Store the orders")
    await editor.event("question")
    await editor.command("run", instructions="Guard mean()")
    proposal = await editor.event("proposal")
    mark = len(editor.heard)
    await editor.command("review")
    again = await editor.event("proposal", since=mark)
    assert again["proposalId"] == proposal["proposalId"]


async def test_only_the_sessions_of_the_open_folders_are_listed(
    api, start, state, tmp_path
) -> None:
    editor = await start(await api(SCRIPT), Guise(options={"ui": QUESTIONS}))
    await editor.command("run", instructions="Guard mean()")
    await editor.event("proposal")
    other = write_project(tmp_path / "other", "-- app.py --\n")
    async with connected(other, state) as elsewhere:
        assert await elsewhere.command("listSessions") == []
    assert len(await editor.command("listSessions")) == 1


async def test_an_editor_is_told_whose_documents_it_may_ask_for(api, start) -> None:
    editor = await start(await api(SCRIPT), Guise(options={"ui": QUESTIONS}))
    editor.open("app/main.py")
    await editor.command("run", instructions="Guard mean()")
    (changed, _) = (await editor.event("proposal"))["files"]
    assert changed["baseUri"].partition("?")[0] == changed["proposedUri"].partition("?")[0]
    (scheme,) = editor.server["workspace"]["textDocumentContent"]["schemes"]
    for uri, text in (
        (changed["baseUri"], editor.text("app/main.py")),
        (changed["proposedUri"], None),
    ):
        assert uri.startswith(f"{scheme}:/")
        said = (await editor.request("workspace/textDocumentContent", {"uri": uri}))["text"]
        assert said == text if text else said.endswith(GUARDED)
