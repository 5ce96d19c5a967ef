"""The approval ladder: who is asked what, when, and what each answer leads to. The model is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from support import guises
from support.fake_editor import NO_ANSWER, PATIENCE, Failure, FakeEditor, Json
from support.scripts_for_tests import DELIVER
from support.stage import (
    LEAVE,
    TEXT,
    Case,
    Stage,
    check_report,
    edit,
    picks,
    results,
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

Stages = Callable[..., Awaitable[Stage]]

PROTECTED = "HERE/.vscode/tasks.json"
FIRST = edit("PATH", "first = 1", "first = 10")


async def vscode(stages: Stages, *titles: str, **settings: Any) -> Stage:
    """VS Code, a user who presses these buttons, and these settings."""
    stage = await stages("vscode")
    stage.editor.guise.choose = picks(*titles)
    stage.editor.guise.apply = guises.vscode_apply
    stage.settle(**settings)
    return stage


def questions(stage: Stage, case: Case) -> list[Json]:
    return stage.told(case, "window/showMessageRequest")


def edits(stage: Stage, case: Case) -> list[Json]:
    return stage.told(case, "workspace/applyEdit")


class Forgetful:
    """A user who leaves the first question alone, or dismisses it, and presses buttons at the next."""

    def __init__(self, first: Any, *titles: str) -> None:
        self._first = first
        self._then = picks(*titles)
        self.asked = asyncio.Event()

    async def __call__(self, editor: FakeEditor, params: Json) -> Any:
        if self.asked.is_set():
            return await self._then(editor, params)
        self.asked.set()
        return self._first


# ---------------------------------------------------------------- the question


async def test_the_question_offers_review_first_and_counts_the_edits(stages: Stages) -> None:
    stage = await vscode(stages, "Reject")
    case = await stage.run()
    assert set((await check_report(stage, case)).values()) == {"refused"}
    (question,) = questions(stage, case)
    assert question["message"] == "Backend Specialist: 4 edits in 2 files, +4 −3"
    assert [action["title"] for action in question["actions"]] == ["Review", "Apply all", "Reject"]
    assert not edits(stage, case)
    assert len(stage.requests(case)) == 3, "a refusal without a reason costs no turn"


async def test_texts_of_model_and_repository_are_no_links_in_a_question(stages: Stages) -> None:
    stage = await stages("unknown")
    path = "HERE/[x](command:evil).py"
    link = "[here](command:evil?%5B%5D) or command:evil"
    asks = Call(
        "question",
        {"questions": [{"question": link, "header": "[a](command:x)", "options": ["Yes"]}]},
    )
    case = await stage.run(
        script=[Reply(tools=(asks,)), Reply(tools=(write(path, "x = 1\n"),)), Reply(tools=(DELIVER,)), LEAVE]
    )  # fmt: skip
    stage.editor.guise.choose = picks("Yes", "Review", "Apply")
    await stage.event(case, "question")
    await stage.editor.command("review", sessionId=case.session)
    await stage.event(case, "proposal")
    await stage.editor.command("review", sessionId=case.session)
    await stage.event(case, "status", status="completed")
    shown = [one["message"] for one in questions(stage, case)]
    assert len(shown) == 3
    for message in shown:
        assert "](command" not in message
        assert "command:e" not in message
    assert (stage.editor.root / case.path).parent.joinpath("[x](command:evil).py").exists()


async def test_a_question_shows_all_that_it_is_about(stages: Stages) -> None:
    stage = await stages("unknown")
    long = "[Which](one)? " * 142 + "The END"
    asks = Call("question", {"questions": [{"question": long, "header": "H", "options": ["Yes"]}]})
    case = await stage.run(script=[Reply(tools=(asks,)), LEAVE])
    stage.editor.guise.choose = picks("Yes")
    await stage.event(case, "question")
    await stage.editor.command("review", sessionId=case.session)
    await stage.event(case, "status", status="completed")
    (question,) = questions(stage, case)
    assert question["message"] == f"H: {long.replace('](', '] (')}"


async def test_hunks_are_asked_one_by_one_where_the_setting_says_so(stages: Stages) -> None:
    stage = await stages("unknown")
    stage.settle(reviewGranularity="hunk")
    stage.editor.guise.apply = guises.honest_apply
    case = await stage.run()
    await stage.event(case, "proposal")
    stage.editor.guise.choose = picks("Review", "Skip", "Apply", "Skip", "Apply")
    await stage.editor.command("review", sessionId=case.session)
    found = results(await check_report(stage, case), case)
    assert found == ["refused", "accepted", "refused", "accepted"]
    assert "second = 2" in questions(stage, case)[2]["message"]
    stage.settle()


@pytest.mark.parametrize(
    ("sentence", "buttons"),
    [
        ("The question is dismissed.", ()),
        ("The user stops in the middle.", ("Review", "Apply", "Stop")),
        ("The user dismisses the last question.", ("Review", "Apply")),
    ],
)
async def test_what_is_no_answer_leaves_the_proposal_waiting(
    stages: Stages, sentence: str, buttons: tuple[str, ...]
) -> None:
    stage = await stages("unknown")
    stage.editor.guise.apply = guises.honest_apply
    case = await stage.run()
    await stage.event(case, "proposal")
    stage.editor.guise.choose = picks(*buttons)
    await stage.editor.command("review", sessionId=case.session)
    await stage.asked(case, max(len(buttons), 1))
    listed = await stage.editor.command("listSessions")
    (status,) = [one["status"] for one in listed if one["sessionId"] == case.session]
    assert status == "awaitingReview", sentence
    assert not edits(stage, case), sentence
    stage.editor.guise.choose = picks("Apply all")
    await stage.editor.command("review", sessionId=case.session)
    assert set((await check_report(stage, case)).values()) == {"accepted"}


async def test_a_question_is_withdrawn_after_the_set_time_and_can_be_opened_again(
    stages: Stages,
) -> None:
    stage = await vscode(stages, approvalTimeoutSeconds=1)
    user = Forgetful(NO_ANSWER, "Apply all")
    stage.editor.guise.choose = user
    case = await stage.run()
    await stage.editor.wait(lambda m: m["method"] == "$/cancelRequest", since=case.since)
    assert user.asked.is_set()
    assert not edits(stage, case)
    assert not stage.events(case, "review")
    await stage.editor.command("review", sessionId=case.session)
    assert set((await check_report(stage, case)).values()) == {"accepted"}
    stage.settle()


# ---------------------------------------------------------------- protected paths, allowed edits


async def test_a_protected_file_is_no_part_of_apply_all(stages: Stages) -> None:
    stage = await vscode(stages, "Apply all", "Reject")
    case = await stage.run(write(PROTECTED, "{}\n"))
    found = await check_report(stage, case)
    assert results(found, case) == ["accepted"] * 4
    tasks = f"{Path(case.path).parent}/.vscode/tasks.json"
    assert found[tasks, "{}\n"] == "refused"
    first, second = questions(stage, case)
    assert "4 edits in 2 files" in first["message"]
    assert "has a question of its own" in second["message"]
    assert second["type"] == 2, "a warning"
    assert not (stage.editor.root / tasks).exists()


@pytest.fixture
def allowing(tmp_path: Path) -> Path:
    """A directory of the user's own with an agent whose edits need no question."""
    text = "---\ndescription: Edits without a question\nmode: primary\npermission:\n  edit: allow\n---\n\nYou edit.\n"
    (tmp_path / "trusting.md").write_text(text)
    return tmp_path


async def test_allowed_edits_are_applied_by_the_editor_without_a_question(
    stages: Stages, allowing: Path
) -> None:
    stage = await vscode(stages, "Reject", agentDirectories=[str(allowing)])
    case = await stage.run(write(PROTECTED, "{}\n"), agent="trusting")
    await stage.event(case, "status", status="completed")
    (proposal,) = stage.events(case, "proposal")
    assert proposal["protected"], "only the protected file is asked about"
    assert len(questions(stage, case)) == 1
    assert len(edits(stage, case)) == 1
    assert "first = 10" in stage.editor.text(case.path)
    told = [
        (one["file"], one["result"]) for r in stage.events(case, "review") for one in r["outcomes"]
    ]
    assert sorted(result for _, result in told) == ["accepted"] * 4 + ["refused"]
    stage.settle()


# ---------------------------------------------------------------- review each, preview


async def test_each_edit_is_asked_about_at_once_where_the_setting_says_so(stages: Stages) -> None:
    stage = await vscode(stages, "Apply all", "Reject", review="each")
    second = edit("PATH", "second = 2", "second = 20")
    script = [Reply(tools=(FIRST,)), Reply(tools=(second,)), Reply(tools=(DELIVER,)), LEAVE]
    case = await stage.run(script=script)
    found = await check_report(stage, case)
    assert list(found.values()) == ["accepted", "refused"]
    asked = [len(r["messages"]) for r in stage.requests(case)]
    assert "accepted" in str(stage.requests(case)[1]["messages"][-1]), "told before the next edit"
    assert len(asked) == 4
    stage.settle()


async def test_apply_all_goes_through_the_preview_where_the_setting_says_so(stages: Stages) -> None:
    stage = await vscode(stages, "Apply all", approval="preview")
    stage.editor.guise.apply = guises.preview(lambda edit: "first" in edit["newText"])
    case = await stage.run(creates=False)
    assert list((await check_report(stage, case)).values()) == ["accepted", "refused", "refused"]
    stage.settle()


async def test_what_is_in_the_editors_preview_is_not_asked_about_again_and_withdrawn_when_given_up(
    stages: Stages,
) -> None:
    opened, decided = asyncio.Event(), asyncio.Event()

    async def preview(_: FakeEditor, params: Json) -> Json:
        assert params["edit"]["changeAnnotations"]
        opened.set()
        await decided.wait()
        return {"applied": False}

    stage = await vscode(stages, "Review")
    stage.editor.guise.apply = preview
    case = await stage.run()
    await asyncio.wait_for(opened.wait(), PATIENCE)
    asked = len(questions(stage, case))
    try:
        for named in ({"sessionId": case.session}, {}):
            with pytest.raises(Failure, match="Where its preview is open, decide there"):
                await stage.editor.command("review", **named)
        assert len(questions(stage, case)) == asked
        await stage.editor.command("cancel", sessionId=case.session)
        sent = await stage.editor.wait(
            lambda m: m["method"] == "workspace/applyEdit", since=case.since
        )
        withdrawn = {"id": sent["id"]}
        await stage.editor.wait(lambda m: m["params"] == withdrawn, since=case.since)
    finally:
        decided.set()
    await stage.event(case, "status", status="cancelled")


# ---------------------------------------------------------------- rounds


@pytest.mark.parametrize(
    ("sentence", "proposed", "asked"),
    [
        ("Each proposal is another.", (10, 11, 12), {1: 10, 2: 11, 3: 12}),
        ("The second is the first once more.", (10, 10, 11), {1: 10, 3: 11}),
    ],
)
async def test_three_rounds_are_all_and_a_refused_hunk_is_not_asked_again(
    stages: Stages, sentence: str, proposed: tuple[int, ...], asked: dict[int, int]
) -> None:
    stage = await stages("draws")
    calls = [edit("PATH", "first = 1", f"first = {number}") for number in proposed]
    case = await stage.run(script=[*(Reply(tools=(call, DELIVER)) for call in calls), LEAVE, LEAVE])
    for number, value in asked.items():
        proposal = await stage.event(case, "proposal", round=number)
        (hunk,) = proposal["files"][0]["hunks"]
        assert hunk["new"] == f"first = {value}\n", sentence
        await stage.answer(case, proposal, "reject", reason=f"not {value}")
    await stage.event(case, "status", status="completed")
    assert len(stage.requests(case)) == len(proposed), "no further turn, so no further proposal"
    assert len(stage.events(case, "proposal")) == len(asked), sentence
    assert stage.editor.text(case.path) == TEXT
    told = await stage.said_to_the_model(case)
    assert all(f"reason given: not {value}" in told for value in asked.values())
    assert "No review rounds are left" in told


async def test_an_answer_to_what_is_no_longer_open_is_refused_by_name(stages: Stages) -> None:
    stage = await stages("draws")
    stage.editor.guise.apply = guises.honest_apply
    case = await stage.run()
    proposal = await stage.event(case, "proposal")
    with pytest.raises(Failure, match="no longer open") as early:
        await stage.editor.command(
            "answer", sessionId=case.session, proposalId="0" * 16, decision="applyAll"
        )
    assert early.value.code == -32602
    assert not edits(stage, case)
    await stage.answer(case, proposal, "reject")
    await stage.event(case, "status", status="completed")
    with pytest.raises(Failure, match="no longer open") as late:
        await stage.answer(case, proposal, "applyAll")
    assert late.value.code == -32602
    assert stage.editor.text(case.path) == TEXT


@pytest.mark.parametrize("guise", ["neovim", "kate"])
async def test_a_diff_that_cannot_be_written_is_in_the_log_and_what_follows_goes_on(
    stages: Stages, guise: str
) -> None:
    stage = await stages(guise)
    stage.editor.guise.choose = picks("Apply all")
    await stage.editor.command("listSessions")  # makes the state directory
    documents = stage.editor.root.parent / "state/documents"
    moved = documents.rename(documents.with_name("moved")) if documents.exists() else None
    documents.write_text("A file in the place of the directory.")
    case = await stage.run()
    await stage.event(case, "proposal")
    if guise == "neovim":
        await stage.editor.command("review", sessionId=case.session)
        await stage.asked(case, 1)
    await stage.event(case, "status", status="completed")
    logged = "\n".join(one["message"] for one in stage.told(case, "window/logMessage"))
    assert "-first = 1\n+first = 10" in logged
    said = await stage.editor.said("the diff is in your editor's log", since=case.since)
    assert "A document could not be written to" in said
    if guise == "kate":
        await stage.editor.said("The patch is in your editor's log; apply it by hand.")
    documents.unlink()
    if moved is not None:
        moved.rename(documents)
