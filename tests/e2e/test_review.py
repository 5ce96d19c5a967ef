"""What becomes of a proposal under which the text moves, and of what was applied. The model is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from backend_specialist.adapters.scripts import Reply
from support.fake_editor import Failure, FakeEditor, Json, honest_apply
from support.guises import Apply, vscode_apply
from support.scripts_for_tests import DELIVER
from support.stage import CREATED, LEAVE, TEXT, Case, Stage, check_report, edit, results, write

pytestmark = pytest.mark.asyncio(loop_scope="module")

Stages = Callable[..., Awaitable[Stage]]

ALL = ["accepted"] * 4
DONE = TEXT.replace("first = 1", "first = 10").replace("second = 2", "second = 20")
DONE = DONE.replace("third = 3", "third = 30")


async def proposed(stages: Stages) -> tuple[Stage, Case, Json]:
    """A client that draws proposals, and one that waits."""
    stage = await stages("draws")
    stage.editor.guise.apply = honest_apply
    case = await stage.run()
    return stage, case, await stage.event(case, "proposal")


def typed(stage: Stage, case: Case, old: str, new: str) -> None:
    """The user replaces something."""
    text = stage.editor.text(case.path)
    assert old in text
    stage.editor.set_text(stage.editor.uri(case.path), text.replace(old, new))


# ---------------------------------------------------------------- the text moves


async def test_hunks_that_only_shifted_are_applied_and_reported_by_their_ids(
    stages: Stages,
) -> None:
    stage, case, proposal = await proposed(stages)
    typed(stage, case, "keep_a = 0\n", "keep_a = 0\ntyped = 1\n")
    await stage.answer(case, proposal, "applyAll")
    assert results(await check_report(stage, case), case) == ALL
    assert stage.editor.text(case.path) == DONE.replace("keep_a = 0\n", "keep_a = 0\ntyped = 1\n")


async def test_a_chosen_hunk_that_shifted_is_applied_alone(stages: Stages) -> None:
    stage, case, proposal = await proposed(stages)
    chosen = proposal["files"][0]["hunks"][1]["id"]
    typed(stage, case, "keep_a = 0\n", "keep_a = 0\ntyped = 1\n")
    await stage.answer(case, proposal, "apply", hunks=[chosen])
    found = results(await check_report(stage, case), case)
    assert found == ["refused", "accepted", "refused", "refused"]


async def test_a_conflict_is_stale_and_the_rest_is_applied(stages: Stages) -> None:
    stage, case, proposal = await proposed(stages)
    typed(stage, case, "second = 2\n", "second = 2  # mine\n")
    await stage.answer(case, proposal, "applyAll")
    await stage.event(case, "status", status="completed")
    told = [item for review in stage.events(case, "review") for item in review["outcomes"]]
    assert [(item["file"], item["result"]) for item in told] == [
        (case.created, "accepted"),
        *[(case.path, "stale")] * 3,
    ]
    assert stage.editor.text(case.path) == TEXT.replace("second = 2", "second = 2  # mine")
    last = str(stage.requests(case)[-1]["messages"][-1])
    assert "stale" in last
    assert "accepted" in last
    for item in told[1:]:
        await stage.editor.said(f"{case.path}:{item['lines']} stale", since=case.since)


async def test_a_text_that_was_not_shown_is_asked_about_again(stages: Stages) -> None:
    stage, case, proposal = await proposed(stages)
    typed(stage, case, "second = 2\n", "second = 20\n")
    mark = len(stage.editor.heard)
    await stage.answer(case, proposal, "applyAll")
    again = await stage.event(case, "proposal", since=mark)
    assert again["proposalId"] != proposal["proposalId"]
    assert [hunk["new"] for hunk in again["files"][0]["hunks"]] == ["first = 10\n", "third = 30\n"]
    assert not stage.told(case, "workspace/applyEdit")
    (told,) = stage.events(case, "review")
    assert [item["result"] for item in told["outcomes"]] == ["accepted"], "done by hand"
    with pytest.raises(Failure, match="no longer open"):
        await stage.answer(case, proposal, "applyAll")
    await stage.answer(case, again, "applyAll")
    await stage.event(case, "status", status="completed")
    assert stage.editor.text(case.path) == DONE


async def test_what_the_user_did_by_hand_is_accepted_and_not_asked_about_again(
    stages: Stages,
) -> None:
    stage = await stages("draws")
    case = await stage.run(creates=False)
    proposal = await stage.event(case, "proposal")
    stage.editor.set_text(stage.editor.uri(case.path), DONE)
    await stage.answer(case, proposal, "applyAll")
    assert set((await check_report(stage, case)).values()) == {"accepted"}
    assert not stage.told(case, "workspace/applyEdit")


@pytest.mark.parametrize("apply", [honest_apply, vscode_apply], ids=["told first", "told later"])
async def test_edits_of_two_sessions_in_one_file_are_both_applied(
    stages: Stages, apply: Apply
) -> None:
    stage = await stages("draws")
    stage.editor.guise.apply = apply
    first = await stage.run(creates=False)
    script = [Reply(tools=(edit(first.path, "keep_e = 0", "kept = 1"),)), Reply(tools=(DELIVER,))]
    second = await stage.run(script=[*script, LEAVE])
    asked = [(case, await stage.event(case, "proposal")) for case in (first, second)]
    await asyncio.gather(*(stage.answer(*one, "applyAll") for one in asked))
    for case in (first, second):
        await stage.event(case, "status", status="completed")
        (review,) = stage.events(case, "review")
        assert {item["result"] for item in review["outcomes"]} == {"accepted"}
    assert stage.editor.text(first.path) == DONE.replace("keep_e = 0", "kept = 1")


async def test_edit_that_the_editor_refuses_as_stale_is_applied_where_its_place_is(
    stages: Stages,
) -> None:
    stage, case, proposal = await proposed(stages)

    async def types_first(editor: FakeEditor, params: Json) -> Json:
        editor.guise.apply = honest_apply
        typed(stage, case, "keep_a = 0\n", "keep_a = 0\ntyped = 1\n")
        return await honest_apply(editor, params)

    stage.editor.guise.apply = types_first
    await stage.answer(case, proposal, "applyAll")
    await stage.event(case, "status", status="completed")
    (review,) = stage.events(case, "review")
    assert [item["result"] for item in review["outcomes"]] == ALL
    assert len(stage.events(case, "proposal")) == 1
    assert stage.editor.text(case.path) == DONE.replace("keep_a = 0\n", "keep_a = 0\ntyped = 1\n")
    assert stage.editor.real(case.created) == CREATED


# ---------------------------------------------------------------- the path moves


def led_astray(directory: Path, outside: Path) -> None:
    """Another branch is checked out, in which the directory is a link out of the workspace."""
    directory.rename(outside)
    directory.symlink_to(outside)


@pytest.mark.parametrize("opens", [True, False], ids=["open", "not open"])
async def test_a_path_that_leads_out_of_the_workspace_by_now_is_refused(
    stages: Stages, tmp_path: Path, opens: bool
) -> None:
    stage = await stages("draws")
    stage.editor.guise.apply = honest_apply
    case = await stage.run(opens=opens)
    proposal = await stage.event(case, "proposal")
    outside = tmp_path / "outside"
    led_astray((stage.editor.root / case.path).parent, outside)
    await stage.answer(case, proposal, "applyAll")
    assert results(await check_report(stage, case), case) == ["stale"] * 4
    assert not stage.told(case, "workspace/applyEdit")
    assert {file.name: file.read_text() for file in outside.iterdir()} == {"main.py": TEXT}
    assert "restore the path" in await stage.said_to_the_model(case)


async def test_a_revert_does_not_follow_a_link_out_of_the_workspace(
    stages: Stages, tmp_path: Path
) -> None:
    stage, case = await applied(stages)
    for name in (case.path, case.created):
        (stage.editor.root / name).write_text(stage.editor.text(name))
    proposal = await reverting(stage, case)
    outside = tmp_path / "outside"
    led_astray((stage.editor.root / case.path).parent, outside)
    mark = len(stage.editor.heard)
    await stage.answer(case, proposal, "applyAll")
    review = await stage.event(case, "review", since=mark)
    assert {item["result"] for item in review["outcomes"]} == {"stale"}
    await stage.event(case, "status", since=mark, status="completed")
    assert {file.name for file in outside.iterdir()} == {"main.py", "test_main.py"}


# ---------------------------------------------------------------- the way back


async def applied(stages: Stages) -> tuple[Stage, Case]:
    stage, case, proposal = await proposed(stages)
    await stage.answer(case, proposal, "applyAll")
    await stage.event(case, "status", status="completed")
    assert stage.editor.text(case.path) == DONE
    return stage, case


async def reverting(stage: Stage, case: Case) -> Json:
    mark = len(stage.editor.heard)
    await stage.editor.command("revert", sessionId=case.session)
    return await stage.event(case, "proposal", since=mark)


async def test_a_revert_is_asked_about_and_takes_everything_back(stages: Stages) -> None:
    stage, case = await applied(stages)
    proposal = await reverting(stage, case)
    assert {file["label"]: file["deleted"] for file in proposal["files"]} == {
        case.path: False,
        case.created: True,
    }
    assert stage.editor.text(case.path) == DONE, "not before the answer"
    mark = len(stage.editor.heard)
    await stage.answer(case, proposal, "applyAll")
    review = await stage.event(case, "review", since=mark)
    assert {item["result"] for item in review["outcomes"]} == {"accepted"}
    await stage.event(case, "status", since=mark, status="completed")
    assert stage.editor.text(case.path) == TEXT
    assert stage.editor.real(case.created) is None
    with pytest.raises(Failure, match="nothing that can be reverted"):
        await stage.editor.command("revert", sessionId=case.session)


async def test_a_revert_that_is_refused_changes_nothing_and_can_be_asked_for_again(
    stages: Stages,
) -> None:
    stage, case = await applied(stages)
    mark = len(stage.editor.heard)
    await stage.answer(case, await reverting(stage, case), "reject")
    await stage.event(case, "status", since=mark, status="completed")
    assert stage.editor.text(case.path) == DONE
    assert stage.editor.real(case.created) == CREATED
    mark = len(stage.editor.heard)
    await stage.answer(case, await reverting(stage, case), "applyAll")
    await stage.event(case, "status", since=mark, status="completed")
    assert stage.editor.text(case.path) == TEXT


async def test_a_revert_keeps_what_the_user_typed_since(stages: Stages) -> None:
    stage, case = await applied(stages)
    typed(stage, case, "keep_a = 0\n", "keep_a = 0\ntyped = 1\n")
    stage.editor.set_text(stage.editor.uri(case.created), CREATED + "mine = 1\n")
    proposal = await reverting(stage, case)
    assert [file["label"] for file in proposal["files"]] == [case.path], (
        "the created file is the user's now"
    )
    mark = len(stage.editor.heard)
    await stage.answer(case, proposal, "applyAll")
    await stage.event(case, "status", since=mark, status="completed")
    assert stage.editor.text(case.path) == TEXT.replace("keep_a = 0\n", "keep_a = 0\ntyped = 1\n")
    assert stage.editor.real(case.created) == CREATED + "mine = 1\n"


async def test_a_refused_edit_is_not_part_of_a_revert(stages: Stages) -> None:
    stage = await stages("draws")
    stage.editor.guise.apply = honest_apply
    script = [
        Reply(tools=(edit("PATH", "first = 1", "first = 10"), write("CREATED", CREATED), DELIVER)),
        LEAVE,
    ]
    case = await stage.run(script=script)
    proposal = await stage.event(case, "proposal")
    first = proposal["files"][0]["hunks"][0]["id"]
    await stage.answer(case, proposal, "apply", hunks=[first])
    await stage.event(case, "status", status="completed")
    back = await reverting(stage, case)
    assert [file["label"] for file in back["files"]] == [case.path]
    await stage.answer(case, back, "reject")
