"""Compaction: before the window is full, once it pays, and never at the price of the conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.ports import ModelInfo
from backend_specialist.domain.transcript import (
    Message,
    StopReason,
    Text,
    ToolResult,
    ToolUse,
    Turn,
    Usage,
    Verbatim,
)
from backend_specialist.sessions import records
from backend_specialist.sessions.compaction import REQUEST, compacted, due, longest_summary, parts
from backend_specialist.sessions.fold import restore
from backend_specialist.sessions.history import user_text
from backend_specialist.sessions.omission import RESULT as LEFT_OUT
from backend_specialist.sessions.services import Policy
from backend_specialist.sessions.state import State
from support.scripted_model import texts
from support.session_stage import Stage

FILES = {"app.py": "x = 1\n"}
READ = Reply(tools=(Call("read", {"filePath": "app.py"}),))
INFO = ModelInfo(name="t/m", id="m", provider="t", context_window=10_000, max_output=1_000)
USE = ToolUse(id="1", name="read", input={})
RESULT = Message(role="user", content=(ToolResult(tool_use_id="1", content="x = 1"),))


def after_a_turn(tokens: int, *later: Message) -> State:
    """The state of a session in which the endpoint has counted so many tokens."""
    said = Message(role="assistant", content=(USE,))
    usage = Usage(input_tokens=100, cache_read_tokens=tokens - 100)
    turn = Turn(message=said, stop_reason=StopReason.TOOL_USE, usage=usage)
    spoken = [records.user(user_text("The task.")), records.assistant(turn, 1.0)]
    return restore([*spoken, *map(records.tool_results, later)])


def read(size: int) -> Message:
    return Message(role="user", content=(ToolResult(tool_use_id="1", content="x" * size),))


@pytest.mark.parametrize(("tokens", "expected"), [(8_100, False), (8_101, True)])
def test_compaction_is_due_before_an_answer_might_not_fit(tokens: int, expected: bool) -> None:
    assert due(after_a_turn(tokens), INFO) is expected


@pytest.mark.parametrize(("size", "expected"), [(2_502, False), (2_503, True)])
def test_what_came_after_the_last_turn_counts_as_well(size: int, expected: bool) -> None:
    assert due(after_a_turn(7_100, read(size)), INFO) is expected


def test_nothing_is_due_while_there_is_nothing_to_summarise() -> None:
    assert not due(restore([records.user(user_text("x" * 100_000))]), INFO)


def test_results_of_the_last_exchange_are_kept_as_far_as_half_of_the_room() -> None:
    history = [user_text("The task."), Message(role="assistant", content=(USE,)), read(11_000)]
    assert compacted(history, "Fine.", INFO)[-1] == history[-1]
    (left,) = compacted([*history[:-1], read(11_500)], "Fine.", INFO)[-1].content
    assert left == ToolResult(tool_use_id="1", content=LEFT_OUT.format(count=11_500))


def test_words_of_the_user_are_kept_as_far_as_all_of_the_room() -> None:
    history = [user_text("The task."), Message(role="assistant", content=(Text("Yes."),))]
    assert compacted([*history, user_text("y" * 20_000)], "Fine.", INFO)[-1].text == "y" * 20_000
    assert "Left out here" in compacted([*history, user_text("y" * 24_000)], "Fine.", INFO)[-1].text


def test_summary_is_asked_of_less_and_less() -> None:
    state = after_a_turn(2_000, read(10_000))
    whole, without = parts(state, INFO)
    assert whole == state.messages
    assert without[:2] == state.messages[:2]
    assert "Left out" in without[2].content[0].content  # type: ignore[union-attr]


def test_summary_has_room_where_an_answer_has_none() -> None:
    large = replace(INFO, context_window=200_000, max_output=64_000)
    assert (longest_summary(large), longest_summary(INFO)) == (32_000, 1_000)


def test_task_summary_and_last_exchange_are_kept() -> None:
    history = [
        user_text("The task."),
        Message(role="assistant", content=(Text("Early."),)),
        user_text("More."),
        Message(role="assistant", content=(USE,)),
        RESULT,
    ]
    first, *rest = compacted(history, "It went well.", INFO)
    assert first.text.startswith("The task.<summary of the conversation so far>\nIt went well.")
    assert rest == history[3:]


def test_later_summary_replaces_the_earlier_one() -> None:
    once = compacted([user_text("The task.")], "First.", INFO)
    twice = compacted(once, "Second.", INFO)
    assert "First." not in twice[0].text
    assert "Second." in twice[0].text


def test_thinking_is_left_out_because_it_is_signed_for_the_old_conversation() -> None:
    thought = Verbatim({"type": "thinking", "thinking": "Hm.", "signature": "s"})
    history = [
        user_text("The task."),
        Message(role="assistant", content=(thought, USE)),
        RESULT,
    ]
    assert compacted(history, "Fine.", INFO)[1].content == (USE,)


def test_history_without_a_summary_stays_whole() -> None:
    history = (user_text("The task."), Message(role="assistant", content=(Text("Yes."),)))
    assert compacted(history, " \n", INFO) == history


def full_at(position: int) -> Any:
    def usage(body: dict[str, Any]) -> Usage:
        return Usage(input_tokens=190_000 if len(body["messages"]) == position else 10)

    return usage


async def test_session_is_summarised_with_the_same_prefix_and_goes_on() -> None:
    def script(body: dict[str, Any]) -> Reply:
        if texts(body)[-1:] == [REQUEST]:
            return Reply(text="app.py holds x = 1.")
        return READ if len(body["messages"]) == 1 else Reply(text="Done.")

    stage = Stage(FILES, script)
    stage.model.usage = full_at(1)
    session = await stage.finished()
    first, summary, after = stage.model.requests
    assert summary["tools"] == first["tools"]
    assert summary["system"] == first["system"]
    assert summary["messages"][0] == first["messages"][0]
    assert summary["tool_choice"] == first["tool_choice"]
    assert "app.py holds x = 1." in after["messages"][0]["content"][-1]["text"]
    assert (await stage.state(session)).usage.input_tokens == 190_020
    assert stage.status == "completed"


async def test_model_that_calls_tools_in_its_summary_is_asked_for_it_again_without() -> None:
    def script(body: dict[str, Any]) -> Reply:
        if texts(body)[-1:] == [REQUEST]:
            calls = body["tool_choice"] == {"type": "auto"}
            return replace(READ, text="I look.") if calls else Reply(text="x is 1.")
        return READ if len(body["messages"]) == 1 else Reply(text="Done.")

    stage = Stage(FILES, script)
    stage.model.usage = full_at(1)
    session = await stage.finished()
    _, first, second, after = stage.model.requests
    assert first["messages"] == second["messages"]
    assert "\nx is 1.\n" in after["messages"][0]["content"][-1]["text"]
    assert "I look." not in str(after)
    assert (await stage.state(session)).usage.input_tokens == 190_030, "both were paid for"


async def test_summary_that_is_empty_costs_and_loses_nothing() -> None:
    def script(body: dict[str, Any]) -> Reply:
        if texts(body)[-1:] == [REQUEST]:
            return Reply(stop_reason="refusal")
        return READ if len(body["messages"]) == 1 else Reply(text="Done.")

    stage = Stage(FILES, script)
    stage.model.usage = full_at(1)
    session = await stage.finished()
    assert len(stage.model.requests[2]["messages"]) == 3
    assert (await stage.state(session)).usage.input_tokens == 190_020


async def test_server_that_counts_nothing_is_estimated() -> None:
    files = {f"f{n}.py": "x = 1234567890\n" * 2_000 for n in range(12)}
    turns = [Reply(text=f"Now {n}.", tools=(Call("read", {"filePath": n}),)) for n in files]

    def script(body: dict[str, Any]) -> Reply:
        if texts(body)[-1:] == [REQUEST]:
            return Reply(text="All were alike.")
        return turns.pop(0) if turns else Reply(text="Done.")

    stage = Stage(files, script)
    stage.model.usage = lambda body: Usage()
    session = await stage.finished()
    assert stage.status == "completed"
    assert stage.kinds(session).count("compacted") == 1


async def test_no_summary_is_paid_for_once_the_limit_is_reached() -> None:
    stage = Stage(FILES, [replace(READ, text="I read.")], policy=Policy(max_tokens=100_000))
    stage.model.usage = full_at(1)
    await stage.finished()
    assert stage.status == "paused"
    assert len(stage.model.requests) == 1
