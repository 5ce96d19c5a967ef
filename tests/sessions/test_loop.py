"""The conversation: every way in which a turn can end, and what follows. The model is scripted."""

from __future__ import annotations

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.ports import ModelError
from backend_specialist.domain.transcript import Usage
from backend_specialist.sessions import calls, following, loop
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.services import Policy
from support.scripted_model import results, texts
from support.session_stage import Stage, deliver, edit

FILES = {"app.py": "x = 1\ny = 2\n"}
READ = Call("read", {"filePath": "app.py"})
EDIT = edit("app.py", "x = 1", "x = 3")


async def test_turn_without_deliver_counts_as_done_and_its_text_is_the_prose() -> None:
    stage = Stage(FILES, [Reply(text="It is fine as it is.")])
    session = await stage.finished()
    assert stage.status == "completed"
    assert "It is fine as it is." in await stage.supervisor.queries.deliverable(session)


async def test_turn_without_deliver_offers_what_was_proposed() -> None:
    stage = Stage(FILES, [Reply(tools=(EDIT,)), Reply(text="x is 3 now.")])
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "accepted")]
    assert len(stage.model.requests) == 2, "all accepted: no further turn"


async def test_refusal_with_a_reason_without_deliver_goes_on_with_the_reason() -> None:
    script = [Reply(tools=(EDIT,)), Reply(text="x is 3 now."), Reply(text="Then not.")]
    stage = Stage(FILES, script)
    session = await stage.run()
    await stage.answer(session, await stage.proposal(), "reject", reason="use 4")
    await stage.ended(session)
    assert "use 4" in "".join(texts(stage.model.requests[2]))
    assert stage.status == "completed"


async def test_calls_after_deliver_in_the_same_turn_are_not_run() -> None:
    turn = Reply(tools=(EDIT, deliver(), edit("app.py", "y = 2", "y = 9")))
    stage = Stage(FILES, [turn])
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "x = 3\ny = 2\n"
    assert not (await stage.state(session)).changes.changes
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert results(stage.model.requests[1])[2] == calls.NOT_RUN


async def test_calls_after_a_deliver_that_was_refused_with_a_reason_are_run() -> None:
    turn = Reply(tools=(EDIT, deliver(), READ))
    stage = Stage(FILES, [turn, Reply(text="I see.")])
    session = await stage.run()
    await stage.answer(session, await stage.proposal(), "reject", reason="no")
    await stage.ended(session)
    assert "x = 1" in results(stage.model.requests[1])[2]


async def test_unknown_tool_is_answered_with_those_that_exist() -> None:
    stage = Stage(FILES, [Reply(tools=(Call("bash", {"command": "ls"}),)), Reply(text="Oh.")])
    await stage.finished()
    (said,) = results(stage.model.requests[1])
    assert "no tool called 'bash'" in said
    assert "deliver, edit, glob" in said


async def test_denied_tool_is_not_offered_and_not_run() -> None:
    script = [Reply(tools=(READ,)), Reply(text="Oh.")]
    stage = Stage(FILES, script, permission={"edit": "ask", "read": "deny"})
    await stage.finished()
    offered = [tool["name"] for tool in stage.model.requests[0]["tools"]]
    assert "read" not in offered
    assert "edit" in offered
    assert "no tool called 'read'" in results(stage.model.requests[1])[0]


async def test_tool_that_a_narrower_rule_set_denies_is_not_offered() -> None:
    stage = Stage(FILES, [Reply(text="Hm.")], narrower={"webfetch": "deny"})
    await stage.finished()
    assert "webfetch" not in [tool["name"] for tool in stage.model.requests[0]["tools"]]


# ---------------------------------------------------------------- stop reasons


@pytest.mark.parametrize(("reason", "words"), [
    ("refusal", "The model refused to go on"),
    ("model_context_window_exceeded", "no longer fits"),
])  # fmt: skip
async def test_stop_reason_that_is_fatal_fails_and_still_offers_the_edits(
    reason: str, words: str
) -> None:
    no = Reply(text="No.", tools=(READ,), stop_reason=reason)
    script = [Reply(tools=(EDIT,)), *[no] * 3]
    stage = Stage(FILES, script)
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert stage.status == "failed"
    assert words in stage.reason
    assert stage.outcomes() == [("app.py", "accepted")]


async def test_pause_turn_goes_on() -> None:
    stage = Stage(FILES, [Reply(text="Wait.", stop_reason="pause_turn"), Reply(text="Done.")])
    await stage.finished()
    assert texts(stage.model.requests[1]) == ["Go on."]
    assert stage.status == "completed"


async def test_stop_sequence_ends_the_conversation() -> None:
    stage = Stage(FILES, [Reply(text="Done.", stop_reason="stop_sequence")])
    await stage.finished()
    assert stage.status == "completed"


async def test_end_turn_with_tool_calls_still_runs_them() -> None:
    stage = Stage(FILES, [Reply(tools=(READ,), stop_reason="end_turn"), Reply(text="Seen.")])
    await stage.finished()
    assert "x = 1" in results(stage.model.requests[1])[0]


async def test_answer_that_was_cut_is_continued() -> None:
    stage = Stage(FILES, [Reply(text="It beg", stop_reason="max_tokens"), Reply(text="ins.")])
    await stage.finished()
    assert texts(stage.model.requests[1]) == [following.CUT_TEXT]
    assert stage.status == "completed"


async def test_call_of_an_answer_that_was_cut_is_not_run() -> None:
    script = [Reply(tools=(EDIT,), stop_reason="max_tokens"), Reply(text="Done.")]
    stage = Stage(FILES, script)
    session = await stage.finished()
    assert results(stage.model.requests[1]) == [following.CUT_CALL]
    assert not (await stage.state(session)).changes.changes


async def test_answers_that_are_cut_again_and_again_fail() -> None:
    stage = Stage(FILES, lambda body: Reply(text="more", stop_reason="max_tokens"))
    await stage.finished()
    assert stage.status == "failed"
    assert "cut at the output limit again and again" in stage.reason
    assert len(stage.model.requests) == loop.MAX_CUTS + 1


async def test_cuts_with_whole_answers_in_between_are_not_again_and_again() -> None:
    cut = Reply(text="It beg", stop_reason="max_tokens")
    reads = [
        Reply(tools=(Call("read", {"filePath": "app.py", "offset": 1 + n % 2}),)) for n in range(4)
    ]
    script = [reply for read in reads for reply in (cut, read)]
    stage = Stage(FILES, [*script, Reply(text="Done.")])
    await stage.finished()
    assert (stage.status, stage.reason) == ("completed", "")


# ---------------------------------------------------------------- limits


async def test_last_step_is_asked_for_with_the_same_tools_for_the_caches_sake() -> None:
    stage = Stage(
        FILES, [Reply(tools=(READ,)), Reply(text="One is read.")], policy=Policy(max_steps=2)
    )
    await stage.finished()
    first, last = stage.model.requests
    assert all(first[name] == last[name] for name in ("tools", "tool_choice"))
    assert texts(last) == [loop.LAST_STEP]
    assert stage.status == "paused"
    assert "limit of 2 model turns" in stage.reason


async def test_call_of_the_last_step_is_not_run_and_a_reply_goes_on() -> None:
    script = [
        Reply(tools=(EDIT,)),
        Reply(text="Two.", tools=(READ, deliver())),
        Reply(text="Three."),
    ]
    stage = Stage(FILES, script, policy=Policy(max_steps=2))
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert stage.status == "paused"
    assert not (await stage.state(session)).claims
    stage.policy = Policy()
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert results(stage.model.requests[2]) == [loop.STOPPED] * 2
    assert stage.status == "completed"


async def test_last_step_offers_what_was_proposed() -> None:
    stage = Stage(FILES, [Reply(tools=(EDIT,)), Reply(text="So far.")], policy=Policy(max_steps=2))
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "x = 3\ny = 2\n"
    assert stage.status == "paused"


async def test_last_step_that_is_cut_is_still_the_last() -> None:
    script = [Reply(text="So f", stop_reason="max_tokens")]
    stage = Stage(FILES, script, policy=Policy(max_steps=1))
    await stage.finished()
    assert len(stage.model.requests) == 1
    assert stage.status == "paused"


async def test_steps_of_the_agent_count_where_they_are_fewer() -> None:
    agent = AgentDefinition(name="quick", prompt="Be quick.", steps=1)
    stage = Stage(FILES, [Reply(text="Done.")], agent=agent)
    await stage.finished()
    assert texts(stage.model.requests[0])[-1] == loop.LAST_STEP


async def test_user_who_replies_gets_new_steps() -> None:
    script = [Reply(text="One."), Reply(text="Two.")]
    stage = Stage(FILES, script, policy=Policy(max_steps=1))
    session = await stage.finished()
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)
    assert len(stage.model.requests) == 2


async def test_limit_reached_in_mid_turn_runs_no_more_tools_and_offers_the_edits() -> None:
    script = [Reply(tools=(EDIT,)), Reply(tools=(READ, edit("app.py", "y = 2", "y = 9")))]
    stage = Stage(FILES, script, policy=Policy(max_tokens=15))
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "x = 3\ny = 2\n"
    assert stage.status == "paused"
    assert "limit of 15 tokens" in stage.reason
    assert len(stage.model.requests) == 2


async def test_cost_limit_pauses_and_says_the_cost() -> None:
    stage = Stage(FILES, [Reply(tools=(READ,))], policy=Policy(max_cost_usd=0.5))
    stage.model.usage = lambda body: Usage(input_tokens=10, cost=0.75)
    await stage.finished()
    assert "cost limit of $0.5 is reached ($0.75" in stage.reason


async def test_answer_without_any_content_costs_as_any_other_and_takes_a_step() -> None:
    stage = Stage(FILES, lambda body: Reply(stop_reason="pause_turn"), policy=Policy(max_steps=3))
    session = await stage.finished()
    assert stage.status == "paused"
    state = await stage.state(session)
    assert (state.turns, state.usage.input_tokens) == (3, 30)


# ---------------------------------------------------------------- repetition and failures


async def test_same_call_for_the_third_time_asks_the_user() -> None:
    stage = Stage(
        FILES, [Reply(tools=(READ,)), Reply(tools=(READ,)), Reply(tools=(READ,)), Reply(text="Ok.")]
    )
    session = await stage.run()
    asked = await stage.event(Kind.PERMISSION)
    assert "calls read again and again" in asked.data["title"]
    await stage.supervisor.answer_request(session, asked.data["requestId"], "reject")
    await stage.ended(session)
    assert "did not allow doom_loop" in results(stage.model.requests[3])[0]


async def test_same_tool_with_other_arguments_asks_nobody() -> None:
    reads = [Reply(tools=(Call("read", {"filePath": "app.py", "offset": n}),)) for n in (1, 2, 1)]
    stage = Stage(FILES, [*reads, Reply(text="Ok.")])
    await stage.finished()
    assert stage.status == "completed"


async def test_failure_that_no_retry_mends_fails_with_its_own_words() -> None:
    stage = Stage(FILES)
    stage.model.failure = ModelError("key", "No API key is set. Set ANTHROPIC_API_KEY.")
    await stage.finished()
    assert (stage.status, stage.reason) == ("failed", "No API key is set. Set ANTHROPIC_API_KEY.")


async def test_tool_with_a_fault_of_ours_fails_and_can_be_gone_on_with() -> None:
    stage = Stage(FILES, [Reply(tools=(READ,)), Reply(text="Again.")])

    def broken(path: str) -> None:
        raise RuntimeError("out of order")

    session = await stage.run()
    stage.workspace.disk.on_read = broken
    await stage.ended(session)
    assert stage.status == "failed"
    assert "inside the server (RuntimeError)" in stage.reason
    stage.workspace.disk.on_read = lambda path: None
    await stage.supervisor.reply(session, "Try again.")
    await stage.ended(session)
    assert stage.status == "completed"
