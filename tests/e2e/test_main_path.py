"""From a selection to an approved edit, through the real server. The model is scripted."""

from __future__ import annotations

from pathlib import Path

from backend_specialist.adapters.scripts import Fault, Reply
from support.fake_editor import FakeEditor, Guise
from support.scripts_for_tests import GUARDED, LEAVE, SCRIPT

DRAWS = Guise(options={"ui": ["proposal", "question", "permission"]})


async def run(editor: FakeEditor, **argument) -> str:
    return (await editor.command("run", **{"instructions": "Guard mean()", **argument}))[
        "sessionId"
    ]


def results(request: dict) -> str:
    """The tool results of the last message, as the model sees them."""
    return "\n".join(
        block["content"] if isinstance(block["content"], str) else str(block["content"])
        for block in request["messages"][-1]["content"]
        if block["type"] == "tool_result"
    )


async def test_an_approved_change_set_is_in_the_buffers(api, start, root: Path) -> None:
    model = await api(SCRIPT)
    editor = await start(model, DRAWS)
    uri = editor.open("app/main.py")
    before = editor.text("app/main.py")
    session = await run(editor, uri=uri)

    proposal = await editor.event("proposal", sessionId=session)
    assert editor.text("app/main.py") == before
    assert [file["label"] for file in proposal["files"]] == ["app/main.py", "tests/test_mean.py"]
    await editor.command(
        "answer", sessionId=session, proposalId=proposal["proposalId"], decision="applyAll"
    )
    review = await editor.event("review", sessionId=session)
    assert {item["result"] for item in review["outcomes"]} == {"accepted"}
    await editor.status("completed")

    assert editor.text("app/main.py").endswith(GUARDED)
    assert editor.text("tests/test_mean.py") == "def test_mean():\n    pass\n"
    assert (root / "app/main.py").read_text() == before, "only the editor writes"
    assert len(model.requests) == 4, "all accepted: no further turn"
    shown = await editor.command("showDeliverable", sessionId=session)
    assert "# Backend Implementation" in Path(shown["uri"].removeprefix("file://")).read_text()


async def test_a_refusal_with_a_reason_reaches_the_model(api, start) -> None:
    model = await api([*SCRIPT, LEAVE])
    editor = await start(model, DRAWS)
    editor.open("app/main.py")
    before = editor.text("app/main.py")
    session = await run(editor)
    proposal = await editor.event("proposal")
    await editor.command(
        "answer",
        sessionId=session,
        proposalId=proposal["proposalId"],
        decision="reject",
        reason="raise ValueError instead",
    )
    await editor.status("completed")
    assert "raise ValueError instead" in results(model.requests[4])
    assert editor.text("app/main.py") == before
    assert not any(m["method"] == "workspace/applyEdit" for m in editor.heard)


async def test_only_the_chosen_hunks_are_applied(api, start) -> None:
    model = await api(SCRIPT)
    editor = await start(model, DRAWS)
    editor.open("app/main.py")
    session = await run(editor)
    proposal = await editor.event("proposal")
    chosen = [hunk["id"] for hunk in proposal["files"][0]["hunks"]]
    await editor.command(
        "answer",
        sessionId=session,
        proposalId=proposal["proposalId"],
        decision="apply",
        hunks=chosen,
    )
    review = await editor.event("review")
    await editor.status("completed")
    found = {(item["file"], item["result"]) for item in review["outcomes"]}
    assert found == {("app/main.py", "accepted"), ("tests/test_mean.py", "refused")}
    assert editor.text("app/main.py").endswith(GUARDED)
    assert editor.uri("tests/test_mean.py") not in editor.buffers


async def test_a_late_answer_never_approves_something_newer(api, start) -> None:
    model = await api([*SCRIPT, LEAVE])
    editor = await start(model, DRAWS)
    uri = editor.open("app/main.py")
    session = await run(editor)
    proposal = await editor.event("proposal")
    editor.set_text(
        uri, "# typed by the user\n" + editor.text("app/main.py").replace("len", "count")
    )
    mark = len(editor.heard)
    await editor.command(
        "answer", sessionId=session, proposalId=proposal["proposalId"], decision="applyAll"
    )
    review = await editor.event("review", since=mark)
    await editor.status("completed", since=mark)
    assert ("app/main.py", "stale") in {(i["file"], i["result"]) for i in review["outcomes"]}
    assert "count(items)" in editor.text("app/main.py")


async def test_a_session_is_cancelled_at_once(api, start) -> None:
    model = await api([Reply(text="Wait", fault=Fault(kind="stall", after=5))])
    editor = await start(model, DRAWS)
    session = await run(editor)
    await editor.event("text")
    assert await editor.command("cancel") == {"cancelled": [session]}
    await editor.status("cancelled")


async def test_a_waiting_proposal_survives_kill_nine(api, start) -> None:
    model = await api(SCRIPT)
    first = await start(model, DRAWS)
    first.open("app/main.py")
    session = await run(first)
    proposal = await first.event("proposal")
    await first.kill()

    second = await start(model, DRAWS)
    second.open("app/main.py")
    listed = await second.command("listSessions")
    assert [(item["sessionId"], item["status"]) for item in listed] == [(session, "interrupted")]
    await second.command("review", sessionId=session)
    again = await second.event("proposal")
    assert again["proposalId"] == proposal["proposalId"]
    await second.command(
        "answer", sessionId=session, proposalId=again["proposalId"], decision="applyAll"
    )
    await second.status("completed")
    assert second.text("app/main.py").endswith(GUARDED)
    assert len(model.requests) == 4
