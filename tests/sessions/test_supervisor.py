"""What a client may ask of sessions, running or stored."""

from __future__ import annotations

import asyncio

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.changeset import hunks
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.proposal import Answer, Proposal
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.stored import Refused
from support.list_store import ListStore
from support.scripted_model import texts
from support.session_stage import Stage, deliver, edit, write

FILES = {"app.py": "x = 1\ny = 2\n"}
PROPOSE = [Reply(tools=(edit("app.py", "x = 1", "x = 3"), deliver())), Reply(text="So be it.")]
ASK = Reply(tools=(Call("question", {"questions": [{"question": "Which?", "header": "Which"}]}),))


async def completed(stage: Stage) -> str:
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    return session


async def test_reply_while_a_review_waits_is_a_refusal_with_that_reason() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    await stage.proposal()
    await stage.supervisor.reply(session, "use 4 instead")
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "refused")]
    assert "use 4 instead" in str(stage.model.requests[1]["messages"][-1])


async def test_reply_while_a_question_waits_is_its_answer() -> None:
    stage = Stage(FILES, [ASK, Reply(text="Good.")])
    session = await stage.run()
    await stage.event(Kind.QUESTION)
    await stage.supervisor.reply(session, "The second.")
    await stage.ended(session)
    assert "The second." in str(stage.model.requests[1]["messages"][-1])
    assert len(stage.model.requests) == 2


async def test_replies_at_the_same_moment_to_a_stored_session_are_one_job() -> None:
    stage = Stage(FILES, [Reply(text="One."), Reply(text="Two."), Reply(text="Three.")])
    session = await stage.finished()
    await asyncio.gather(
        stage.supervisor.reply(session, "first"), stage.supervisor.reply(session, "second")
    )
    await stage.ended(session)
    said = [text for request in stage.model.requests[1:] for text in texts(request)]
    assert said == ["first", "second"]
    assert stage.status == "completed"


async def test_reply_to_an_unknown_session_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="no session 'nope'") as caught:
        await Stage().supervisor.reply("nope", "Hello?")
    assert caught.value.key == "sessionId"


async def test_session_of_another_server_can_be_read_and_not_continued() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    await stage.proposal()
    other = Stage(FILES, store=ListStore(stage.store.shelf))
    assert "app.py" in await other.supervisor.queries.transcript(session)
    with pytest.raises(Refused, match="in use by another editor"):
        await other.supervisor.reply(session, "Mine now.")
    with pytest.raises(Refused, match="in use by another editor"):
        await other.supervisor.revert(session)
    with pytest.raises(Refused, match="in use by another editor"):
        await other.supervisor.delete(session)
    with pytest.raises(Refused, match="in use by another editor"):
        await other.supervisor.cancel(session)
    (row,) = await other.supervisor.queries.sessions()
    assert (row["status"], row["waiting"]) == ("awaitingReview", True)
    assert row["actions"] == ["showTranscript"], "nothing is offered that cannot work"
    await stage.supervisor.close()


# ---------------------------------------------------------------- URLs in replies

PAGE = "https://a.test/page"
FETCH = Reply(tools=(Call("webfetch", {"url": PAGE}),))


async def fetched(stage: Stage, session: str) -> None:
    """Have the page fetched by the next reply, without a question."""
    mark = len(stage.events)
    await stage.supervisor.reply(session, "Read that page.")
    await stage.ended(session)
    assert not [e for e in stage.events[mark:] if e.kind is Kind.PERMISSION]
    assert f"The page {PAGE}" in str(stage.model.requests[-1]["messages"][-1])


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
async def test_url_of_an_earlier_reply_was_typed(restarted: bool) -> None:
    stage = Stage(FILES, [Reply(text="One."), Reply(text="Two."), FETCH, Reply(text="Seen.")])
    session = await stage.finished()
    await stage.supervisor.reply(session, f"This is it: {PAGE}.")
    await stage.ended(session)
    if restarted:
        stage.after_a_crash()
    await fetched(stage, session)


async def test_url_of_a_reply_that_was_the_reason_of_a_refusal_was_typed() -> None:
    stage = Stage(FILES, [PROPOSE[0], Reply(text="I see."), FETCH, Reply(text="Seen.")])
    session = await stage.run()
    await stage.proposal()
    await stage.supervisor.reply(session, f"Do it as on {PAGE}")
    await stage.ended(session)
    await fetched(stage, session)


async def test_url_of_a_reply_that_answered_a_question_was_typed() -> None:
    stage = Stage(FILES, [ASK, Reply(text="Good."), FETCH, Reply(text="Seen.")])
    session = await stage.run()
    await stage.event(Kind.QUESTION)
    await stage.supervisor.reply(session, f"As on {PAGE}")
    await stage.ended(session)
    await fetched(stage, session)


async def test_url_that_only_a_file_of_the_task_has_was_not_typed() -> None:
    selected = Snapshot(uri="file:///shop/app.py", path="/shop/app.py", text=f"# {PAGE}\n")
    stage = Stage(FILES, [FETCH, Reply(text="Seen.")])
    session = await stage.run(document=selected, selection=(0, len(selected.text)))
    asked = await stage.event(Kind.PERMISSION)
    assert PAGE in texts(stage.model.requests[0])[0]
    await stage.supervisor.answer_request(session, asked.data["requestId"], "reject")
    await stage.ended(session)


# ---------------------------------------------------------------- answers


async def test_answer_to_another_proposal_is_refused_and_applies_nothing() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    await stage.proposal()
    with pytest.raises(Refused, match="no longer open") as caught:
        await stage.supervisor.answer(session, Answer(proposal_id="old", decision="applyAll"))
    assert caught.value.key == "proposalId"
    assert stage.editor.sent == []
    await stage.supervisor.close()


async def test_answer_that_names_a_hunk_that_is_not_there_is_refused() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    proposal = await stage.proposal()
    with pytest.raises(Refused, match="no hunk nonsense") as caught:
        await stage.answer(session, proposal, "apply", hunks=frozenset(["nonsense"]))
    assert caught.value.key == "hunks"
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "accepted")]


async def test_second_answer_is_refused() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    proposal = await stage.proposal()
    await stage.answer(session, proposal, "reject")
    with pytest.raises(Refused, match="no longer open"):
        await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == FILES["app.py"]


async def test_answer_to_a_request_that_is_not_open_is_refused() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await completed(stage)
    with pytest.raises(Refused, match="no longer open") as caught:
        await stage.supervisor.answer_request(session, "question-1", "yes")
    assert caught.value.key == "requestId"


# ---------------------------------------------------------------- reverting


async def test_revert_proposes_the_reverse_and_applies_it_when_accepted() -> None:
    stage = Stage(FILES, [Reply(tools=(PROPOSE[0].tools[0], write("new.py", "n\n"), deliver()))])
    session = await completed(stage)
    mark = len(stage.events)
    await stage.supervisor.revert(session)
    proposal = await stage.proposal(after=mark)
    assert [change.delete for change in proposal.changes] == [False, True]
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == FILES["app.py"]
    assert stage.workspace.text("new.py") is None
    assert stage.outcomes()[2:] == [("app.py", "accepted"), ("new.py", "accepted")]
    with pytest.raises(Refused, match="nothing that can be reverted"):
        await stage.supervisor.revert(session)


async def test_specialist_hears_of_the_revert_with_the_next_reply() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await completed(stage)
    mark = len(stage.events)
    await stage.supervisor.revert(session)
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    await stage.supervisor.reply(session, "Try again.")
    await stage.ended(session)
    said = texts(stage.model.requests[-1])
    assert "the reverse of your applied edits" in said[0]
    assert said[-1] == "Try again."


async def test_revert_leaves_what_waits_of_an_earlier_job_alone() -> None:
    script = [PROPOSE[0], Reply(tools=(edit("app.py", "y = 2", "y = 9"), deliver()))]
    stage = Stage(FILES, script)
    session = await completed(stage)
    mark = len(stage.events)
    await stage.supervisor.reply(session, "And y.")
    waiting = await stage.proposal(after=mark)
    await stage.supervisor.cancel(session)
    await stage.ended(session)
    mark = len(stage.events)
    await stage.supervisor.revert(session)
    proposal = await stage.proposal(after=mark)
    assert "y = 9" not in proposal.changes[0].text
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert [item.id for item in (await stage.state(session)).waiting] == [waiting.id]


async def test_revert_of_what_the_user_has_changed_since_is_refused_with_the_file() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await completed(stage)
    stage.workspace.type("app.py", "x = 3 + 1\ny = 2\n")
    with pytest.raises(Refused, match="py changed since"):
        await stage.supervisor.revert(session)
    assert stage.store.shelf.leases == {}


async def reverting(stage: Stage, session: str) -> Proposal:
    mark = len(stage.events)
    await stage.supervisor.revert(session)
    return await stage.proposal(after=mark)


async def actions(stage: Stage) -> list[str]:
    (row,) = await stage.supervisor.queries.sessions()
    return row["actions"]


async def test_file_that_the_user_has_changed_is_said_to_be_left_out_and_is_reverted_later() -> (
    None
):
    files = {"a.py": "a = 1\n", "b.py": "b = 1\n"}
    both = (edit("a.py", "a = 1", "a = 2"), edit("b.py", "b = 1", "b = 2"))
    stage = Stage(files, [Reply(tools=(*both, deliver()))])
    session = await completed(stage)
    stage.workspace.type("a.py", "a = 2  # mine\n")
    proposal = await reverting(stage, session)
    assert [change.label for change in proposal.changes] == ["b.py"]
    assert proposal.title == "Revert without a.py: Do it."
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.reason.startswith("a.py changed since")
    assert stage.reason.endswith("Undo that change and revert again.")
    assert "a.py changed since" in str((await stage.state(session)).messages[-1]), "to the model"
    assert "revert" in await actions(stage)

    stage.workspace.type("a.py", "a = 2\n")
    proposal = await reverting(stage, session)
    assert [change.label for change in proposal.changes] == ["a.py"]
    assert proposal.title == "Revert: Do it."
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert {name: stage.workspace.text(name) for name in files} == files
    assert stage.reason == ""
    assert "revert" not in await actions(stage)


async def test_what_was_refused_of_a_revert_can_be_reverted_later_and_the_rest_no_more() -> None:
    both = (edit("app.py", "x = 1", "x = 3"), edit("app.py", "z = 3", "z = 9"))
    stage = Stage({"app.py": "x = 1\ny = 2\nz = 3\n"}, [Reply(tools=(*both, deliver()))])
    session = await completed(stage)
    proposal = await reverting(stage, session)
    first, _ = hunks(proposal.changes[0])
    await stage.answer(session, proposal, "apply", hunks=frozenset([first.id]))
    await stage.ended(session)
    assert "revert" in await actions(stage)
    stage.workspace.type("app.py", "x = 3  # mine\ny = 2\nz = 9\n")
    await stage.answer(session, await reverting(stage, session))
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "x = 3  # mine\ny = 2\nz = 3\n"
    assert "revert" not in await actions(stage)


async def test_revert_that_is_cancelled_while_the_editor_applies_it_is_one_that_was_done() -> None:
    stage = Stage(FILES, [*PROPOSE, Reply(text="I see.")])
    session = await completed(stage)
    proposal = await reverting(stage, session)
    applying = stage.editor.hold()
    await stage.answer(session, proposal)
    await applying.wait()
    await stage.supervisor.cancel(session)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == FILES["app.py"]
    state = await stage.state(session)
    assert (stage.status, state.status) == ("cancelled", "cancelled")
    assert (state.waiting, state.applying, state.changes.changes) == ((), None, ())
    assert (await actions(stage))[:2] == ["reply", "showTranscript"], "nothing is left to revert"
    await stage.supervisor.reply(session, "Try again.")
    await stage.ended(session)
    assert "the reverse of your applied edits" in "".join(texts(stage.model.requests[-1]))


async def test_revert_of_a_running_session_is_refused() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    await stage.proposal()
    with pytest.raises(Refused, match="still running"):
        await stage.supervisor.revert(session)
    await stage.supervisor.close()


# ---------------------------------------------------------------- the deliverable


async def test_deliverable_is_saved_through_a_proposal() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await completed(stage)
    mark = len(stage.events)
    await stage.supervisor.save_deliverable(session, "docs/out.md")
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    assert stage.workspace.text("docs/out.md") == await stage.supervisor.queries.deliverable(
        session
    )


@pytest.mark.parametrize(("path", "words"), [
    ("/elsewhere/out.md", "outside the workspace"),
    (".env", "kept from the model"),
])  # fmt: skip
async def test_deliverable_to_a_place_that_cannot_be_is_said_and_the_session_stays_completed(
    path: str, words: str
) -> None:
    stage = Stage(FILES, PROPOSE)
    session = await completed(stage)
    with pytest.raises(Refused, match=words) as caught:
        await stage.supervisor.save_deliverable(session, path)
    assert caught.value.key == "path"
    assert (await stage.state(session)).status == "completed"
    assert stage.store.shelf.leases == {}


async def test_task_that_names_an_output_proposes_the_deliverable_there() -> None:
    stage = Stage(FILES, [Reply(text="All is well.")])
    session = await stage.run(output="out.md")
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert "All is well." in (stage.workspace.text("out.md") or "")
    assert stage.status == "completed"


async def test_deliverable_of_a_session_without_one_is_refused() -> None:
    stage = Stage(FILES, [])
    session = await stage.finished()
    with pytest.raises(Refused, match="no deliverable yet"):
        await stage.supervisor.queries.deliverable(session)


# ---------------------------------------------------------------- listing and deleting


async def test_sessions_are_listed_newest_first_with_what_became_of_them() -> None:
    stage = Stage(FILES, PROPOSE)
    first = await completed(stage)
    second = await stage.run("Another.")
    listed = await stage.supervisor.queries.sessions()
    assert [item["sessionId"] for item in listed] == [second, first]
    assert listed[1]["files"] == ["app.py"]
    assert (listed[0]["title"], listed[1]["status"]) == ("Another.", "completed")
    await stage.supervisor.close()


async def test_deleted_session_is_gone_and_a_running_one_cannot_be_deleted() -> None:
    stage = Stage(FILES, [Reply(text="Done.")])
    session = await stage.run()
    with pytest.raises(Refused, match="still running"):
        await stage.supervisor.delete(session)
    await stage.ended(session)
    assert await stage.supervisor.delete(session)
    with pytest.raises(Refused, match="no session"):
        await stage.supervisor.queries.transcript(session)


async def test_approval_for_the_session_is_listed_and_can_be_revoked() -> None:
    url = {"url": "https://a.test/"}
    fetch = Reply(tools=(Call("webfetch", url),))
    stage = Stage(FILES, [fetch, ASK, fetch, Reply(text="Done.")])
    session = await stage.run()
    asked = await stage.event(Kind.PERMISSION)
    await stage.supervisor.answer_request(session, asked.data["requestId"], "session")
    question = await stage.event(Kind.QUESTION)
    (approval,) = stage.supervisor.approvals()
    assert (approval["permission"], approval["pattern"]) == ("webfetch", url["url"])
    assert await stage.supervisor.revoke(approval["approvalId"])
    assert not await stage.supervisor.revoke(approval["approvalId"])
    mark = len(stage.events)
    await stage.supervisor.answer_request(session, question.data["requestId"], "go on")
    await stage.event(Kind.PERMISSION, after=mark)
    await stage.supervisor.close()


async def test_review_without_a_session_takes_the_only_one_that_waits() -> None:
    stage = Stage(FILES, PROPOSE)
    with pytest.raises(Refused, match="No single session waits"):
        await stage.supervisor.waiting.proposal(None)
    first = await stage.run()
    await stage.proposal()
    assert (await stage.supervisor.waiting.proposal(None))[0] == first
    mark = len(stage.events)
    await stage.run()
    await stage.proposal(after=mark)
    with pytest.raises(Refused, match="Several sessions wait"):
        await stage.supervisor.waiting.proposal(None)
    await stage.supervisor.close()
