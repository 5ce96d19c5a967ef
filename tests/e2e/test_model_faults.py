"""Every way in which a model fails: what the user is told, what the model is told, and that nothing is lost.

One server and many sessions a test: the task chooses the script. Failures are scripted; the HTTP and the SDK are real.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backend_specialist.adapters.scripts import Call, Fault, Reply, Request, Script
from support.fake_editor import SERVER, FakeEditor, Guise
from support.scripts_for_tests import DELIVER, EDIT, GUARDED
from support.talk import DRAWS, answer, asked, by_task, in_turn, refused, results, run

MODEL = "anthropic/claude-sonnet-5-5"
KEY = "sk-ant-test-0123456789abcdef"
DRAWING = Guise(options={**DRAWS.options, "model": MODEL})
# A test does not wait as long as a user has to.
HURRIED = f"""
from backend_specialist.adapters import anthropic_model
from backend_specialist.sessions import turns
turns.FIRST_DELAY_SECONDS = 0.01
anthropic_model._SILENCE_SECONDS = 0.4
{SERVER}
"""
STANDARD = f"""
import os
from backend_specialist.adapters import models
models.STANDARD_URL = os.environ["ANTHROPIC_BASE_URL"]
{SERVER}
"""
SOON = {"retry-after-ms": "15"}
READ = Call("read", {"filePath": "app/main.py"})


def of_task(requests: Sequence[Request], task: str) -> list[Mapping[str, Any]]:
    return [request for request in requests if task in asked(request)]


def said_by_user(request: Mapping[str, Any]) -> str:
    content = request["messages"][-1]["content"]
    return "\n".join(block.get("text", "") for block in content)


# ---------------------------------------------------------------- failures that pass

PASSING: Mapping[str, tuple[Fault, str]] = {
    "The endpoint limits us.": (
        Fault(kind="status", status=429, headers=SOON),
        "the limit is reached",
    ),
    "The endpoint is overloaded.": (
        Fault(kind="status", status=529, headers=SOON),
        "is overloaded",
    ),
    "The endpoint fails inside.": (
        Fault(kind="status", status=500),
        "failed to answer (status 500)",
    ),
    "It is overloaded in mid-stream.": (Fault(kind="error", after=6), "is overloaded"),
    "The stream is cut cleanly.": (Fault(kind="cut", after=6), "ended without saying why"),
    "The stream is cut in a chunk.": (Fault(kind="chunkCut", after=6), "broke off"),
    "The stream is cut before its first event.": (Fault(kind="cut", after=0), ""),
    "The stream stands still.": (Fault(kind="stall", after=6), "did not answer in time"),
    "A hotel network answers.": (Fault(kind="notAStream"), ""),
    "The arguments of a call do not parse.": (Fault(kind="badToolJson"), "not a JSON object"),
    "The arguments of a call never end.": (Fault(kind="deepToolJson"), "not a JSON object"),
}


async def test_a_failure_that_passes_is_shown_and_the_turn_taken_again(api, start) -> None:
    once: dict[str, Script] = {
        task: [Reply(text="I change mean().", tools=(EDIT,), fault=fault), Reply(tools=(DELIVER,))]
        for task, (fault, _) in PASSING.items()
    }
    model = await api(by_task(once))
    editor = await start(model, DRAWING, HURRIED)
    editor.open("app/main.py")
    before = editor.text("app/main.py")
    for task, (_, words) in PASSING.items():
        session = await run(editor, task)
        proposal = await answer(editor, session, "reject")
        assert [len(file["hunks"]) for file in proposal["files"]] == [1], task
        await editor.event("status", sessionId=session, status="completed")
        reasons = [
            message["params"].get("reason", "")
            for message in editor.heard
            if message["method"] == "backendSpecialist/event"
            and message["params"]["sessionId"] == session
            and message["params"]["kind"] == "status"
        ]
        waits = [reason for reason in reasons if "Trying again in" in reason]
        assert len(waits) == 1, (task, reasons)
        assert words in waits[0], (task, waits)
        assert "(attempt 1 of 5)" in waits[0]
        first, again, *later = of_task(model.requests, task)
        assert first == again, f"{task} The model is told nothing of it"
        assert len(later) == 1
    assert editor.text("app/main.py") == before
    void = [m for m in editor.heard if (m.get("params") or {}).get("restarted")]
    assert len(void) >= 5, "text of a broken stream is declared void"


async def test_patience_ends_after_five_retries_and_a_reply_goes_on(api, start) -> None:
    busy = Fault(kind="status", status=529, headers=SOON, times=6)
    later = Fault(kind="status", status=429, headers={"retry-after": "600"}, times=1)
    model = await api(
        by_task(
            {
                "Busy": [Reply(tools=(EDIT,)), Reply(text="There.", fault=busy)],
                "Later": [Reply(text="Now.", fault=later)],
            }
        )
    )
    editor = await start(model, DRAWING, HURRIED)
    editor.open("app/main.py")
    session = await run(editor, "Busy")
    paused = await editor.event("status", sessionId=session, status="paused")
    assert paused["reason"].endswith("is overloaded at the moment. Reply to go on.")
    assert await editor.said("“Busy” has paused")
    assert len(of_task(model.requests, "Busy")) == 7, "one turn, then six attempts at the second"
    mark = len(editor.heard)
    await editor.command("reply", sessionId=session, text="Try again.")
    await answer(editor, session, "applyAll")
    await editor.event("status", sessionId=session, status="completed", since=mark)
    assert editor.text("app/main.py").endswith(GUARDED), "what was proposed before is still there"

    session = await run(editor, "Later")
    paused = await editor.event("status", sessionId=session, status="paused")
    assert "It asks to wait 10 minutes. Reply to go on." in paused["reason"]
    assert len(of_task(model.requests, "Later")) == 1


async def test_a_retry_can_be_cancelled_while_it_waits(api, start) -> None:
    model = await api(
        [Reply(fault=Fault(kind="status", status=529, headers={"retry-after": "100"}))]
    )
    editor = await start(model, DRAWING)
    session = await run(editor)
    await editor.wait(lambda m: "Trying again in 100 s" in json.dumps(m.get("params")))
    assert await editor.command("cancel", sessionId=session) == {"cancelled": [session]}
    await editor.event("status", sessionId=session, status="cancelled")


# ---------------------------------------------------------------- failures that stay

STAYING: Mapping[str, tuple[Reply, str]] = {
    "The key is refused.": (
        Reply(fault=Fault(kind="status", status=401, times=9)),
        "refused the key from ANTHROPIC_API_KEY. Set a valid key",
    ),
    "The key may not.": (
        Reply(fault=Fault(kind="status", status=403, times=9)),
        "refused the key from ANTHROPIC_API_KEY",
    ),
    "The model is unknown.": (
        Reply(fault=Fault(kind="status", status=404, times=9)),
        "does not know the model claude-sonnet-5-5, or this key may not use it. Choose another",
    ),
    "The conversation is too large.": (
        Reply(fault=Fault(kind="status", status=413, times=9)),
        "Start a new session, or choose a model with a larger context window",
    ),
    "The window is full.": (
        Reply(text="…", stop_reason="model_context_window_exceeded"),
        "no longer fits the model's context window. Start a new session",
    ),
    "The model refuses.": (
        Reply(text="I will not.", stop_reason="refusal"),
        "The model refused to go on with this task",
    ),
}
# A summary was asked for; where there was one, the turn was taken again.
SUMMARISED = {"The conversation is too large.": 1, "The window is full.": 2}
OFFERED = ("The conversation is too large.", "The window is full.", "The model refuses.")


async def test_a_failure_that_stays_says_what_to_do_and_offers_what_is_there(
    api, start, root: Path, state: Path
) -> None:
    model = await api(
        by_task(
            {task: [Reply(tools=(EDIT,)), *[reply] * 3] for task, (reply, _) in STAYING.items()}
        )
    )
    editor = await start(model, DRAWING, HURRIED)
    editor.open("app/main.py")
    before = editor.text("app/main.py")
    for task, (_, words) in STAYING.items():
        session = await run(editor, task)
        if task in OFFERED:
            await answer(editor, session, "reject")
        failed = await editor.event("status", sessionId=session, status="failed")
        assert words in failed["reason"], task
        assert words[:40] in await editor.said(f"“{task}” failed")
        more = SUMMARISED.get(task, 0)
        assert len(of_task(model.requests, task)) == 2 + more, "it is not tried again"
    assert editor.text("app/main.py") == before
    assert (root / "app/main.py").read_text() == before
    uri = (await editor.command("showTranscript", sessionId=session))["uri"]
    everything = json.dumps(editor.heard) + Path(uri.removeprefix("file://")).read_text()
    stored = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert KEY not in everything
    assert KEY.encode() not in stored


async def test_without_a_key_the_user_learns_where_to_get_on(start) -> None:
    editor = await start(None, DRAWS)
    session = await run(editor)
    message = await editor.said("failed")
    assert "No API key is set. Put one into the environment variable ANTHROPIC_API_KEY" in message
    assert "rehearsal/demo works without a key" in message
    (listed,) = await editor.command("listSessions")
    assert (listed["sessionId"], listed["status"]) == (session, "failed")


async def test_a_retired_model_is_replaced_with_one_message(api, start) -> None:
    model = await api([Reply(tools=(READ,)), Reply(text="Done.")])
    url = await model.start()
    retired = Guise(options={**DRAWS.options, "model": "anthropic/claude-3-sonnet-20240229"})
    # The scripted server stands in for the standard endpoint, where retired models are gone.
    environment = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY}
    editor = await start(None, retired, STANDARD, **environment)
    await run(editor)
    message = await editor.said("claude-3-sonnet-20240229 reached its end of life on")
    assert "is used instead. Choose another with the setting backendSpecialist.model" in message
    await editor.status("completed")
    newest = model.requests[0]["model"]
    assert newest in message
    assert newest.startswith("claude-sonnet-")
    assert (
        sum("end of life" in json.dumps(m) and "showMessage" in m["method"] for m in editor.heard)
        == 1
    )


# ---------------------------------------------------------------- answers that are no answers


async def test_the_model_is_told_what_became_of_an_odd_answer(api, start) -> None:
    odd = Call("run_shell", {"command": "ls"})
    half = Fault(kind="badToolJson", times=9)
    scripts: dict[str, Script] = {
        "Unknown tool": [Reply(tools=(odd,)), Reply(text="So be it.")],
        "Cut text": [Reply(text="The first half", stop_reason="max_tokens"), Reply(text="rest")],
        "Cut call": [Reply(tools=(EDIT,), stop_reason="max_tokens"), Reply(text="So be it.")],
        "Half a call": in_turn(
            Reply(tools=(EDIT,), stop_reason="max_tokens", fault=half), Reply(text="So be it.")
        ),
        "Pause": [Reply(text="Thinking on", stop_reason="pause_turn"), Reply(text="Done.")],
        "Thought": [Reply(thinking="Read first.", tools=(READ,)), Reply(text="Done.")],
        "Silence": [Reply(text="  ")],
        "Always cut": [Reply(text=f"part {n}", stop_reason="max_tokens") for n in range(9)],
    }
    model = await api(by_task(scripts))
    editor = await start(model, DRAWING, HURRIED)
    editor.open("app/main.py")
    for task in list(scripts)[:-1]:
        session = await run(editor, task)
        await editor.event("status", sessionId=session, status="completed")
    last = {task: of_task(model.requests, task)[-1] for task in scripts if task != "Always cut"}
    assert "There is no tool called 'run_shell' here. The tools are: " in results(
        last["Unknown tool"]
    )
    assert "edit, glob, grep" in results(last["Unknown tool"])
    assert "cut at the output limit. Go on where its text ended" in said_by_user(last["Cut text"])
    assert "Not run: your answer was cut at the output limit" in results(last["Cut call"])
    assert "If it ended in a tool call, that was not run" in said_by_user(last["Half a call"])
    assert said_by_user(last["Pause"]) == "Go on."
    thought = last["Thought"]["messages"][1]["content"][0]
    assert (thought["type"], thought["thinking"]) == ("thinking", "Read first.")
    assert thought["signature"].startswith("sig_")

    session = await run(editor, "Always cut")
    failed = await editor.event("status", sessionId=session, status="failed")
    assert "cut at the output limit again and again. Ask for a smaller step." in failed["reason"]
    assert not any(m["method"] == "workspace/applyEdit" for m in editor.heard)
    assert all(f["kind"] != "proposal" for f in events(editor))


def events(editor: FakeEditor) -> list[dict[str, Any]]:
    return [m["params"] for m in editor.heard if m["method"] == "backendSpecialist/event"]


async def test_the_same_call_again_and_again_is_asked_about(api, start) -> None:
    model = await api(
        [Reply(tools=(READ,)), Reply(tools=(READ,)), Reply(tools=(READ,)), Reply(text="Oh.")]
    )
    editor = await start(model, DRAWING)
    session = await run(editor)
    asking = await editor.event("permission")
    assert "again and again with the same arguments" in asking["title"]
    named = {"sessionId": session, "requestId": asking["requestId"]}
    assert (await refused(editor, "answer", **named, decision="yes"))[0] == "decision"
    await editor.command("answer", **named, decision="reject")
    await editor.status("completed")
    assert "did not allow" in results(model.requests[-1])


# ---------------------------------------------------------------- limits


async def test_a_limit_pauses_offers_what_is_there_and_a_reply_goes_on(api, start) -> None:
    wide = Call("grep", {"pattern": "def "})
    steps = [
        Reply(tools=(EDIT,)),
        Reply(tools=(wide,)),
        Reply(text="Half done."),
        Reply(text="Done."),
    ]
    tokens = [Reply(tools=(EDIT,)), Reply(tools=(wide,)), Reply(text="Done.")]
    cost = [Reply(text="So", tools=(EDIT,)), Reply(text="Done.")]
    model = await api(by_task({"Steps": steps, "Tokens": tokens, "Cost": cost}))
    editor = await start(model, DRAWING)
    editor.open("app/main.py")
    before = editor.text("app/main.py")

    async def limited(task: str, **limits: float) -> str:
        settings = {**DRAWING.options, "events": True, **limits}
        section = {"settings": {"backendSpecialist": settings}}
        editor.notify("workspace/didChangeConfiguration", section)
        return await run(editor, task)

    # The first session writes the prompt cache; with a long task that costs over a cent.
    session = await limited("Cost" + " much" * 2_000, maxCostUsd=0.01)
    paused = await editor.event("status", sessionId=session, status="paused")
    assert "The cost limit of $0.01 is reached ($0.0" in paused["reason"]
    assert "raise backendSpecialist.maxCostUsd" in paused["reason"]
    await went_on(editor, session)

    session = await limited("Steps", maxSteps=3)
    await answer(editor, session, "reject")
    paused = await editor.event("status", sessionId=session, status="paused")
    assert paused["reason"] == (
        "The limit of 3 model turns is reached. Reply to go on, or raise backendSpecialist.maxSteps."
    )
    assert len({json.dumps(body["tool_choice"]) for body in of_task(model.requests, "Steps")}) == 1
    assert "This is your last turn" in said_by_user(of_task(model.requests, "Steps")[-1])
    await went_on(editor, session)

    session = await limited("Tokens", maxTokens=6_000)
    await answer(editor, session, "reject")
    paused = await editor.event("status", sessionId=session, status="paused")
    assert "The limit of 6,000 tokens is reached" in paused["reason"]
    assert len(of_task(model.requests, "Tokens")) == 2
    await went_on(editor, session)
    assert "Not run: the session stopped" in json.dumps(of_task(model.requests, "Tokens")[-1])

    assert editor.text("app/main.py") == before


async def went_on(editor: FakeEditor, session: str) -> None:
    mark = len(editor.heard)
    await editor.command("reply", sessionId=session, text="Go on, please.")
    await editor.event("status", sessionId=session, status="completed", since=mark)


async def test_a_conversation_is_summarised_before_the_window_is_full(
    api, start, root: Path
) -> None:
    for number in range(8):
        (root / f"big{number}.py").write_text(f"# line of file {number}, {'x' * 34}\n" * 900)
    reads = [Call("read", {"filePath": f"big{number}.py"}) for number in range(8)]
    model = await api(
        in_turn(
            Reply(tools=(EDIT, *reads[:3])),
            Reply(tools=tuple(reads[3:6])),
            Reply(tools=(READ, *reads[6:])),
            Reply(text="I read eight files and changed mean()."),
            Reply(tools=(DELIVER,)),
        )
    )
    small = Guise(options={**DRAWS.options, "model": "anthropic/some-small-model"})
    editor = await start(model, small)
    editor.open("app/main.py")
    session = await run(editor, "Read them all")
    await answer(editor, session, "applyAll")
    await editor.status("completed")
    before, demand, after = model.requests[2:]
    assert "Write a summary that replaces everything so far" in said_by_user(demand)
    assert demand["tool_choice"] == before["tool_choice"]
    assert demand["messages"][1] == before["messages"][1]
    assert "line of file 6" in results(demand), "with what the model has not seen yet"
    assert len(json.dumps(demand)) > 380_000
    assert len(json.dumps(after)) < 150_000
    assert "I read eight files and changed mean()." in asked(after)
    assert "Read them all" in asked(after)
    for name in ("def mean(items)", "line of file 6", "line of file 7"):
        assert name in results(after), "the last exchange stays whole"
    assert editor.text("app/main.py").endswith(GUARDED), "proposals do not live in the conversation"
