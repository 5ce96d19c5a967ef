"""The review: who is asked about what, in which order, and what an answer does. The model is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from backend_specialist.adapters.scripts import Reply
from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.ports import ApplyAnswer
from backend_specialist.domain.proposal import Proposal
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.review import SETTLED_BEFORE
from backend_specialist.sessions.services import Policy
from backend_specialist.sessions.stored import Refused
from support.dict_editor import CAPABLE
from support.scripted_model import results
from support.session_stage import Stage, deliver, edit, write

FILES = {"app.py": "a = 1\nb = 2\nc = 3\n", "other.py": "x = 1\n"}
A, C = edit("app.py", "a = 1", "a = 9"), edit("app.py", "c = 3", "c = 9")
OTHER = edit("other.py", "x = 1", "x = 9")
A_TYPED_BELOW, A_TYPED_INTO, A_TYPED_OUT = (
    FILES["app.py"] + "# mine\n",
    FILES["app.py"].replace("a = 1", "a = 5"),
    FILES["app.py"].replace("a = 1", "a = 9"),
)
PREVIEWS = type(CAPABLE)(applies_edits=True, creates_files=True, confirms_edits=True)
WORKFLOW = write(".github/workflows/ci.yml", "on: push\n")


async def proposed(*calls: object, **options: object) -> tuple[Stage, str, Proposal]:
    """A session that proposes these edits and waits, with a last answer for later."""
    stage = Stage(FILES, [Reply(tools=(*calls, deliver())), Reply(text="So be it.")], **options)
    session = await stage.run()
    return stage, session, await stage.proposal()


def told(stage: Stage) -> str:
    """What the model hears of the review."""
    return results(stage.model.requests[-1])[-1]


async def test_nothing_is_in_a_buffer_before_the_answer() -> None:
    stage, session, _ = await proposed(A)
    assert stage.editor.sent == []
    assert stage.workspace.text("app.py") == FILES["app.py"]
    await stage.supervisor.cancel(session)
    await stage.ended(session)


async def test_cancel_while_the_editor_applies_ends_with_what_became_of_it() -> None:
    stage, session, first = await proposed(A, WORKFLOW)
    applying = stage.editor.hold()
    await stage.answer(session, first)
    await applying.wait()
    await stage.supervisor.cancel(session)
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "accepted")]
    assert stage.status == "cancelled"
    assert len([event for event in stage.events if event.kind is Kind.PROPOSAL]) == 1
    (row,) = await stage.supervisor.queries.sessions()
    assert "revert" in row["actions"]
    assert "review" not in row["actions"], "the other file was given up"


async def test_only_the_chosen_hunks_are_applied_and_the_others_are_told_as_refused() -> None:
    stage, session, proposal = await proposed(A, C, OTHER)
    first = hunks(proposal.changes[0])[0].id
    await stage.answer(session, proposal, "apply", hunks=frozenset([first]))
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "a = 9\nb = 2\nc = 3\n"
    assert sorted(stage.outcomes()) == [
        ("app.py", "accepted"),
        ("app.py", "refused"),
        ("other.py", "refused"),
    ]
    assert stage.status == "completed", "refused without a reason: no further turn"


async def test_refusal_with_a_reason_is_told_and_goes_on() -> None:
    stage, session, proposal = await proposed(A)
    await stage.answer(session, proposal, "reject", reason="keep a")
    await stage.ended(session)
    assert "reason given: keep a" in told(stage)
    assert "Propose something better" in told(stage)


async def test_rounds_are_counted_and_the_last_one_ends_the_task() -> None:
    script = [Reply(tools=(edit("other.py", "x = 1", f"x = {n}"), deliver())) for n in (2, 3, 4)]
    stage = Stage(FILES, [*script, Reply(text="So be it.")], policy=Policy(rounds=3))
    session = await stage.run()
    mark = 0
    for _ in range(3):
        proposal = await stage.proposal(after=mark)
        mark = len(stage.events)
        await stage.answer(session, proposal, "reject", reason="no")
    await stage.ended(session)
    assert len(stage.model.requests) == 3
    assert stage.status == "completed"
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert "No review rounds are left" in told(stage)


async def test_identical_hunk_is_never_asked_about_again() -> None:
    again = Reply(tools=(A, OTHER, deliver()))
    stage = Stage(FILES, [Reply(tools=(A, deliver())), again, Reply(text="So be it.")])
    session = await stage.run()
    await stage.answer(session, await stage.proposal(), "reject", reason="keep a")
    mark = len(stage.events)
    second = await stage.proposal(after=mark)
    assert [change.label for change in second.changes] == ["other.py"]
    await stage.answer(session, second)
    await stage.ended(session)
    assert SETTLED_BEFORE in told(stage)
    assert stage.workspace.text("app.py") == FILES["app.py"]


async def test_refused_hunk_that_has_shifted_is_not_asked_about_again() -> None:
    script = [Reply(tools=(C, deliver())), Reply(tools=(C, deliver())), Reply(text="So be it.")]
    stage = Stage(FILES, script)
    session = await stage.run()
    proposal = await stage.proposal()
    stage.workspace.type("app.py", "# mine\n" + FILES["app.py"])
    await stage.answer(session, proposal, "reject", reason="keep c")
    await stage.ended(session)
    assert [event.kind for event in stage.events].count(Kind.PROPOSAL) == 1
    assert SETTLED_BEFORE in told(stage)


async def test_edit_that_was_refused_in_the_wrong_place_is_asked_about_in_the_right_one() -> None:
    text = "def list_orders():\n    return 1\n\n\ndef delete_order():\n    return 2\n"
    above = [
        edit("app.py", f"def {name}", f"@login_required\ndef {name}")
        for name in ("list_orders", "delete_order")
    ]
    stage = Stage({"app.py": text}, [Reply(tools=(each, deliver())) for each in above])
    session = await stage.run()
    wrong = await stage.proposal()
    await stage.answer(session, wrong, "reject", reason="put it on delete_order")
    mark = len(stage.events)
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    wanted = text.replace("def delete_order", "@login_required\ndef delete_order")
    assert stage.workspace.text("app.py") == wanted


async def test_new_word_of_the_user_opens_what_they_refused_before() -> None:
    again = Reply(tools=(A, deliver()))
    stage = Stage(FILES, [again, again, again, Reply(text="So be it.")])
    session = await stage.run()
    await stage.answer(session, await stage.proposal(), "reject")
    await stage.ended(session)
    mark = len(stage.events)
    await stage.supervisor.reply(session, "I was wrong: propose exactly that again.")
    second = await stage.proposal(after=mark)
    mark = len(stage.events)
    await stage.answer(session, second, "reject", reason="no, after all")
    await stage.ended(session)
    assert Kind.PROPOSAL not in {event.kind for event in stage.events[mark:]}, "one word, once"
    assert SETTLED_BEFORE in told(stage)


# ---------------------------------------------------------------- what moved meanwhile


async def test_hunk_that_only_shifted_after_the_answer_is_applied_where_it_is_now() -> None:
    stage, session, proposal = await proposed(C)
    stage.workspace.type("app.py", "# mine\n" + FILES["app.py"])
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "# mine\na = 1\nb = 2\nc = 9\n"
    assert stage.outcomes() == [("app.py", "accepted")]


async def test_hunk_under_which_the_user_typed_is_stale_and_the_rest_is_asked_again_or_applied() -> (
    None
):
    stage, session, proposal = await proposed(A, OTHER)
    stage.workspace.type("app.py", FILES["app.py"].replace("a = 1", "a = 5"))
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "a = 5\nb = 2\nc = 3\n"
    assert stage.workspace.text("other.py") == "x = 9\n"
    assert sorted(stage.outcomes()) == [("app.py", "stale"), ("other.py", "accepted")]
    assert "read the file again" in told(stage)


async def test_text_that_would_change_after_the_answer_is_asked_again() -> None:
    stage, session, proposal = await proposed(A, C)
    stage.workspace.type("app.py", FILES["app.py"].replace("c = 3", "c = 9"))
    mark = len(stage.events)
    await stage.answer(session, proposal)
    again = await stage.proposal(after=mark)
    assert again.id != proposal.id
    assert len(hunks(again.changes[0])) == 1
    assert stage.editor.sent == []
    await stage.answer(session, again)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "a = 9\nb = 2\nc = 9\n"


# ---------------------------------------------------------------- order of questions


async def test_protected_file_has_a_question_of_its_own_after_the_others() -> None:
    stage, session, first = await proposed(WORKFLOW, A)
    assert [change.label for change in first.changes] == ["app.py"]
    mark = len(stage.events)
    await stage.answer(session, first)
    second = await stage.proposal(after=mark)
    assert [change.label for change in second.changes] == [".github/workflows/ci.yml"]
    assert "The CI acts on files like this one" in second.protected
    await stage.answer(session, second, "reject")
    await stage.ended(session)
    assert stage.workspace.text(".github/workflows/ci.yml") is None


async def test_allowed_edit_is_applied_unasked_but_not_a_protected_one() -> None:
    stage, session, asked = await proposed(A, WORKFLOW, permission={"edit": "allow"})
    assert stage.workspace.text("app.py") == "a = 9\nb = 2\nc = 3\n"
    assert [change.label for change in asked.changes] == [".github/workflows/ci.yml"]
    await stage.supervisor.cancel(session)
    await stage.ended(session)


async def test_allowed_and_asked_files_of_one_change_set_are_two_proposals() -> None:
    rules = {"edit": {"*": "ask", "other.py": "allow"}}
    stage, session, asked = await proposed(A, OTHER, permission=rules)
    assert stage.workspace.text("other.py") == "x = 9\n"
    assert [change.label for change in asked.changes] == ["app.py"]
    await stage.answer(session, asked)
    await stage.ended(session)


async def test_rule_for_a_path_below_a_root_holds_with_several_roots_as_well() -> None:
    stage = Stage(
        {"/api/migrations/a.py": "x = 1\n", "/web/b.py": ""},
        [Reply(tools=(edit("/api/migrations/a.py", "x = 1", "x = 3"), deliver()))],
        roots=("/api", "/web"),
        permission={"edit": {"*": "allow", "migrations/*": "ask"}},
    )
    session = await stage.run()
    proposal = await stage.proposal()
    assert stage.editor.sent == []
    assert proposal.changes[0].label == "api/migrations/a.py"
    await stage.supervisor.cancel(session)
    await stage.ended(session)


@pytest.mark.parametrize(("rules", "real"), [
    ({"edit": {"*": "allow", "secret/*": "ask"}}, "/shop/secret/app.py"),
    ({"edit": "allow"}, "/shop/.github/workflows/ci.yml"),
], ids=["asked", "protected"])  # fmt: skip
async def test_link_that_the_editor_has_open_does_not_hide_where_it_leads(
    rules: dict, real: str
) -> None:
    stage = Stage(FILES, [Reply(tools=(A, deliver()))], permission=rules)

    async def spellings(*paths: str) -> list[tuple[str, ...]]:
        return [(path, real if path == "/shop/app.py" else path) for path in paths]

    stage.workspace.disk.spellings = spellings
    stage.workspace.type("app.py", FILES["app.py"])
    session = await stage.run()
    await stage.proposal()
    assert stage.editor.sent == []
    await stage.supervisor.cancel(session)
    await stage.ended(session)


async def test_each_edit_is_reviewed_at_once_where_the_policy_says_so() -> None:
    stage = Stage(
        FILES,
        [Reply(tools=(A, OTHER)), Reply(tools=(deliver(),))],
        policy=Policy(review="each"),
    )
    session = await stage.run()
    first = await stage.proposal()
    assert [change.label for change in first.changes] == ["app.py"]
    mark = len(stage.events)
    await stage.answer(session, first)
    second = await stage.proposal(after=mark)
    await stage.answer(session, second, "reject", reason="keep x")
    await stage.ended(session)
    accepted, refused = results(stage.model.requests[1])
    assert "accepted" in accepted
    assert "keep x" in refused


# ---------------------------------------------------------------- the editor


async def test_review_in_an_editor_without_a_preview_that_asks_is_refused_and_applies_nothing() -> (
    None
):
    stage, session, proposal = await proposed(A)
    with pytest.raises(Refused, match="no preview that asks") as caught:
        await stage.answer(session, proposal, "review")
    assert caught.value.key == "decision"
    assert stage.editor.sent == []
    assert stage.status == "awaitingReview"
    await stage.supervisor.close()


async def test_editor_that_takes_no_edits_is_asked_nothing_and_the_patch_is_left() -> None:
    stage = Stage(FILES, [Reply(tools=(A, deliver()))])
    stage.editor.traits = type(CAPABLE)(name="reader")
    session = await stage.finished()
    assert stage.outcomes() == [("app.py", "failed")]
    assert stage.editor.sent == []
    assert stage.status == "completed"
    assert (await stage.state(session)).waiting == ()


@pytest.mark.parametrize(("typed", "again", "outcomes", "left"), [
    (A_TYPED_BELOW, ["app.py", "other.py"], ["accepted", "accepted"], "a = 9\nb = 2\nc = 3\n# mine\n"),
    (A_TYPED_INTO, ["other.py"], ["accepted", "stale"], A_TYPED_INTO),
    (A_TYPED_OUT, ["other.py"], ["accepted", "accepted"], A_TYPED_OUT),
], ids=["beside it", "into it", "it by hand"])  # fmt: skip
async def test_typing_while_the_editors_preview_is_open_refuses_nothing_and_is_asked_about(
    typed: str, again: list[str], outcomes: list[str], left: str
) -> None:
    """An editor fails the whole preview then, whatever was ticked."""
    stage, session, proposal = await proposed(A, OTHER)
    stage.editor.traits = PREVIEWS

    async def overtaken(changes: Sequence[FileChange]) -> ApplyAnswer:
        stage.workspace.type("app.py", typed)
        stage.editor.behaviour = stage.editor.apply_all
        return ApplyAnswer(applied=False)

    stage.editor.behaviour = overtaken
    mark = len(stage.events)
    await stage.answer(session, proposal, "review")
    renewed = await stage.proposal(after=mark)
    assert [change.label for change in renewed.changes] == again
    await stage.answer(session, renewed, "review")
    await stage.ended(session)
    assert (stage.workspace.text("app.py"), stage.workspace.text("other.py")) == (left, "x = 9\n")
    assert sorted(result for _, result in stage.outcomes()) == outcomes
    assert len(stage.model.requests) == 1 + outcomes.count("stale"), "nothing was refused"


async def test_proposal_whose_every_edit_was_typed_over_in_the_preview_is_closed() -> None:
    stage, session, proposal = await proposed(A)
    stage.editor.traits = PREVIEWS

    async def overtaken(changes: Sequence[FileChange]) -> ApplyAnswer:
        stage.workspace.type("app.py", A_TYPED_INTO)
        return ApplyAnswer(applied=False)

    stage.editor.behaviour = overtaken
    await stage.answer(session, proposal, "review")
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "stale")]
    assert "read the file again" in told(stage)


@pytest.mark.parametrize(("decision", "preview", "confirmed"), [
    ("review", False, True),
    ("applyAll", True, True),
    ("applyAll", False, False),
])  # fmt: skip
async def test_editors_own_preview_is_used_where_it_was_asked_for(
    decision: str, preview: bool, confirmed: bool
) -> None:
    stage = Stage(FILES, [Reply(tools=(A, deliver()))], policy=Policy(preview=preview))
    stage.editor.traits = PREVIEWS
    session = await stage.run()
    await stage.answer(session, await stage.proposal(), decision)
    await stage.ended(session)
    assert stage.editor.confirmed == [confirmed]


async def test_lie_of_the_editor_is_told_as_what_it_is() -> None:
    stage, session, proposal = await proposed(A)
    stage.workspace.type("app.py", FILES["app.py"])

    async def lie(changes: Sequence[FileChange]) -> ApplyAnswer:
        return ApplyAnswer(applied=True)

    stage.editor.behaviour = lie
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "unverified")]
    assert (await stage.state(session)).applied == ()


async def test_question_waits_as_long_as_the_user_needs_and_silence_applies_nothing() -> None:
    stage, _, _ = await proposed(A)
    for _ in range(50):
        await asyncio.sleep(0)
    assert stage.status == "awaitingReview"
    assert stage.editor.sent == []
    await stage.supervisor.close()
