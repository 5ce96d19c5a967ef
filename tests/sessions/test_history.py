"""The history that is sent: whatever was recorded, the endpoint takes it."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.model_requests import request_body
from backend_specialist.adapters.scripted_checks import refusal
from backend_specialist.domain.ports import ModelInfo, ModelRequest, ToolSpec
from backend_specialist.domain.transcript import Block, Message, Text, ToolResult, ToolUse
from backend_specialist.sessions.compaction import compacted, request
from backend_specialist.sessions.history import (
    closing,
    joined,
    repeated,
    unanswered,
    user_text,
)
from support.scripted_model import FACTS

INFO = ModelInfo(name="t/m", id="m", provider="t")
TOOL = ToolSpec(name="read", description="Read.", schema={"type": "object"})


@dataclass(frozen=True)
class Exchange:
    """An answer with calls, of which the first ``run`` get results before the rest is closed, and notes."""

    says: bool
    calls: int
    run: int
    note_after: frozenset[int]
    user_replies: bool
    compacts: bool


EXCHANGES = st.lists(
    st.builds(
        Exchange,
        says=st.booleans(),
        calls=st.integers(0, 3),
        run=st.integers(0, 3),
        note_after=st.frozensets(st.integers(0, 3), max_size=2),
        user_replies=st.booleans(),
        compacts=st.booleans(),
    ),
    max_size=6,
)


def call(number: int, name: str = "read", **arguments: object) -> ToolUse:
    return ToolUse(id=f"call-{number}", name=name, input=arguments)


def answer(*content: Block) -> Message:
    return Message(role="assistant", content=content)


def result(use: ToolUse) -> Message:
    return Message(role="user", content=(ToolResult(tool_use_id=use.id, content="done"),))


def refused(messages: tuple[Message, ...]) -> str:
    """Why the endpoint would refuse these messages; empty when it would not."""
    asked = ModelRequest(system=("Work.",), tools=(TOOL,), messages=messages, max_tokens=100)
    return refusal(request_body(asked, "model", FACTS))


@given(EXCHANGES)
def test_history_is_taken_by_the_endpoint_whatever_was_recorded(exchanges: list[Exchange]) -> None:
    messages = [user_text("The task.")]
    for number, exchange in enumerate(exchanges):
        calls = [call(number * 10 + n) for n in range(exchange.calls)]
        said = [Text("Well.")] if exchange.says or not calls else []
        messages.append(answer(*said, *calls))
        for n, use in enumerate(calls[: exchange.run]):
            messages.append(result(use))
            if n in exchange.note_after:
                messages.append(user_text("A note."))
        if len(calls) in exchange.note_after:
            messages.append(user_text("A note before the rest is closed."))
        left = unanswered(messages)
        assert list(left) == calls[exchange.run :]
        if left:
            messages.append(closing(left, "It was interrupted."))
        if exchange.user_replies or not calls:
            messages.append(user_text("Go on."))
        assert refused(joined(messages)) == ""
        assert refused(request(messages)) == "", "the demand for a summary"
        if exchange.compacts:
            messages = list(compacted(messages, "What happened.", INFO))
            assert refused(joined(messages)) == "", "after compaction"


def test_results_stand_first_and_neighbours_of_one_role_are_one_message() -> None:
    use = call(1)
    messages = [user_text("Task."), answer(use), user_text("A note."), result(use)]
    merged = joined(messages)
    assert [message.role for message in merged] == ["user", "assistant", "user"]
    assert merged[2].content == (
        ToolResult(tool_use_id="call-1", content="done"),
        Text("A note."),
    )


def test_nothing_is_unanswered_before_the_first_answer() -> None:
    assert unanswered([]) == ()
    assert unanswered([user_text("Task.")]) == ()


def test_closed_call_is_an_error_that_says_why() -> None:
    (block,) = closing([call(7)], "The server stopped.").content
    assert block == ToolResult(tool_use_id="call-7", content="The server stopped.", is_error=True)


def test_call_is_repeated_when_it_and_the_two_before_are_the_same() -> None:
    same = [answer(call(n, path="a")) for n in (1, 2, 3)]
    assert not repeated(same[:2], call(2, path="a"))
    assert repeated(same, call(3, path="a"))
    assert not repeated(same, call(3, path="b"))
    other = [*same[:2], answer(call(3, "grep", path="a"))]
    assert not repeated([*other, answer(call(4, path="a"))], call(4, path="a"))


def test_same_calls_in_one_answer_count_as_well() -> None:
    message = answer(*(call(n, path="a") for n in (1, 2, 3)))
    assert [repeated([message], use) for use in message.tool_uses] == [False, False, True]
