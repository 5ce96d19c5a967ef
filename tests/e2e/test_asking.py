"""Who is asked, what is said when nobody can be, and that nothing of an answer gets lost. The model is scripted."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

from backend_specialist.adapters.scripts import Call, Reply
from support.fake_editor import CAPABLE, NO_ANSWER, PATIENCE, FakeEditor, Guise
from support.scripts_for_tests import CREATE, DELIVER, GUARDED, LEAVE, REPORT, SCRIPT

DRAWS = Guise(options={"ui": ["proposal", "question", "permission"]})
DOCUMENTED = 'def total(items):\n    """Sum."""\n    return sum(items)\n'
TWO_PLACES = [
    Reply(
        tools=(
            Call(
                "edit",
                {
                    "filePath": "app/main.py",
                    "oldString": "def total(items):\n    return sum(items)\n",
                    "newString": DOCUMENTED,
                },
            ),
            Call(
                "edit",
                {
                    "filePath": "app/main.py",
                    "oldString": "def mean(items):\n    return total(items) / len(items)\n",
                    "newString": GUARDED,
                },
            ),
            CREATE,
        )
    ),
    Reply(tools=(DELIVER,)),
]


def without(*path: str) -> dict[str, Any]:
    """The fake editor's capabilities without one of them."""
    capabilities = copy.deepcopy(CAPABLE)
    place = capabilities
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return capabilities


async def run(editor: FakeEditor, **argument: Any) -> str:
    answer = await editor.command("run", **{"instructions": "Guard mean()", **argument})
    return answer["sessionId"]


def told(request: dict[str, Any]) -> str:
    """The last message of a request, as the model sees it."""
    return str(request["messages"][-1]["content"])


def outcomes(review: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["file"], item["result"]) for item in review["outcomes"]]


async def test_a_question_that_is_asked_for_again_replaces_the_open_one(api, start) -> None:
    asked: list[str] = []

    async def choose(_: FakeEditor, params: dict[str, Any]) -> Any:
        asked.append(params["message"])
        return NO_ANSWER if len(asked) == 1 else {"title": "Apply all"}

    model = await api(SCRIPT)
    editor = await start(model, Guise(choose=choose))
    editor.open("app/main.py")
    session = await run(editor)
    await editor.said("to review")
    await editor.command("review", sessionId=session)
    await editor.wait(lambda message: message["method"] == "window/showMessageRequest")
    await editor.command("review", sessionId=session)
    await editor.status("completed")
    assert len(asked) == 2
    assert editor.text("app/main.py").endswith(GUARDED)


async def test_what_was_left_out_is_told_also_when_the_rest_is_asked_again(api, start) -> None:
    model = await api([*TWO_PLACES, LEAVE])
    editor = await start(model, DRAWS)
    uri = editor.open("app/main.py")
    session = await run(editor)
    proposal = await editor.event("proposal")
    editor.set_text(uri, DOCUMENTED + "\n\n" + editor.text("app/main.py").partition("\n\n\n")[2])
    mark = len(editor.heard)
    await editor.command(
        "answer",
        sessionId=session,
        proposalId=proposal["proposalId"],
        decision="apply",
        hunks=[hunk["id"] for hunk in proposal["files"][0]["hunks"]],
        reason="no test for that",
    )
    review = await editor.event("review", since=mark)
    assert outcomes(review) == [("app/main.py", "accepted"), ("tests/test_mean.py", "refused")]
    again = await editor.event("proposal", since=mark)
    assert [len(file["hunks"]) for file in again["files"]] == [1]
    mark = len(editor.heard)
    await editor.command(
        "answer", sessionId=session, proposalId=again["proposalId"], decision="applyAll"
    )
    assert outcomes(await editor.event("review", since=mark)) == [("app/main.py", "accepted")]
    await editor.status("completed", since=mark)
    said = told(model.requests[2])
    assert "tests/test_mean.py" in said
    assert "no test for that" in said
    assert "app/main.py" in said
    assert editor.text("app/main.py") == DOCUMENTED + "\n\n" + GUARDED


async def test_an_edit_that_the_users_typing_overtook_is_said_to_the_user(api, start) -> None:
    late = Reply(
        tools=(
            Call("question", {"questions": [{"question": "Go on?", "header": "Go on"}]}),
            Call("deliver", {"summary": "Done.", **REPORT}),
        )
    )
    model = await api([*TWO_PLACES[:1], late, LEAVE])
    editor = await start(model, DRAWS)
    uri = editor.open("app/main.py")
    session = await run(editor)
    question = await editor.event("question")
    editor.set_text(uri, "nothing is as it was\n")
    await editor.command("answer", sessionId=session, requestId=question["requestId"], text="yes")
    review = await editor.event("review")
    assert outcomes(review) == [("app/main.py", "stale"), ("app/main.py", "stale")]
    proposal = await editor.event("proposal")
    assert [file["label"] for file in proposal["files"]] == ["tests/test_mean.py"]
    await editor.command(
        "answer", sessionId=session, proposalId=proposal["proposalId"], decision="applyAll"
    )
    await editor.status("completed")
    assert "stale" in told(model.requests[2])
    assert editor.text("app/main.py") == "nothing is as it was\n"


async def test_an_editor_that_takes_no_edits_gets_the_patch_and_no_question(api, start) -> None:
    model = await api(SCRIPT)
    editor = await start(model, Guise(capabilities=without("workspace", "applyEdit")))
    editor.open("app/main.py")
    before = editor.text("app/main.py")
    await run(editor)
    message = await editor.said("apply it by hand")
    uri = next(word for word in message.split() if word.startswith("file:")).rstrip(";")
    assert "+    if not items:" in editor.path(uri).read_text()
    review = await editor.event("review")
    assert {result for _, result in outcomes(review)} == {"failed"}
    await editor.status("completed")
    assert editor.text("app/main.py") == before
    methods = {message["method"] for message in editor.heard}
    assert not methods & {"workspace/applyEdit", "window/showMessageRequest"}


async def test_the_question_says_which_file_the_editor_cannot_create(api, start) -> None:
    questions: list[str] = []

    async def choose(_: FakeEditor, params: dict[str, Any]) -> Any:
        questions.append(params["message"])
        return {"title": "Apply all"}

    model = await api(SCRIPT)
    guise = Guise(
        capabilities=without("workspace", "workspaceEdit", "resourceOperations"), choose=choose
    )
    editor = await start(model, guise)
    editor.open("app/main.py")
    session = await run(editor)
    await editor.said("to review")
    await editor.command("review", sessionId=session)
    review = await editor.event("review")
    assert "tests/test_mean.py: this editor creates no files" in questions[0]
    assert outcomes(review) == [("app/main.py", "accepted"), ("tests/test_mean.py", "failed")]


async def test_edits_of_an_interrupted_session_are_announced_and_offered(api, start) -> None:
    model = await api(SCRIPT)
    first = await start(model, DRAWS)
    first.open("app/main.py")
    session = await run(first)
    await first.event("proposal")
    await first.kill()

    second = await start(model, Guise())
    uri = second.open("app/main.py")
    await second.said("was interrupted; its edits wait for your review")
    place = {"line": 0, "character": 0}
    asked = {
        "textDocument": {"uri": uri},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": []},
    }
    offered = await second.request("textDocument/codeAction", asked)
    assert offered[0]["title"] == "Review the edits of “Guard mean()”"
    command = offered[0]["command"]
    assert command["arguments"] == [{"sessionId": session}]
    await second.request("workspace/executeCommand", command)
    await second.event("proposal", sessionId=session)
    offered = await second.request("textDocument/codeAction", asked)
    assert offered[0]["title"].startswith("Review proposed edits")


async def test_a_shown_transcript_is_read_again_when_it_has_grown(api, start) -> None:
    texts: asyncio.Queue[str] = asyncio.Queue()

    async def read_again(editor: FakeEditor, params: dict[str, Any]) -> None:
        asked = {"uri": params["uri"]}
        texts.put_nowait((await editor.request("workspace/textDocumentContent", asked))["text"])

    capabilities = copy.deepcopy(CAPABLE)
    capabilities["workspace"]["textDocumentContent"] = {}
    guise = Guise(
        capabilities=capabilities,
        others={"workspace/textDocumentContent/refresh": read_again},
        options=DRAWS.options,
    )
    model = await api(SCRIPT)
    editor = await start(model, guise)
    editor.open("app/main.py")
    session = await run(editor)
    proposal = await editor.event("proposal")
    shown = await editor.command("showTranscript", sessionId=session)
    assert shown["uri"].startswith("backend-specialist:/")
    await editor.command(
        "answer", sessionId=session, proposalId=proposal["proposalId"], decision="applyAll"
    )
    async with asyncio.timeout(PATIENCE):
        while "**completed**" not in (text := await texts.get()):
            pass
    assert "app/main.py:6 accepted" in text
