"""Questions and permissions by command: each answer, what it holds for, and what the model is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from support.fake_editor import FakeEditor, Guise
from support.project import ASKER, write_project
from support.talk import DRAWS, refused, results, run
from support.web import Web, response, running


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with running() as server:
        for name in "abcd":
            server.answers[f"/{name}"] = response(f"page {name}".encode())
        yield server


async def asked(editor: FakeEditor, kind: str, number: int) -> dict[str, Any]:
    """The request of that number of a session; the numbers of one session count up."""
    return await editor.event(kind, requestId=f"{kind}-{number}")


async def test_a_permission_holds_once_for_the_session_or_not_at_all(
    api, start, web: Web, tmp_path: Path
) -> None:
    write_project(tmp_path / "agents", ASKER)
    order = "abacada"
    calls = [Reply(tools=(Call("webfetch", {"url": f"{web.url}/{name}"}),)) for name in order]
    model = await api([*calls, Reply(text="Read.")])
    options = {
        **DRAWS.options,
        "agent": "asker",
        "agentDirectories": [str(tmp_path / "agents")],
        "webfetch": {"allowHosts": [f"127.0.0.1:{web.port}"]},
    }
    editor = await start(model, Guise(options=options))
    session = await run(editor, "Read the pages")

    async def decide(number: int, name: str, decision: str) -> None:
        asking = await asked(editor, "permission", number)
        assert asking["detail"] == f"{web.url}/{name}", "the whole URL is shown"
        assert asking["options"] == ["Allow once", "Allow in this session", "Reject"]
        named = {"sessionId": session, "requestId": asking["requestId"]}
        await editor.command("answer", **named, decision=decision)
        assert (await refused(editor, "answer", **named, decision="once"))[0] == "requestId"

    await decide(1, "a", "once")
    await decide(2, "b", "reject")
    await decide(3, "a", "session")
    await asked(editor, "permission", 4)
    (approval,) = await editor.command("listApprovals")
    assert (approval["permission"], approval["pattern"]) == ("webfetch", f"{web.url}/a")
    assert approval["sessionId"] == session
    await decide(4, "c", "once")
    # /a was not asked about this time; the next question is about /d.
    await asked(editor, "permission", 5)
    revoked = await editor.command("revokeApproval", approvalId=approval["approvalId"])
    assert revoked == {"revoked": True}
    assert await editor.command("listApprovals") == []
    await decide(5, "d", "once")
    await decide(6, "a", "reject")
    await editor.status("completed")
    told = [results(request) for request in model.requests[1:]]
    assert ["page" in text for text in told] == [True, False, True, True, True, True, False]
    assert all("did not allow webfetch" in told[number] for number in (1, 6))
    assert [head.split()[1] for head in web.requests] == ["/a", "/a", "/c", "/a", "/d"]


async def test_a_deny_is_never_asked_about_whatever_was_allowed(api, start, tmp_path: Path) -> None:
    places = write_project(tmp_path / "places", "-- a/x.txt --\nopen\n-- b/x.txt --\nCLOSED\n")
    rules = f"external_directory:\n    '*': ask\n    '{places}/b/*': deny"
    write_project(tmp_path / "agents", ASKER.replace("webfetch: ask", rules))
    reads = [Reply(tools=(Call("read", {"filePath": f"{places}/{name}/x.txt"}),)) for name in "aba"]
    model = await api([*reads, Reply(text="Read.")])
    options = {"agent": "asker", "agentDirectories": [str(tmp_path / "agents")]}
    editor = await start(model, Guise(options={**DRAWS.options, **options}))
    session = await run(editor, "Read both")
    asking = await asked(editor, "permission", 1)
    assert asking["detail"] == f"{places}/a/*"
    await editor.command("answer", sessionId=session, requestId="permission-1", decision="session")
    await editor.status("completed")
    first, second, third = (results(request) for request in model.requests[1:])
    assert "open" in first
    assert "open" in third, "allowed in this session: not asked again"
    assert "the rules or the user do not allow reading there" in second
    assert "CLOSED" not in str(model.requests)


def question(*texts: str) -> Reply:
    items = [{"question": text, "header": "Choice", "options": ["Yes", "No"]} for text in texts]
    return Reply(tools=(Call("question", {"questions": items}),))


async def test_a_question_is_answered_dismissed_or_answered_by_a_reply(api, start) -> None:
    model = await api(
        [
            question("Keep the old route?", "Log it?"),
            question("Which status code?"),
            Reply(text="Fine."),
        ]
    )
    editor = await start(model, DRAWS)
    session = await run(editor, "Ask me")
    first = await asked(editor, "question", 1)
    assert (first["title"], first["detail"], first["options"]) == (
        "Choice",
        "Keep the old route?",
        ["Yes", "No"],
    )
    named = {"sessionId": session, "requestId": first["requestId"]}
    await editor.command("answer", **named, text="Yes, for a year")
    await asked(editor, "question", 2)
    await editor.command("answer", sessionId=session, requestId="question-2")
    await asked(editor, "question", 3)
    (listed,) = await editor.command("listSessions")
    assert listed["status"] == "awaitingAnswer"
    await editor.command("reply", sessionId=session, text="409")
    await editor.status("completed")
    both, last = results(model.requests[1]), results(model.requests[2])
    assert "Keep the old route?\nAnswer: Yes, for a year" in both
    assert "Log it?\nNot answered: the user dismissed the question." in both
    assert last == "Which status code?\nAnswer: 409"
    uri = (await editor.command("showDeliverable", sessionId=session))["uri"]
    assert "Log it?" in Path(uri.removeprefix("file://")).read_text(), "an open point of the report"
