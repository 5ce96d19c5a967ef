"""Every command of the contract: the shape of its result, and what it refuses by name."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.lsp.arguments import SHAPES
from support.fake_editor import Failure, FakeEditor, Guise, honest_apply
from support.scripts_for_tests import DELIVER, EDIT, GUARDED, LEAVE, SCRIPT
from support.talk import DRAWS, answer, by_task, refused, results, run

WRONG = {"text": 5, "number": "five", "flag": "yes", "object": [], "list": {}}


async def test_every_command_refuses_wrong_keys_by_name(start) -> None:
    editor = await start(None)
    for name, shape in SHAPES.items():
        key, message = await refused(editor, name, surprise=1)
        assert key == "surprise", name
        assert f"backendSpecialist.{name} does not know the key 'surprise'" in message
        for key, kind in shape.keys.items():
            found, message = await refused(editor, name, **{key: WRONG[kind]})
            assert (found, f"{key!r} must be a {kind}" in message) == (key, True), (name, message)
        if shape.required:
            missing, message = await refused(editor, name)
            assert missing in shape.required, name
            assert f"needs the key {missing!r}" in message
    for arguments in ([{}, {}], ["text"], [[]]):
        params = {"command": "backendSpecialist.listSessions", "arguments": arguments}
        with pytest.raises(Failure, match="JSON object"):
            await editor.request("workspace/executeCommand", params)
    params = {"command": "backendSpecialist.listSessions"}
    assert await editor.request("workspace/executeCommand", params) == []


UNKNOWN = [
    ("reply", {"sessionId": "nope", "text": "x"}, "sessionId"),
    ("reply", {"sessionId": "nope", "text": "  "}, "text"),
    ("cancel", {"sessionId": "nope"}, "sessionId"),
    ("review", {"sessionId": "nope"}, "sessionId"),
    ("review", {}, "sessionId"),
    ("revert", {"sessionId": "../../etc"}, "sessionId"),
    ("showTranscript", {"sessionId": "nope"}, "sessionId"),
    ("showDeliverable", {"sessionId": "nope"}, "sessionId"),
    ("saveDeliverable", {"sessionId": "nope", "path": "x.md"}, "sessionId"),
    ("deleteSession", {"sessionId": "nope"}, "sessionId"),
    ("answer", {"sessionId": "nope", "proposalId": "p", "decision": "reject"}, "sessionId"),
    ("answer", {"sessionId": "nope", "requestId": "r", "text": "x"}, "sessionId"),
    ("answer", {"sessionId": "x", "proposalId": "p", "requestId": "r"}, "proposalId"),
    ("answer", {"sessionId": "x"}, "proposalId"),
    ("answer", {"sessionId": "x", "proposalId": "p", "decision": "yes"}, "decision"),
    ("answer", {"sessionId": "x", "proposalId": "p", "decision": "apply"}, "hunks"),
    ("answer", {"sessionId": "x", "requestId": "r", "decision": "always"}, "decision"),
    ("run", {}, "instructions"),
    ("run", {"instructions": "x" * 100_001}, "instructions"),
    ("run", {"instructions": "x", "recipe": "nope"}, "recipe"),
    ("run", {"instructions": "x", "agent": "nope"}, "agent"),
    ("run", {"instructions": "x", "uri": "file:///etc/passwd"}, "uri"),
    ("run", {"instructions": "x", "uri": "https://example.com/a.py"}, "uri"),
    ("run", {"instructions": "x", "range": {}}, "range"),
    ("run", {"instructions": "x", "output": "../out.md"}, "output"),
    ("run", {"instructions": "x", "output": "app/main.py/out.md"}, "output"),
    ("explainPermission", {"permission": "edit", "subject": "x", "agent": "nope"}, "agent"),
    ("trust", {"rootUri": "https://example.com", "trusted": True}, "rootUri"),
]


async def test_what_is_not_there_is_refused_by_the_key_that_named_it(start) -> None:
    editor = await start(None)
    for name, argument, key in UNKNOWN:
        found, message = await refused(editor, name, **argument)
        assert found == key, (name, argument, message)
        assert message.endswith((".", "?")), message
    uri = editor.open("app/main.py")
    place = {"instructions": "x", "uri": uri}
    assert (await refused(editor, "run", **place, version=7))[0] == "version"
    odd = {"start": {"line": -1, "character": 0}, "end": {"line": 0, "character": 0}}
    assert (await refused(editor, "run", **place, range=odd))[0] == "range"
    assert await editor.command("listSessions") == []
    assert await editor.command("cancel") == {"cancelled": []}
    assert await editor.command("listApprovals") == []
    assert await editor.command("revokeApproval", approvalId="nope") == {"revoked": False}


async def test_lists_and_explanations_have_the_shape_of_the_contract(start) -> None:
    editor = await start(None)
    recipes = await editor.command("listRecipes")
    assert {frozenset(recipe) for recipe in recipes} == {
        frozenset(("name", "title", "description", "kind", "when", "source"))
    }
    agent = (await editor.command("listAgents"))[0]
    assert agent["name"] == "specialist-backend"
    assert set(agent) == {"name", "description", "mode", "model", "source", "permissions"}
    assert agent["permissions"] | {"edit": "ask", "bash": "deny"} == agent["permissions"]

    async def explained(permission: str, subject: str) -> tuple[str, str]:
        given = {"permission": permission, "subject": subject}
        result = await editor.command("explainPermission", **given)
        assert set(result) == {"action", "rule", "source"}
        return result["action"], result["rule"]

    assert await explained("edit", "app/main.py") == ("ask", "edit: *: ask")
    assert (await explained("bash", "rm -rf /"))[0] == "deny"
    assert await explained("write", "app/main.py") == ("ask", "edit: *: ask")
    assert await explained("read", "conf/.env.local") == ("deny", None)
    assert (await explained("no_such_tool", "x"))[0] in ("allow", "ask", "deny")


async def test_a_completed_session_is_listed_shown_saved_reverted_and_deleted(
    api, start, root: Path
) -> None:
    model = await api(SCRIPT)
    editor = await start(model, DRAWS)
    editor.open("app/main.py")
    before = editor.text("app/main.py")
    session = await run(editor, "Guard mean()", output="docs/out.md")
    await answer(editor, session, "applyAll")
    mark = len(editor.heard)
    saving = await editor.event("proposal", title="Deliverable to docs/out.md")
    named = {"sessionId": session, "proposalId": saving["proposalId"]}
    assert (await refused(editor, "answer", **named, decision="apply", hunks=["h9"]))[0] == "hunks"
    await editor.command("answer", **named, decision="applyAll")
    await editor.status("completed", since=mark)
    assert editor.text("docs/out.md").startswith("# Backend Implementation")

    (listed,) = await editor.command("listSessions")
    assert set(listed) >= {
        "sessionId", "title", "agent", "status", "startedAt", "files", "usage",
    }  # fmt: skip
    assert (listed["title"], listed["status"]) == ("Guard mean()", "completed")
    assert listed["files"] == ["app/main.py", "docs/out.md", "tests/test_mean.py"]
    assert listed["usage"]["outputTokens"] > 0

    for command in ("showTranscript", "showDeliverable"):
        shown = await editor.command(command, sessionId=session)
        assert set(shown) == {"uri"}
        opened = await editor.wait(
            lambda m, uri=shown["uri"]: (
                m["method"] == "window/showDocument" and m["params"]["uri"] == uri
            )
        )
        text = Path(opened["params"]["uri"].removeprefix("file://")).read_text()
        assert "Guard mean()" in text or "Backend Implementation" in text

    mark = len(editor.heard)
    assert (await refused(editor, "saveDeliverable", sessionId=session, path="../x.md"))[
        0
    ] == "path"
    (same,) = await editor.command("listSessions")
    assert same["status"] == "completed", "a wrong path changes nothing"

    assert await editor.command("revert", sessionId=session) == {"sessionId": session}
    reverse = await editor.event("proposal", title="Revert: Guard mean()")
    assert (await refused(editor, "deleteSession", sessionId=session))[0] == "sessionId"
    assert (await refused(editor, "revert", sessionId=session))[0] == "sessionId"
    named = {"sessionId": session, "proposalId": reverse["proposalId"]}
    await editor.command("answer", **named, decision="applyAll")
    await editor.status("completed", since=mark)
    assert editor.text("app/main.py") == before

    assert await editor.command("deleteSession", sessionId=session) == {"deleted": True}
    assert await editor.command("listSessions") == []
    assert (await refused(editor, "showTranscript", sessionId=session))[0] == "sessionId"
    assert not list(root.parent.glob(f"state/documents/{session}/*"))


# ---------------------------------------------------------------- reply


def told(request: dict) -> str:
    """What the user's role says last."""
    content = request["messages"][-1]["content"]
    return "\n".join(block.get("text", "") for block in content)


async def test_reply_is_queued_rejects_or_continues_as_the_state_wants(api, start) -> None:
    slow = [Reply(text="a " * 40, delay=0.02), Reply(text="Both heard.")]
    refusing = [*SCRIPT, LEAVE, *[Reply(text="Gladly.")] * 2]
    model = await api(by_task({"queued": slow, "refused": refusing}))
    editor = await start(model, DRAWS)

    queued = await run(editor, "queued")
    await editor.event("text", sessionId=queued)
    for text in ("first thing", "second thing"):
        assert await editor.command("reply", sessionId=queued, text=text) == {"sessionId": queued}
    await editor.event("text", text="Both heard.", sessionId=queued)
    last = told(model.requests[-1])
    assert last.index("first thing") < last.index("second thing")
    await editor.event("status", sessionId=queued, status="completed")
    said = [m["params"].get("status") for m in editor.heard if "params" in m]
    assert said.count("completed") == 1, "it did not end before it had heard them"

    refusing_session = await run(editor, "refused")
    await editor.status("awaitingReview")
    await editor.command("reply", sessionId=refusing_session, text="raise ValueError instead")
    await editor.event("status", sessionId=refusing_session, status="completed")
    assert "raise ValueError instead" in results(model.requests[-1])
    mark = len(editor.heard)
    # Two at once: one takes the session up, the other is queued. Neither is lost, and each is heard once.
    await asyncio.gather(
        editor.command("reply", sessionId=refusing_session, text="and again"),
        editor.command("reply", sessionId=refusing_session, text="and more"),
    )
    await editor.event("status", since=mark, sessionId=refusing_session, status="completed")
    last = json.dumps(model.requests[-1]["messages"])
    assert (last.count("and again"), last.count("and more")) == (1, 1)


LATER = GUARDED.replace("return 0", "raise ValueError")
CHANGED = {**EDIT.input, "oldString": GUARDED, "newString": LATER}
BETTER = Reply(tools=(Call("edit", CHANGED), DELIVER))


async def test_no_review_opens_before_a_reply_is_heard(api, start) -> None:
    first = Reply(text="word " * 20, delay=0.02, tools=(EDIT, DELIVER))
    model = await api([first, BETTER])
    editor = await start(model, DRAWS)
    editor.open("app/main.py")
    session = await run(editor)
    await editor.event("text", sessionId=session)
    await editor.command("reply", sessionId=session, text="No, raise ValueError.")
    proposal = await answer(editor, session, "applyAll")
    await editor.status("completed")
    assert "ValueError" in str(proposal["files"]), "the first edit was never asked about"
    assert editor.text("app/main.py").endswith(LATER)
    last = model.requests[1]["messages"][-1]["content"]
    assert [block["type"] for block in last] == ["tool_result", "tool_result", "text"]
    assert told(model.requests[1]).endswith("No, raise ValueError.")


@pytest.mark.parametrize("ends", [FakeEditor.close, FakeEditor.kill], ids=["closed", "killed"])
async def test_reply_that_was_not_heard_is_heard_after_a_restart(api, start, ends) -> None:
    model = await api([Reply(text="word " * 400, delay=0.05), Reply(text="Both heard.")])
    first = await start(model, DRAWS)
    session = await run(first)
    await first.event("text", sessionId=session)
    await first.command("reply", sessionId=session, text="No, raise ValueError.")
    await ends(first)
    second = await start(model, DRAWS)
    (row,) = await second.command("listSessions")
    assert row["status"] == "interrupted"
    shown = await second.command("showTranscript", sessionId=session)
    transcript = Path(shown["uri"].removeprefix("file://")).read_text()
    assert "## User, not heard yet\n\n> No, raise ValueError." in transcript
    await second.command("reply", sessionId=session, text="Go on.")
    await second.status("completed")
    last = told(model.requests[-1])
    assert last.index("No, raise ValueError.") < last.index("Go on.")


async def test_reply_to_the_deliverable_reaches_the_specialist(api, start) -> None:
    report = {**DELIVER.input, "open_points": ["Rollback: redeploy."]}
    model = await api([Reply(tools=(DELIVER,)), Reply(tools=(Call("deliver", report),))])
    editor = await start(model, DRAWS)
    session = await run(editor, output="report.md")
    await editor.event("proposal", title="Deliverable to report.md")
    mark = len(editor.heard)
    await editor.command("reply", sessionId=session, text="Add a rollback section")
    again = await editor.event("proposal", since=mark)
    named = {"sessionId": session, "proposalId": again["proposalId"]}
    await editor.command("answer", **named, decision="applyAll")
    await editor.status("completed")
    assert "Add a rollback section" in told(model.requests[1])
    assert "Rollback: redeploy." in (editor.real("report.md") or "")


CANCELLED = {
    "while it streams": [Reply(text="word " * 100, delay=0.05)],
    "while a review waits": SCRIPT,
    "while a question waits": [
        Reply(tools=(Call("question", {"questions": [{"question": "Which?", "header": "W"}]}),))
    ],
    "while a permission waits": [
        Reply(tools=(Call("webfetch", {"url": "https://unknown.example/x"}),))
    ],
}


async def test_cancel_is_answered_and_acted_on_in_every_state(api, start) -> None:
    model = await api(by_task(CANCELLED))
    editor = await start(model, DRAWS)
    editor.open("app/main.py")
    before = editor.text("app/main.py")
    for task in CANCELLED:
        session = await run(editor, task)
        kind = {"while it streams": "text", "while a review waits": "proposal"}.get(task)
        kind = kind or ("question" if "question" in task else "permission")
        waiting = await editor.event(kind, sessionId=session)
        assert await editor.command("cancel", sessionId=session) == {"cancelled": [session]}, task
        await editor.event("status", sessionId=session, status="cancelled")
        await editor.said(f"“{task}” was cancelled")
        assert await editor.command("cancel", sessionId=session) == {"cancelled": []}
        if "requestId" in waiting:
            named = {"sessionId": session, "requestId": waiting["requestId"], "text": "late"}
            assert (await refused(editor, "answer", **named))[0] == "requestId"
    # Twice in a row, and before it has said a word: no half of an end is left behind.
    at_once = await run(editor, "while it streams")
    await asyncio.gather(editor.command("cancel"), editor.command("cancel", sessionId=at_once))
    await editor.event("status", sessionId=at_once, status="cancelled")
    assert {each["status"] for each in await editor.command("listSessions")} == {"cancelled"}
    assert editor.text("app/main.py") == before
    assert not any(message["method"] == "workspace/applyEdit" for message in editor.heard)


async def test_cancel_while_edits_are_applied_leaves_them_known_and_revertible(api, start) -> None:
    async def cancelled_meanwhile(editor: FakeEditor, params: dict[str, Any]) -> dict[str, Any]:
        applied = await honest_apply(editor, params)
        if len([m for m in editor.heard if m["method"] == "workspace/applyEdit"]) == 1:
            await editor.command("cancel")
        return applied

    guise = replace(DRAWS, apply=cancelled_meanwhile)
    editor = await start(await api(SCRIPT), guise)
    editor.open("app/main.py")
    before = editor.text("app/main.py")
    session = await run(editor)
    await answer(editor, session, "applyAll")
    await editor.status("cancelled")
    assert editor.text("app/main.py") != before
    (row,) = await editor.command("listSessions")
    assert {item["result"] for item in row["outcomes"]} == {"accepted"}
    assert "revert" in row["actions"]

    mark = len(editor.heard)
    await editor.command("revert", sessionId=session)
    reverse = await editor.event("proposal", since=mark)
    named = {"sessionId": session, "proposalId": reverse["proposalId"]}
    await editor.command("answer", **named, decision="applyAll")
    await editor.status("completed", since=mark)
    assert editor.text("app/main.py") == before


async def test_progress_can_be_cancelled_by_a_plain_client(api, start) -> None:
    editor = await start(await api([Reply(text="word " * 100, delay=0.05)]), Guise())
    await run(editor)
    begun = await editor.wait(lambda message: message["method"] == "$/progress")
    token = begun["params"]["token"]
    editor.notify("window/workDoneProgress/cancel", {"token": token})
    await editor.said("was cancelled")
    await editor.wait(
        lambda m: m["method"] == "$/progress" and m["params"]["value"]["kind"] == "end"
    )


async def test_a_cancelled_session_goes_on_with_a_history_that_the_api_accepts(api, start) -> None:
    model = await api([*SCRIPT[:2], Reply(tools=(DELIVER, EDIT)), Reply(text="I see.")])
    editor = await start(model, DRAWS)
    editor.open("app/main.py")
    session = await run(editor)
    await editor.event("proposal")
    await editor.command("cancel")
    await editor.status("cancelled")
    mark = len(editor.heard)
    await editor.command("reply", sessionId=session, text="not like this")
    review = await editor.event("review", since=mark)
    assert {item["reason"] for item in review["outcomes"]} == {"not like this"}
    await editor.status("completed", since=mark)
    assert "Not run" in results(model.requests[-1]) or "interrupted" in results(model.requests[-1])
    assert told(model.requests[-1]).endswith("not like this")
    assert not re.search(r"items:\n        return 0", editor.text("app/main.py"))
    assert GUARDED not in editor.text("app/main.py")


async def waiting_sessions(editor: FakeEditor) -> set[str]:
    listed = await editor.command("listSessions")
    return {each["sessionId"] for each in listed if each["status"] == "awaitingReview"}


async def test_several_sessions_wait_side_by_side_and_review_wants_a_name(api, start) -> None:
    model = await api(by_task({"one": SCRIPT, "two": SCRIPT}))
    editor = await start(model, DRAWS)
    editor.open("app/main.py")
    one, two = await run(editor, "one"), await run(editor, "two")
    first = await editor.event("proposal", sessionId=one)
    second = await editor.event("proposal", sessionId=two)
    assert await waiting_sessions(editor) == {one, two}
    key, message = await refused(editor, "review")
    assert key == "sessionId"
    assert one in message
    assert two in message
    assert first["proposalId"] == second["proposalId"], "the same edits have the same digest"
    await answer(editor, one, "applyAll")
    await editor.event("status", sessionId=one, status="completed")
    mark = len(editor.heard)
    await answer(editor, two, "applyAll")
    review = await editor.event("review", sessionId=two, since=mark)
    assert {(item["result"], item["reason"]) for item in review["outcomes"]} == {
        ("accepted", "the text was there already")
    }
    assert editor.text("app/main.py").count("if not items") == 1
    assert sum(message["method"] == "workspace/applyEdit" for message in editor.heard) == 1
