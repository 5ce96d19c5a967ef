"""Editors whose word is not what they do: what is reported is what the text says. The model is scripted.

The server gives up on them sooner here than it does for users; nothing else about it is different.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from support import liars
from support.fake_editor import honest_apply
from support.liars import Apply
from support.stage import Case, Stage, check_report, results

pytestmark = pytest.mark.asyncio(loop_scope="module")

Stages = Callable[..., Awaitable[Stage]]

ALL = ["accepted"] * 4
NOTHING_SEEN = ["unverified"] * 4
NO = {"applied": False}


async def approved(stage: Stage, liar: Apply, **options: bool) -> Case:
    """The user accepts everything, and the editor does as it likes."""
    stage.editor.guise.apply = liar
    case = await stage.run(**options)
    proposal = await stage.event(case, "proposal")
    await stage.answer(case, proposal, "applyAll")
    return case


@pytest.mark.parametrize(
    ("sentence", "liar", "expected"),
    [
        ("It says yes and does nothing.", liars.says(result=liars.YES), NOTHING_SEEN),
        ("It says no and does nothing.", liars.says(result=NO), ["failed"] * 4),
        (
            "It gives an error and does nothing.",
            liars.says(error={"code": 1, "message": "Oops"}),
            ["failed"] * 4,
        ),
        ("It says no and does everything.", liars.does_and_says(result=NO), ALL),
        (
            "It gives an error and does everything.",
            liars.does_and_says(error={"code": -32603, "message": "Oops"}),
            ALL,
        ),
        (
            "It applies the first edit of each file.",
            liars.first_edit_only,
            ["accepted", "failed", "failed", "accepted"],
        ),
        (
            "It applies the edits of the first file only.",
            liars.first_file_only,
            ["accepted", "accepted", "accepted", "unverified"],
        ),
        ("It applies something else as well.", liars.something_else_as_well, ALL),
        (
            "It applies something else instead.",
            liars.something_else_instead,
            ["altered", "accepted", "accepted", "accepted"],
        ),
        (
            "It answers twice, yes and no.",
            liars.answering({"result": liars.YES}, {"result": NO}, does=honest_apply),
            ALL,
        ),
        (
            "It answers twice, no and yes.",
            liars.answering({"result": NO}, {"result": liars.YES}, does=None),
            ["failed"] * 4,
        ),
        ("It never answers and does nothing.", liars.answering(does=None), NOTHING_SEEN),
        ("It never answers and does everything.", liars.answering(does=honest_apply), ALL),
        ("Its answer is a word.", liars.says(result="yes"), NOTHING_SEEN),
        ("Its answer is empty.", liars.says(result={}), NOTHING_SEEN),
        ("Its answer is a list.", liars.does_and_says(result=[True]), ALL),
        ("Its answer has no result.", liars.says(), NOTHING_SEEN),
        ("Its error is a word.", liars.says(error="no"), ["failed"] * 4),
        ("It applies and never tells.", liars.never_told, NOTHING_SEEN),
        ("It closes the documents at once.", liars.closed_at_once, NOTHING_SEEN),
        (
            "A formatter runs before anything is told.",
            liars.formatted_before_it_is_told,
            ["altered", "altered", "altered", "accepted"],
        ),
    ],
)
async def test_a_liar_is_not_believed(
    stages: Stages, sentence: str, liar: Apply, expected: list[str]
) -> None:
    stage = await stages("draws", impatient=True)
    case = await approved(stage, liar)
    assert results(await check_report(stage, case), case) == expected, sentence
    assert len(stage.told(case, "workspace/applyEdit")) == 1, sentence


async def test_an_edit_that_is_applied_after_the_patience_is_not_reported_as_absent(
    stages: Stages,
) -> None:
    stage = await stages("draws", impatient=True)
    late = liars.Late()
    case = await approved(stage, late)
    await stage.event(case, "status", status="completed")
    late.release()
    await late.done.wait()
    assert results(await check_report(stage, case), case) == NOTHING_SEEN
    assert "first = 10" in stage.editor.text(case.path)


async def test_changes_that_are_told_after_the_answer_are_waited_for(stages: Stages) -> None:
    stage = await stages("draws")
    case = await approved(stage, liars.told_after_the_answer)
    assert results(await check_report(stage, case), case) == ALL


async def test_what_a_formatter_does_later_is_the_users(stages: Stages) -> None:
    stage = await stages("draws")
    case = await approved(stage, liars.formatted_after_the_answer)
    await stage.event(case, "status", status="completed")
    (review,) = stage.events(case, "review")
    assert [item["result"] for item in review["outcomes"]] == ALL
    assert "first=10" in stage.editor.text(case.path)


async def test_a_closed_file_that_shows_no_change_is_unverified(stages: Stages) -> None:
    stage = await stages("draws", impatient=True)
    case = await approved(stage, liars.says(result=liars.YES), opens=False, creates=False)
    assert set((await check_report(stage, case)).values()) == {"unverified"}
