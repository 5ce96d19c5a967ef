"""Every editor as it was seen to behave: what is reported is what its text says. The model is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support import guises
from support.fake_editor import FakeEditor, Json
from support.stage import CREATED, Case, Stage, check_report, picks, results

pytestmark = pytest.mark.asyncio(loop_scope="module")

Stages = Callable[..., Awaitable[Stage]]


EVERY = ["accepted"] * 4


# ---------------------------------------------------------------- VS Code


@pytest.mark.parametrize(
    ("sentence", "ticked", "expected"),
    [
        ("All boxes are ticked.", lambda _: True, EVERY),
        ("None is ticked, or Discard is pressed.", lambda _: False, ["refused"] * 4),
        (
            "Two boxes of one file are ticked.",
            lambda edit: edit.get("newText") in ("first = 10\n", "third = 30\n"),
            ["accepted", "refused", "accepted", "refused"],
        ),
        (
            "Only the text of the new file is ticked.",
            lambda edit: edit.get("newText") == CREATED,
            ["refused", "refused", "refused", "accepted"],
        ),
    ],
)
async def test_the_preview_of_vs_code_accepts_what_was_ticked(
    stages: Stages, sentence: str, ticked: Callable[[Json], bool], expected: list[str]
) -> None:
    stage = await stages("vscode")
    stage.editor.guise.choose = picks("Review")
    stage.editor.guise.apply = guises.preview(ticked)
    case = await stage.run()
    assert results(await check_report(stage, case), case) == expected, sentence
    (sent,) = stage.told(case, "workspace/applyEdit")
    assert len(sent["edit"]["changeAnnotations"]) == 2, "one annotation a file"
    assert (stage.editor.root / case.created).exists() == (expected[3] == "accepted")


async def test_apply_all_in_vs_code_is_one_plain_edit(stages: Stages) -> None:
    stage = await stages("vscode")
    stage.editor.guise.choose = picks("Apply all")
    stage.editor.guise.apply = guises.vscode_apply
    case = await stage.run()
    assert results(await check_report(stage, case), case) == EVERY
    (sent,) = stage.told(case, "workspace/applyEdit")
    assert "changeAnnotations" not in sent["edit"]


# ---------------------------------------------------------------- editors that are asked on request


async def asked_for(stage: Stage, case: Case, *titles: str) -> None:
    """The user opens the question, which nothing else does, and presses the buttons."""
    await stage.event(case, "proposal")
    await stage.editor.said("to review", since=case.since)
    assert not stage.told(case, "window/showMessageRequest")
    stage.editor.guise.choose = picks(*titles)
    await stage.editor.command("review", sessionId=case.session)


async def test_neovim_tells_late_and_jumps_in_versions(stages: Stages) -> None:
    stage = await stages("neovim")
    stage.editor.guise.apply = guises.neovim_apply()
    case = await stage.run()
    await asked_for(stage, case, "Apply all")
    assert results(await check_report(stage, case), case) == EVERY


async def reviewed(stage: Stage, case: Case) -> int:
    """Wait until something of a proposal has its outcome; gives the number of messages heard by then."""
    await stage.event(case, "review")
    return next(
        number
        for number, message in enumerate(stage.editor.heard)
        if number >= case.since and (message.get("params") or {}).get("kind") == "review"
    )


async def test_neovim_says_yes_to_a_stale_version(stages: Stages) -> None:
    stage = await stages("neovim")

    async def types_first(editor: FakeEditor, params: Json) -> Any:
        uri = params["edit"]["documentChanges"][0]["textDocument"]["uri"]
        text = editor.buffers[uri][0]
        editor.set_text(uri, text.replace("keep_a = 0\n", "keep_a = 0\ntyped = 1\n"))
        return await guises.neovim_apply()(editor, params)

    stage.editor.guise.apply = types_first
    case = await stage.run()
    await asked_for(stage, case, "Apply all")
    again = await stage.event(case, "proposal", since=await reviewed(stage, case))
    assert [file["label"] for file in again["files"]] == [case.path]
    assert "typed = 1\n" in stage.editor.text(case.path)
    stage.editor.guise.apply = guises.neovim_apply()
    await stage.answer(case, again, "applyAll")
    await stage.event(case, "status", status="completed")
    told = [item["result"] for one in stage.events(case, "review") for item in one["outcomes"]]
    assert told == EVERY
    assert "typed = 1\n" in stage.editor.text(case.path)


async def test_neovim_edits_a_hidden_buffer_that_the_server_never_sees(stages: Stages) -> None:
    stage = await stages("neovim")
    stage.editor.guise.apply = guises.neovim_apply(attaches=False)
    case = await stage.run(opens=False)
    await asked_for(stage, case, "Apply all")
    assert results(await check_report(stage, case), case) == ["unverified"] * 4
    assert "first = 10" in (stage.editor.real(case.path) or "")


DECLINED = [
    ("It says that it applied.", {"applied": True}),
    ("It answers null.", {"applied": None, "failureReason": "decision to decline"}),
    ("The user quits.", {"error": {"code": 32000, "message": "Quit"}}),
]


@pytest.mark.parametrize(("sentence", "said"), DECLINED)
async def test_a_no_in_the_minibuffer_of_emacs_applies_nothing(
    stages: Stages, sentence: str, said: Json
) -> None:
    stage = await stages("eglot")
    stage.editor.guise.apply = guises.eglot_declines(**said)
    case = await stage.run(creates=False)
    await asked_for(stage, case, "Apply all")
    found = set((await check_report(stage, case)).values())
    assert found == ({"unverified"} if said.get("applied") else {"failed"}), sentence


async def test_emacs_edits_and_creates_no_file(stages: Stages) -> None:
    stage = await stages("eglot")
    stage.editor.guise.apply = guises.honest_apply
    case = await stage.run()
    await asked_for(stage, case, "Apply all")
    found = await check_report(stage, case)
    assert results(found, case) == ["accepted", "accepted", "accepted", "failed"]
    assert stage.editor.real(case.created) is None


async def titles(stage: Stage, case: Case) -> dict[str, Json]:
    """The code actions in the edited file that are about what waits."""
    place = {"line": 0, "character": 0}
    params = {
        "textDocument": {"uri": stage.editor.uri(case.path)},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": []},
    }
    offered = await stage.editor.request("textDocument/codeAction", params)
    assert not any(action.get("isPreferred") for action in offered)
    return {
        action["title"]: action["command"]
        for action in offered
        if action["command"]["arguments"][0].get("sessionId") == case.session
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Apply proposed edits", "accepted"), ("Reject proposed edits", "refused")],
)
async def test_helix_is_asked_by_code_actions_once_the_diff_was_opened(
    stages: Stages, title: str, expected: str
) -> None:
    stage = await stages("helix")
    case = await stage.run()
    await stage.event(case, "proposal")
    (review,) = (await titles(stage, case)).values()
    await stage.editor.request("workspace/executeCommand", review)
    await stage.editor.said("Read the diff", since=case.since)
    (document,) = stage.told(case, "window/showDocument")
    assert "+first = 10" in stage.editor.path(document["uri"]).read_text()
    offered = await titles(stage, case)
    assert [name.partition(" (")[0] for name in offered] == [
        "Review proposed edits",
        "Apply proposed edits",
        "Reject proposed edits",
    ]
    await stage.editor.request("workspace/executeCommand", offered[title])
    assert results(await check_report(stage, case), case) == [expected] * 4
    assert not stage.told(case, "window/showMessageRequest")


async def test_kate_as_it_is_gets_the_patch(stages: Stages) -> None:
    stage = await stages("kate", impatient=True)
    case = await stage.run()
    message = await stage.editor.said("apply it by hand", since=case.since)
    assert "file:" in message
    assert set((await check_report(stage, case)).values()) == {"failed"}


async def test_kate_dismisses_a_question_and_is_asked_again(stages: Stages) -> None:
    stage = await stages("kate that applies", impatient=True)
    dismissed = asyncio.Event()

    async def dismisses(editor: FakeEditor, params: Json) -> Any:
        dismissed.set()
        return {}

    stage.editor.guise.choose = dismisses
    case = await stage.run(creates=False)
    await stage.event(case, "proposal")
    await stage.editor.command("review", sessionId=case.session)
    await dismissed.wait()
    stage.editor.guise.choose = picks("Apply all")
    await stage.editor.command("review", sessionId=case.session)
    assert set((await check_report(stage, case)).values()) == {"accepted"}


async def test_kate_takes_no_edit_two_seconds_after_a_command(stages: Stages) -> None:
    stage = await stages("kate that applies", impatient=True)

    async def thinks(editor: FakeEditor, params: Json) -> Any:
        editor.now += 3
        return {"title": "Apply all"}

    case = await stage.run(creates=False)
    await stage.event(case, "proposal")
    stage.editor.guise.choose = thinks
    await stage.editor.command("review", sessionId=case.session)
    assert set((await check_report(stage, case)).values()) == {"failed"}


async def test_an_unknown_editor_is_not_believed_to_have_a_preview(stages: Stages) -> None:
    stage = await stages("unknown")
    stage.editor.guise.apply = guises.honest_apply
    case = await stage.run()
    await asked_for(stage, case, "Review", "Apply", "Skip")
    found = await check_report(stage, case)
    assert results(found, case) == ["accepted", "accepted", "accepted", "refused"]
    (sent,) = stage.told(case, "workspace/applyEdit")
    assert "changeAnnotations" not in sent["edit"]
