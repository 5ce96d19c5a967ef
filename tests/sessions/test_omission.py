"""What is left out for lack of room: never the answer to a call, never what the model said, and always with a word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.model_requests import request_body
from backend_specialist.adapters.scripted_checks import refusal
from backend_specialist.domain.ports import ModelInfo, ModelRequest, ToolSpec
from backend_specialist.domain.transcript import Message, Text, ToolResult, ToolUse, Verbatim
from backend_specialist.sessions.compaction import compacted, request
from backend_specialist.sessions.history import joined, user_text
from backend_specialist.sessions.omission import SMALL, omitted
from backend_specialist.sessions.room import estimated
from support.scripted_model import FACTS

TOOL = ToolSpec(name="read", description="Read.", schema={"type": "object"})
THOUGHT = Verbatim({"type": "redacted_thinking", "data": "d"})
SIZES = st.sampled_from([0, 1, SMALL, SMALL + 1, 3 * SMALL, 20 * SMALL])
TURNS = st.lists(
    st.tuples(st.lists(SIZES, max_size=4), st.none() | SIZES, st.booleans()), max_size=5
)
WINDOWS = st.sampled_from([2_000, 20_000, 60_000, 200_000])


def history(turns: list[tuple[list[int], int | None, bool]]) -> tuple[Message, ...]:
    """A conversation: of each turn the sizes of its results, that of a reply, and whether the model thought."""
    messages = [user_text("The task." + "t" * 3 * SMALL)]
    for number, (results, reply, thinks) in enumerate(turns):
        uses = [ToolUse(id=f"{number}-{n}", name="read", input={}) for n in range(len(results))]
        thought = [THOUGHT] if thinks else []
        messages.append(Message(role="assistant", content=(*thought, Text("Well."), *uses)))
        for use, length in zip(uses, results, strict=True):
            result = ToolResult(tool_use_id=use.id, content="r" * length, is_error=length == 1)
            messages.append(Message(role="user", content=(result,)))
        if reply is not None or not results:
            messages.append(user_text("y" * (reply or 1)))
    return tuple(messages)


def answered(messages: tuple[Message, ...]) -> None:
    """Each call has exactly one result, in the next message, and the endpoint takes all of it."""
    asked = ModelRequest(system=("Work.",), tools=(TOOL,), messages=messages, max_tokens=100)
    assert refusal(request_body(asked, "model", FACTS)) == ""
    for place, message in enumerate(messages):
        if message.tool_uses:
            after = messages[place + 1].content
            results = [block.tool_use_id for block in after if isinstance(block, ToolResult)]
            assert results == [use.id for use in message.tool_uses]


@given(TURNS, st.integers(-1_000, 100_000))
def test_each_call_keeps_its_one_result_in_the_next_message(
    turns: list[tuple[list[int], int | None, bool]], excess: int
) -> None:
    messages = history(turns)
    shorter = omitted(messages, excess)
    answered(joined(shorter))
    answered(request(shorter))
    assert len(shorter) == len(messages)
    changed = [
        n for n, both in enumerate(zip(messages, shorter, strict=True)) if both[0] != both[1]
    ]
    for before, after in zip(messages, shorter, strict=True):
        assert after.role == before.role
        assert after.tool_uses == before.tool_uses
        assert before.role == "user" or after.text == before.text
    assert shorter[0] == messages[0], "the task is never touched"
    thinking = [n for n, message in enumerate(shorter) if THOUGHT in message.content]
    assert not changed or all(n < changed[0] for n in thinking), "it was signed for what is gone"
    saved = estimated(messages) - estimated(shorter)
    assert saved >= excess or shorter == omitted(messages, estimated(messages))
    assert excess > 0 or shorter == messages


@given(TURNS, WINDOWS)
def test_each_call_keeps_its_one_result_after_compaction(
    turns: list[tuple[list[int], int | None, bool]], window: int
) -> None:
    info = ModelInfo(name="t/m", id="m", provider="t", context_window=window, max_output=1_000)
    kept = compacted(history(turns), "What happened.", info)
    answered(kept)
    assert not any(THOUGHT in message.content for message in kept)


@given(TURNS)
def test_what_was_left_out_is_left_out_once(
    turns: list[tuple[list[int], int | None, bool]],
) -> None:
    least = omitted(history(turns), 1_000_000)
    assert omitted(least, 1_000_000) == least


def test_newest_results_go_first_then_the_reply_then_older_ones() -> None:
    messages = history([([5_000, 5_000], None, False), ([5_000, 5_000], 10_000, False)])
    gone = []
    shorter = messages
    for _ in range(5):
        before, shorter = shorter, omitted(shorter, 1)
        gone += [n for n in range(len(messages)) if before[n] != shorter[n]]
    assert gone == [6, 5, 7, 3, 2]


def test_only_results_go_where_the_words_of_the_user_should_stay() -> None:
    messages = history([([5_000], 10_000, False)])
    shorter = omitted(messages, 1_000_000, replies=False)
    assert shorter[-1] == messages[-1]
    assert shorter[2] != messages[2]


def test_every_omission_says_how_much_is_missing_and_how_to_get_it() -> None:
    _, _, result, reply = omitted(history([([123_456], 50_000, False)]), 1_000_000)
    (left,) = result.content
    assert isinstance(left, ToolResult)
    assert "123,456 characters has no room in the context window" in left.content
    assert "read takes offset and limit" in left.content
    assert "42,000 characters that have no room in the context window" in reply.text
    assert reply.text.startswith("y" * SMALL)
    assert reply.text.endswith("y" * SMALL)
