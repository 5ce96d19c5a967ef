"""What the user says while a session runs: it is kept at once, heard with the next request, and before any review.

The model is scripted. ``tests/e2e/test_commands.py`` says the same of the real server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress

import pytest

from backend_specialist.adapters.scripts import Call, Reply, Script
from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.ports import (
    ApplyAnswer,
    ModelError,
    ModelEvent,
    ModelRequest,
    Record,
)
from backend_specialist.domain.transcript import Usage
from backend_specialist.sessions.compaction import REQUEST
from backend_specialist.sessions.events import Event, Kind
from backend_specialist.sessions.loop import LAST_STEP
from backend_specialist.sessions.review import UNHEARD
from backend_specialist.sessions.services import Policy
from backend_specialist.sessions.stored import Refused
from support.scripted_model import ScriptedModel, results, texts
from support.session_stage import Stage, deliver, edit, write

FILES = {"app.py": "x = 1\ny = 2\n"}
NO = "No, make it 3."
TWO, THREE = edit("app.py", "x = 1", "x = 2"), edit("app.py", "x = 2", "x = 3")
READ = Reply(tools=(Call("read", {"filePath": "app.py"}),))
FIRST, BETTER = Reply(tools=(TWO, deliver())), Reply(tools=(THREE, deliver()))
END = Reply(text="So be it.")
WORKFLOW = write(".github/workflows/ci.yml", "on: push\n")


class Interrupted(ScriptedModel):
    """While it answers its n-th request, the user says ``words[n]``; ``failures[n]`` is how that request ends."""

    def __init__(self, script: Script, words: Mapping[int, str]) -> None:
        super().__init__(script)
        self.words = words
        self.failures: Mapping[int, ModelError] = {}
        self.stage: Stage | None = None
        self.session = ""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        assert self.stage
        number = len(self.requests)
        if word := self.words.get(number):
            (session,) = self.stage.store.shelf.heads
            await self.stage.supervisor.reply(session, word)
        if failure := self.failures.get(number):
            self.requests.append({})
            raise failure
        async for event in super().stream(request):
            yield event


def interrupted(script: Script, words: Mapping[int, str], **options: object) -> Stage:
    """A stage on which the user speaks during these requests."""
    stage = Stage(FILES, **options)
    stage.model = Interrupted(script, words)
    stage.model.stage = stage
    stage.supervisor = stage._supervisor()
    return stage


def proposals(stage: Stage) -> list[str]:
    """The text of the first file of every proposal that the user saw."""
    return [e.source.changes[0].text for e in stage.events if e.kind is Kind.PROPOSAL]


def statuses(stage: Stage) -> list[str]:
    return [e.data["status"] for e in stage.events if e.kind is Kind.STATUS]


# ---------------------------------------------------------------- the next request


async def test_word_comes_with_the_results_of_the_tools_and_behind_them() -> None:
    stage = interrupted([READ, END], {0: NO})
    await stage.finished()
    last = stage.model.requests[1]["messages"][-1]["content"]
    assert [block["type"] for block in last] == ["tool_result", "text"]
    assert texts(stage.model.requests[1]) == [NO]


async def test_words_are_heard_in_their_order() -> None:
    stage = interrupted([READ, END], {0: NO})
    session = await stage.run()
    await stage.supervisor.reply(session, "First.")
    await stage.ended(session)
    said = [block["text"] for block in _texts(stage.model.requests[-1])]
    assert said[-2:] == ["First.", NO]
    assert len(stage.model.requests) == 2


def _texts(request: Mapping[str, object]) -> list[Mapping[str, str]]:
    return [
        block
        for message in request["messages"]
        for block in message["content"]
        if block["type"] == "text"
    ]


async def test_no_review_opens_before_the_word_is_heard() -> None:
    stage = interrupted([FIRST, BETTER], {0: NO})
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert UNHEARD in results(stage.model.requests[1])[1]
    assert texts(stage.model.requests[1]) == [NO]
    assert proposals(stage) == ["x = 3\ny = 2\n"], "what was proposed first was never asked about"
    assert stage.outcomes() == [("app.py", "accepted")]
    assert stage.status == "completed"


async def test_edit_that_needs_no_question_is_not_applied_before_the_word_is_heard() -> None:
    stage = interrupted([FIRST, BETTER], {0: NO}, permission={"edit": "allow"})
    await stage.finished()
    assert [change.text for sent in stage.editor.sent for change in sent] == ["x = 3\ny = 2\n"]
    assert texts(stage.model.requests[1]) == [NO]


async def test_review_of_every_edit_waits_for_the_word_as_well() -> None:
    stage = interrupted([FIRST, BETTER, END], {0: NO}, policy=Policy(review="each"))
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert proposals(stage) == ["x = 3\ny = 2\n"]
    assert all(UNHEARD in result for result in results(stage.model.requests[1]))


async def test_session_does_not_end_before_the_word_is_heard() -> None:
    stage = interrupted([Reply(text="One."), Reply(text="Two.")], {0: NO})
    session = await stage.finished()
    assert texts(stage.model.requests[1]) == [NO]
    assert statuses(stage).count("completed") == 1, "it did not end in between"
    assert "Two." in await stage.supervisor.queries.deliverable(session)


async def test_word_during_the_last_request_that_the_model_takes_is_heard_by_another() -> None:
    stage = interrupted([FIRST, END, END], {1: "Thanks."})
    session = await stage.run()
    await stage.answer(session, await stage.proposal(), "reject", reason="no")
    await stage.ended(session)
    assert texts(stage.model.requests[2]) == ["Thanks."]
    assert statuses(stage).count("completed") == 1


async def test_word_while_the_editor_applies_is_heard_and_the_next_question_waits_for_it() -> None:
    stage = Stage(FILES, [Reply(tools=(TWO, WORKFLOW, deliver())), Reply(tools=(deliver(),))])
    session = await stage.run()

    async def spoken(changes: Sequence[FileChange]) -> ApplyAnswer:
        stage.editor.behaviour = stage.editor.apply_all
        await stage.supervisor.reply(session, "And no pipeline.")
        return await stage.editor.apply_all(changes)

    stage.editor.behaviour = spoken
    await stage.answer(session, await stage.proposal())
    mark = len(stage.events)
    workflow = await stage.event(Kind.PROPOSAL, after=mark)
    assert workflow.source.protected
    assert texts(stage.model.requests[1]) == ["And no pipeline."]
    told = results(stage.model.requests[1])[-1]
    assert "All 1 edits were accepted" in told
    assert UNHEARD in told
    await stage.answer(session, workflow.source, "reject")
    await stage.ended(session)
    assert stage.status == "completed"
    assert not (await stage.state(session)).waiting


async def test_all_is_accepted_and_the_word_is_heard_before_the_end() -> None:
    stage = Stage(FILES, [FIRST, END])
    session = await stage.run()

    async def spoken(changes: Sequence[FileChange]) -> ApplyAnswer:
        await stage.supervisor.reply(session, "And y?")
        return await stage.editor.apply_all(changes)

    stage.editor.behaviour = spoken
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert texts(stage.model.requests[1]) == ["And y?"]
    assert statuses(stage).count("completed") == 1


async def test_word_while_a_permission_waits_is_heard_after_it() -> None:
    fetch = Reply(tools=(Call("webfetch", {"url": "https://a.test/"}),))
    stage = Stage(FILES, [fetch, END])
    session = await stage.run()
    asked = await stage.event(Kind.PERMISSION)
    await stage.supervisor.reply(session, NO)
    assert stage.status == "awaitingAnswer"
    await stage.supervisor.answer_request(session, asked.data["requestId"], "once")
    await stage.ended(session)
    assert texts(stage.model.requests[1]) == [NO]


# ---------------------------------------------------------------- limits, failures, room


async def test_word_begins_a_new_budget_also_for_the_calls_of_the_turn_that_used_it_up() -> None:
    stage = interrupted([READ, END], {0: NO}, policy=Policy(max_cost_usd=0.5))
    stage.model.usage = lambda body: Usage(input_tokens=10, cost=0.75)
    await stage.finished()
    assert "x = 1" in results(stage.model.requests[1])[0]
    assert texts(stage.model.requests[1]) == [NO]


async def test_word_in_the_last_step_gives_new_steps() -> None:
    stage = interrupted([Reply(text="One."), END], {0: NO}, policy=Policy(max_steps=1))
    session = await stage.finished()
    assert LAST_STEP in texts(stage.model.requests[0])
    assert NO in texts(stage.model.requests[1])
    assert statuses(stage).count("paused") == 1, "it did not pause in between"
    assert (await stage.state(session)).steps == 1


@pytest.mark.parametrize("reason", ["refusal", "model_context_window_exceeded"])
async def test_turn_that_would_end_the_session_is_not_the_end_before_the_word_is_heard(
    reason: str,
) -> None:
    stage = interrupted([Reply(text="No.", stop_reason=reason), END], {0: NO})
    await stage.finished()
    assert NO in texts(stage.model.requests[-1])
    assert stage.status == "completed"
    assert not [e for e in stage.events if e.kind is Kind.ERROR]


async def test_request_that_fails_for_good_opens_no_review_before_the_word_is_heard() -> None:
    stage = interrupted([Reply(tools=(TWO,)), END, END], {1: NO})
    stage.model.failures = {1: ModelError("request", "The endpoint refused the request.")}
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert texts(stage.model.requests[2])[-1] == NO
    assert stage.status == "completed"
    assert not [e for e in stage.events if e.kind is Kind.ERROR]


async def test_word_during_a_request_for_which_patience_ended_is_tried_again_once() -> None:
    stage = interrupted([END], {0: NO})
    failure = ModelError("key", "No API key is set.")
    stage.model.failures = {0: failure, 1: failure}
    session = await stage.finished()
    assert (stage.status, stage.reason) == ("failed", "No API key is set.")
    assert len(stage.model.requests) == 2
    assert not (await stage.state(session)).queued


async def test_word_that_cannot_be_stored_is_refused_and_the_session_ends_once() -> None:
    stage = Stage(FILES, [FIRST])
    session = await stage.run()
    await stage.supervisor.reply(session, NO)
    stage.store.full = "The disk is full."
    with pytest.raises(Exception, match="The disk is full"):
        await stage.supervisor.reply(session, "And y?")
    await stage.ended(session)
    assert (stage.status, stage.reason) == ("failed", "The disk is full.")
    assert stage.editor.sent == []


async def test_word_during_a_summary_is_in_the_request_that_follows() -> None:
    def script(body: dict[str, object]) -> Reply:
        if texts(body)[-1:] == [REQUEST]:
            return Reply(text="I have read it.")
        return READ if len(body["messages"]) == 1 else END

    stage = interrupted(script, {0: "First.", 1: "Second."})
    stage.model.usage = lambda body: Usage(
        input_tokens=190_000 if len(body["messages"]) == 1 else 10
    )
    await stage.finished()
    _, summary, after = stage.model.requests
    assert texts(summary) == ["First.", REQUEST]
    assert texts(after) == ["First.", "Second."]
    assert stage.status == "completed"


# ---------------------------------------------------------------- the record


async def test_word_is_stored_when_the_reply_returns_and_heard_after_a_crash() -> None:
    stage = Stage(FILES, [FIRST, END])
    session = await stage.run()
    await stage.supervisor.reply(session, NO)
    assert (await stage.state(session)).queued == (NO,)
    stage.after_a_crash()
    assert "## User, not heard yet\n\n> No, make it 3." in (
        await stage.supervisor.queries.transcript(session)
    )
    await stage.supervisor.reply(session, "Go on.")
    await stage.proposal()
    assert texts(stage.model.requests[-1])[-2:] == [NO, "Go on."]
    await stage.supervisor.close()


async def test_word_at_the_end_of_the_process_is_heard_when_the_session_goes_on() -> None:
    stage = Stage(FILES, [Reply(tools=(Call("webfetch", {"url": "https://a.test/"}),)), END])
    session = await stage.run()
    await stage.event(Kind.PERMISSION)
    await stage.supervisor.reply(session, NO)
    await stage.supervisor.close()
    assert stage.status == "interrupted"
    stage.after_a_crash()
    assert (await stage.state(session)).queued == (NO,)
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert texts(stage.model.requests[1]) == [NO, "Go on."]


async def test_word_is_heard_after_a_review_that_a_crash_left_open() -> None:
    stage = Stage(FILES, [Reply(tools=(TWO, WORKFLOW, deliver())), END])
    session = await stage.run()

    async def die(changes: Sequence[FileChange]) -> ApplyAnswer:
        await stage.supervisor.reply(session, "And y?")
        stage.store.dead = True
        return await stage.editor.apply_all(changes)

    stage.editor.behaviour = die
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    stage.after_a_crash()
    stage.editor.behaviour = stage.editor.apply_all
    _, proposal = await stage.supervisor.waiting.proposal(session)
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert texts(stage.model.requests[1])[-1] == "And y?"
    assert stage.status == "completed"


async def test_status_that_is_stored_while_the_user_speaks_forgets_nothing() -> None:
    stage = Stage(FILES, [FIRST])
    session = await stage.run()
    live = stage.live(session)
    await stage.proposal()
    await asyncio.gather(live.set_status(live.status, "Wait."), live.say(NO))
    assert live.state.queued == (NO,)
    assert live.state == await stage.state(session)
    await stage.supervisor.close()


# ---------------------------------------------------------------- cancel


async def test_cancel_takes_back_what_was_not_heard() -> None:
    fetch = Reply(tools=(Call("webfetch", {"url": "https://a.test/"}),))
    stage = Stage(FILES, [fetch, END])
    session = await stage.run()
    await stage.event(Kind.PERMISSION)
    await stage.supervisor.reply(session, NO)
    await stage.supervisor.cancel(session)
    await stage.ended(session)
    assert (stage.status, (await stage.state(session)).queued) == ("cancelled", ())
    await stage.supervisor.reply(session, "Look again.")
    await stage.ended(session)
    assert texts(stage.model.requests[1]) == ["Look again."]
    assert NO not in str(stage.model.requests)


async def test_cancel_in_the_same_moment_as_a_reply_takes_it_back() -> None:
    stage = Stage(FILES, [FIRST, END])
    session = await stage.run()
    await stage.proposal()
    await stage.supervisor.cancel(session)
    await stage.supervisor.reply(session, NO)
    await stage.supervisor.cancel(session)
    await stage.ended(session)
    assert (await stage.state(session)).queued == ()


async def test_word_after_a_cancel_goes_on_with_the_session() -> None:
    stage = Stage(FILES, [FIRST, END])
    session = await stage.run()
    await stage.proposal()
    await stage.supervisor.cancel(session)
    await stage.supervisor.reply(session, "Look again.")
    await stage.ended(session)
    assert "Look again." in texts(stage.model.requests[1])
    said = statuses(stage)
    assert (said.count("cancelled"), said[-1]) == (1, "completed")


async def test_cancel_between_two_jobs_stops_what_would_have_followed() -> None:
    stage = interrupted([END], {0: NO})
    stage.model.failures = {0: ModelError("key", "No API key is set.")}

    def committed(record: Record) -> None:
        if record.data.get("status") == "failed":
            stage.supervisor._jobs.cancel(*stage.store.shelf.heads)

    stage.store.committed = committed
    session = await stage.finished()
    assert (stage.status, (await stage.state(session)).queued) == ("cancelled", ())
    assert len(stage.model.requests) == 1


# ---------------------------------------------------------------- what the user ordered


async def test_revert_is_proposed_whatever_was_said_since_and_the_word_is_heard_then() -> None:
    stage = Stage(FILES, [FIRST, END])
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    mark = len(stage.events)
    await stage.supervisor.revert(session)
    await stage.supervisor.reply(session, "And y?")
    proposal = await stage.proposal(after=mark)
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == FILES["app.py"]
    assert texts(stage.model.requests[1])[-1] == "And y?"


# ---------------------------------------------------------------- at every moment

STEPS = [READ, FIRST, Reply(tools=(edit("app.py", "y = 2", "y = 9"), WORKFLOW, deliver()))]


class User:
    """Says one thing right behind a record, refuses x = 2 in a reply, and accepts the rest."""

    def __init__(self, *, behind: int, dies: bool = False) -> None:
        self.stage = Stage(FILES, self.model)
        self.stage.store.committed = self.committed
        self.behind = behind
        self.dies = dies
        self.count = 0
        self.session = ""
        self.kept = False
        self.saying: asyncio.Task[None] | None = None

    def model(self, body: dict[str, object]) -> Reply:
        done = sum(message["role"] == "assistant" for message in body["messages"])
        return STEPS[done] if done < len(STEPS) else Reply(tools=(deliver(),))

    def committed(self, record: Record) -> None:
        if self.count == self.behind:
            self.saying = asyncio.ensure_future(self.say())
        self.count += 1

    async def say(self) -> None:
        with suppress(asyncio.CancelledError):
            await self.stage.supervisor.reply(*self.stage.store.shelf.heads, NO)
            self.stage.store.dead = self.dies

    def check(self, event: Event) -> None:
        if event.kind is Kind.PROPOSAL:
            state = self.stage.live(event.session_id).state
            assert not state.queued, "the review waits until it is heard"

    async def hear(self, event: Event) -> None:
        if event.kind is Kind.PROPOSAL:
            wrong = event.source.changes[0].text.startswith("x = 2")
            answer = {"decision": "reject", "reason": "Not x."} if wrong else {}
            with suppress(Refused, asyncio.CancelledError):
                await self.stage.answer(self.session, event.source, **answer)

    async def play(self) -> None:
        self.stage.supervisor.subscribe(self.check)
        self.session = await self.stage.run()
        await self.attend()
        if self.stage.store.dead:
            self.stage.after_a_crash()
            self.kept = NO in (await self.stage.state(self.session)).queued
            self.stage.supervisor.subscribe(self.check)
            await self.stage.supervisor.reply(self.session, "Go on.")
            await self.attend()

    async def attend(self) -> None:
        await self.stage.attended(self.session, self.hear)
        if self.saying is not None:
            # It may have come behind the last record, and gone on with the session.
            await self.saying
            await self.stage.attended(self.session, self.hear)


async def records_of_a_session() -> int:
    user = User(behind=-1)
    await user.play()
    assert user.stage.status == "completed"
    return user.count


async def test_word_behind_any_record_is_heard_once_and_before_the_end() -> None:
    total = await records_of_a_session()
    assert total > 25
    for number in range(1, total):
        user = User(behind=number)
        await user.play()
        state = await user.stage.state(user.session)
        assert (state.status, state.queued) == ("completed", ()), number
        assert NO in str(user.stage.model.requests), f"behind record {number}"
        said = [message.text for message in state.messages if message.text == NO]
        assert len(said) <= 1, "a reason is heard as the reason, every other word as one"


async def test_word_behind_any_record_is_heard_after_a_crash() -> None:
    total, kept = await records_of_a_session(), 0
    for number in range(1, total):
        user = User(behind=number, dies=True)
        await user.play()
        state = await user.stage.state(user.session)
        assert (state.status, state.queued) == ("completed", ()), number
        if user.kept:
            assert NO in str(user.stage.model.requests), f"behind record {number}"
        kept += user.kept
    assert kept > total - 5, "else it was the answer to a review that is asked about again"
