"""The session store under the real server: two servers, a full disk, a wrong place, and every way to end."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from backend_specialist.adapters.scripts import Call, Fault, Reply
from support.fake_editor import Failure, FakeEditor
from support.scripts_for_tests import GUARDED, LEAVE, SCRIPT
from support.talk import DRAWS, answer, by_task, in_turn, refused, results, run

ASKS = Call(
    "question", {"questions": [{"question": "Which?", "header": "Which", "options": ["a"]}]}
)
SLOW = [Reply(text="word " * 400, delay=0.05), Reply(text="Gone on.")]


async def listed(editor: FakeEditor) -> dict[str, str]:
    """Every session's status, by title."""
    return {each["title"]: each["status"] for each in await editor.command("listSessions")}


# ---------------------------------------------------------------- two servers


async def test_a_session_of_another_server_is_read_only_until_that_one_ends(api, start) -> None:
    model = await api([*SCRIPT, LEAVE])
    first, second = await start(model, DRAWS), await start(model, DRAWS)
    first.open("app/main.py")
    session = await run(first)
    proposal = await first.event("proposal")
    assert await listed(second) == {"Guard mean()": "awaitingReview"}
    shown = await second.command("showTranscript", sessionId=session)
    assert "Guard mean()" in Path(shown["uri"].removeprefix("file://")).read_text()
    for command, more in (
        ("reply", {"text": "hello"}),
        ("review", {}),
        ("revert", {}),
        ("saveDeliverable", {"path": "x.md"}),
        ("cancel", {}),
        ("deleteSession", {}),
    ):
        key, message = await refused(second, command, sessionId=session, **more)
        assert key == "sessionId"
        assert message == (
            f"Session {session} is in use by another editor. Go on with it there, or close it there first."
        )
    named = {"sessionId": session, "proposalId": proposal["proposalId"], "decision": "applyAll"}
    assert (await refused(second, "answer", **named))[0] == "proposalId"
    assert await second.command("cancel") == {"cancelled": []}
    await first.close()
    # The first one has gone in order: now, and only now, the second goes on with it.
    assert await listed(second) == {"Guard mean()": "interrupted"}
    await second.command("reply", sessionId=session, text="leave it")
    await second.status("completed")
    assert "leave it" in str(model.requests[-1]["messages"])
    assert not any(message["method"] == "workspace/applyEdit" for message in second.heard)


# ---------------------------------------------------------------- a full disk


def let_write(editor: FakeEditor, limit: int) -> None:
    """No file of the server's process may grow beyond ``limit`` bytes; -1 takes the limit away."""
    resource.prlimit(editor.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
async def test_on_a_full_disk_nothing_is_applied_that_is_not_stored(api, start, root) -> None:
    model = await api([*SCRIPT, LEAVE])
    editor = await start(model, DRAWS)
    editor.open("app/main.py")
    before = editor.text("app/main.py")
    session = await run(editor)
    await editor.event("proposal")
    let_write(editor, 0)
    await answer(editor, session, "applyAll")
    failed = await editor.status("failed")
    assert "The stored sessions in " in failed["reason"]
    assert "cannot be used: " in failed["reason"]
    await editor.said("“Guard mean()” failed: The stored sessions in")
    _, message = await refused(editor, "run", instructions="Another task")
    assert "The session was not started: The stored sessions in" in message
    with pytest.raises(Failure, match=r"A document could not be written|The stored sessions in"):
        await editor.command("showTranscript", sessionId=session)
    assert editor.text("app/main.py") == before
    assert not any(message["method"] == "workspace/applyEdit" for message in editor.heard)
    # Space again: nothing needs to be started anew, and nothing was lost.
    let_write(editor, -1)
    mark = len(editor.heard)
    await editor.command("reply", sessionId=session, text="raise ValueError instead")
    await editor.event("status", status="completed", since=mark)
    assert "raise ValueError instead" in str(model.requests[-1]["messages"])
    assert (root / "app/main.py").read_text() == before


async def test_a_state_directory_that_cannot_be_used_is_named_and_may_be_repaired(
    start, state: Path
) -> None:
    state.write_text("a file in its place")
    editor = await start(None)
    _, message = await refused(editor, "listSessions")
    assert message.startswith(f"The state directory {state} cannot be used: ")
    assert "BACKEND_SPECIALIST_STATE_DIR" in message
    state.unlink()
    assert await editor.command("listSessions") == []


async def test_a_state_directory_in_a_workspace_is_refused(start, root: Path, tmp_path) -> None:
    inside = root / "state"
    editor = await start(None, None, BACKEND_SPECIALIST_STATE_DIR=str(inside))
    for command, argument in (("run", {"instructions": "x"}), ("listSessions", {})):
        _, message = await refused(editor, command, **argument)
        assert f"The state directory {inside} lies in the workspace {root}" in message
        assert "Set BACKEND_SPECIALIST_STATE_DIR to a directory outside" in message
    assert not inside.exists()
    # A folder that is opened later counts as well.
    late = await start(None, None)
    assert await late.command("listSessions") == []
    added = {"added": [{"uri": tmp_path.as_uri(), "name": "all"}], "removed": []}
    late.notify("workspace/didChangeWorkspaceFolders", {"event": added})
    _, message = await refused(late, "run", instructions="x")
    assert f"lies in the workspace {tmp_path}" in message


# ---------------------------------------------------------------- the end


async def leave_in_order(editor: FakeEditor) -> int:
    return await editor.close()


async def leave_without_a_word(editor: FakeEditor) -> int:
    assert editor.process.stdin
    editor.process.stdin.close()
    return await editor.ended()


@pytest.mark.parametrize(("leave", "code"), [(leave_in_order, 0), (leave_without_a_word, 1)])
async def test_sessions_of_an_editor_that_leaves_are_interrupted_and_go_on(
    api, start, leave, code: int
) -> None:
    asking = [Reply(tools=(ASKS,)), Reply(text="Gone on.")]
    busy = Fault(kind="status", status=529, headers={"retry-after": "100"})
    scripts = {
        "streams": SLOW,
        "asks": asking,
        "waits": SCRIPT,
        "retries": in_turn(Reply(fault=busy), Reply(text="Gone on.")),
    }
    model = await api(by_task(scripts))
    first = await start(model, DRAWS)
    first.open("app/main.py")
    ids = {task: await run(first, task) for task in ("streams", "asks", "waits")}
    await first.event("text", sessionId=ids["streams"])
    await first.event("question", sessionId=ids["asks"])
    await first.event("proposal", sessionId=ids["waits"])
    ids["retries"] = await run(first, "retries")
    await first.wait(lambda m: "Trying again in 100 s" in str(m.get("params")))
    assert await leave(first) == code

    second = await start(model, DRAWS)
    second.open("app/main.py")
    assert await listed(second) == dict.fromkeys(ids, "interrupted")
    for task in ("asks", "retries"):
        await second.command("reply", sessionId=ids[task], text="Go on.")
        await second.event("status", sessionId=ids[task], status="completed")
    told = [request for request in model.requests if "asks" in str(request["messages"][0])][-1]
    assert "interrupted" in results(told)
    await second.command("review", sessionId=ids["waits"])
    await answer(second, ids["waits"], "applyAll")
    await second.event("status", sessionId=ids["waits"], status="completed")
    assert second.text("app/main.py").endswith(GUARDED)
