"""The loose ends of a crash: an edit that was being sent, a question without an answer, a call without a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.ports import ApplyAnswer
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.repair import INTERRUPTED, STOPPED
from backend_specialist.sessions.stored import Refused
from support.dict_editor import CAPABLE
from support.scripted_model import results, texts
from support.session_stage import Stage, deliver, edit, write

BEFORE, AFTER = "x = 1\ny = 2\n", "x = 3\ny = 2\n"
FILES = {"app.py": BEFORE, "other.py": "a = 1\n"}
EDIT = edit("app.py", "x = 1", "x = 3")
PROPOSE = Reply(tools=(EDIT, deliver()))
END = Reply(text="So be it.")


async def killed_while_applying(
    stage: Stage, *, arrives: Sequence[str], decision: str = "applyAll"
) -> str:
    """The user says yes, the server dies, and these files of the edit have arrived by then."""
    session = await stage.run()

    async def die(changes: Sequence[FileChange]) -> ApplyAnswer:
        for change in changes:
            if change.label in arrives:
                stage.editor.apply_one(change)
        stage.store.dead = True
        return ApplyAnswer(applied=True)

    stage.editor.behaviour = die
    await stage.answer(session, await stage.proposal(), decision)
    await stage.ended(session)
    stage.after_a_crash()
    stage.editor.behaviour = stage.editor.apply_all
    return session


async def test_edit_that_arrived_is_accepted_and_not_sent_again() -> None:
    stage = Stage(FILES, [PROPOSE, END])
    session = await killed_while_applying(stage, arrives=["app.py"])
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert stage.workspace.text("app.py") == AFTER
    assert len(stage.editor.sent) == 1
    assert stage.outcomes() == [("app.py", "accepted")]
    assert "All 1 edits were accepted" in results(stage.model.requests[1])[1]


async def test_edit_of_an_open_file_that_did_not_arrive_waits_again() -> None:
    stage = Stage(FILES, [PROPOSE, END])
    stage.workspace.type("app.py", BEFORE)
    session = await killed_while_applying(stage, arrives=[])
    _, proposal = await stage.supervisor.waiting.proposal(session)
    assert stage.workspace.text("app.py") == BEFORE, "nothing is sent by itself"
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == AFTER
    assert stage.status == "completed"
    assert "Done." in await stage.supervisor.queries.deliverable(session)


async def test_edit_of_a_file_that_is_not_shown_is_unverified_and_not_sent_again() -> None:
    stage = Stage(FILES, [PROPOSE, END])
    session = await killed_while_applying(stage, arrives=[])
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "unverified")]
    assert len(stage.editor.sent) == 1


async def test_edits_in_a_preview_that_is_gone_wait_again_whether_their_files_are_shown_or_not() -> (
    None
):
    stage = Stage(FILES, [PROPOSE, END])
    stage.editor.traits = replace(CAPABLE, confirms_edits=True)
    session = await killed_while_applying(stage, arrives=[], decision="review")
    _, proposal = await stage.supervisor.waiting.proposal(session)
    assert stage.workspace.text("app.py") == BEFORE
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "accepted")]
    assert stage.status == "completed"


async def test_files_that_did_not_arrive_wait_again_without_those_that_did() -> None:
    calls = (EDIT, edit("other.py", "a = 1", "a = 2"), write("new.py", "n\n"), deliver())
    stage = Stage(FILES, [Reply(tools=calls), END])
    stage.workspace.type("app.py", BEFORE)
    stage.workspace.type("other.py", "a = 1\n")
    session = await killed_while_applying(stage, arrives=["other.py"])
    _, proposal = await stage.supervisor.waiting.proposal(session)
    assert [change.label for change in proposal.changes] == ["app.py", "new.py"]
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.outcomes() == [
        ("other.py", "accepted"),
        ("app.py", "accepted"),
        ("new.py", "accepted"),
    ]
    applied = (await stage.state(session)).applied
    assert [change.label for change in applied] == ["other.py", "app.py", "new.py"]


async def test_hunks_that_the_user_left_out_are_still_told_after_a_crash() -> None:
    calls = (EDIT, edit("other.py", "a = 1", "a = 2"), deliver())
    stage = Stage(FILES, [Reply(tools=calls), END])
    session = await stage.run()
    proposal = await stage.proposal()

    async def die(changes: Sequence[FileChange]) -> ApplyAnswer:
        await stage.editor.apply_all(changes)
        stage.store.dead = True
        return ApplyAnswer(applied=True)

    stage.editor.behaviour = die
    chosen = frozenset([hunks(proposal.changes[0])[0].id])
    await stage.answer(session, proposal, "apply", hunks=chosen, reason="not a")
    await stage.ended(session)
    stage.after_a_crash()
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "accepted"), ("other.py", "refused")]
    assert "reason given: not a" in results(stage.model.requests[1])[2]


async def test_part_of_a_file_that_arrived_is_told_as_it_is() -> None:
    whole, part = "a\nb\nc\n", "A\nb\nc\n"
    edits = (edit("app.py", "a", "A"), edit("app.py", "c", "C"), deliver())
    stage = Stage({"app.py": whole}, [Reply(tools=edits), END])
    session = await killed_while_applying(stage, arrives=[])
    stage.workspace.type("app.py", part)
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "accepted"), ("app.py", "failed")]
    assert STOPPED in results(stage.model.requests[1])[2]


async def test_review_of_what_had_arrived_says_that_nothing_is_left() -> None:
    stage = Stage(FILES, [PROPOSE, END])
    session = await killed_while_applying(stage, arrives=["app.py"])
    with pytest.raises(Refused, match="no proposal that waits"):
        await stage.supervisor.waiting.proposal(session)
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "accepted")]
    assert stage.status == "completed"


# ---------------------------------------------------------------- waiting proposals and calls


async def test_reply_to_an_interrupted_review_is_a_refusal_with_that_reason() -> None:
    stage = Stage(FILES, [PROPOSE, END])
    session = await stage.run()
    await stage.proposal()
    await stage.supervisor.close()
    stage.after_a_crash()
    await stage.supervisor.reply(session, "use 4 instead")
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "refused")]
    assert "reason given: use 4 instead" in results(stage.model.requests[1])[1]
    assert texts(stage.model.requests[1]) == ["use 4 instead"]


async def test_results_of_calls_that_had_run_are_kept_and_only_the_rest_is_interrupted() -> None:
    ask = Call("question", {"questions": [{"question": "Which?", "header": "Which"}]})
    read = Call("read", {"filePath": "app.py"})
    stage = Stage(FILES, [Reply(tools=(read, ask, EDIT)), END])
    session = await stage.run()
    await stage.event(Kind.QUESTION)
    stage.after_a_crash()
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    first, second, third = results(stage.model.requests[1])
    assert "x = 1" in first
    assert (second, third) == (INTERRUPTED, INTERRUPTED)


async def test_each_call_of_a_turn_hears_only_of_its_own_review() -> None:
    calls = (EDIT, deliver(), Call("read", {"filePath": "app.py"}))
    stage = Stage(FILES, [Reply(tools=calls), END])
    session = await stage.run()
    waiting = await stage.proposal()
    await stage.supervisor.close()
    stage.after_a_crash()
    await stage.supervisor.waiting.proposal(session)
    await stage.answer(session, waiting, "reject", reason="no")
    await stage.ended(session)
    _, second, third = results(stage.model.requests[1])
    assert "reason given: no" in second
    assert third == INTERRUPTED


async def test_task_is_said_after_a_crash_before_its_first_message() -> None:
    stage = Stage(FILES, [END])
    session = await stage.run("Set x to 3.")
    stage.after_a_crash()
    assert stage.kinds(session) == ["started"]
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert texts(stage.model.requests[0]) == ["Set x to 3.", "Go on."]
