from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.model_data import ModelFacts
from backend_specialist.adapters.model_requests import request_body
from backend_specialist.adapters.scripted_checks import refusal
from backend_specialist.domain.ports import ModelRequest, ToolSpec
from backend_specialist.domain.transcript import Message, Text, ToolResult, ToolUse, Verbatim

PLAIN = ModelFacts(context=100_000, output=8192, thinking="", sampling=True)
ADAPTIVE = ModelFacts(context=100_000, output=8192, thinking="adaptive", sampling=False)
BUDGET = ModelFacts(context=100_000, output=8192, thinking="enabled", sampling=True)
READ = ToolSpec(name="read", description="Read.", schema={"type": "object"})


def user(*blocks: Any) -> Message:
    return Message(role="user", content=blocks or (Text("Hello."),))


def assistant(*blocks: Any) -> Message:
    return Message(role="assistant", content=blocks)


def calls(count: int, start: int = 0) -> tuple[Message, Message]:
    names = [f"t{start + number}" for number in range(count)]
    uses = (ToolUse(id=name, name="read", input={}) for name in names)
    results = (ToolResult(tool_use_id=name, content="x") for name in names)
    return assistant(*uses), user(*results)


def body(*messages: Message, facts: ModelFacts = PLAIN, **more: Any) -> dict[str, Any]:
    request = ModelRequest(
        system=more.pop("system", ("Be useful.",)),
        tools=more.pop("tools", (READ,)),
        messages=messages or (user(),),
        max_tokens=more.pop("max_tokens", 8192),
        tool_choice=more.pop("tool_choice", "auto"),
        options=more,
    )
    return request_body(request, "m", facts)


def marks(sent: dict[str, Any]) -> list[int]:
    blocks = [block for message in sent["messages"] for block in message["content"]]
    return [index for index, block in enumerate(blocks) if "cache_control" in block]


# ---------------------------------------------------------------- marks


def test_marks_stand_at_the_end_of_system_of_the_last_request_and_of_this_one() -> None:
    sent = body(user(), *calls(2), *calls(1, 2))
    assert "cache_control" in sent["system"][-1]
    assert marks(sent) == [4, 6]


def test_many_results_get_a_mark_in_between() -> None:
    sent = body(user(), *calls(30))
    assert marks(sent) == [0, 20, 60]


def test_tools_carry_the_mark_when_there_is_no_system_prompt() -> None:
    sent = body(system=())
    assert "system" not in sent
    assert "cache_control" in sent["tools"][-1]


def test_marks_are_never_on_thinking() -> None:
    thinking = Verbatim({"type": "redacted_thinking", "data": "x"})
    answers = assistant(*(thinking for _ in range(25)), Text("Yes."))
    sent = body(user(), *calls(25), answers, user(), facts=ADAPTIVE)
    assert refusal(sent) == ""
    assert marks(sent) == [50, 77]


@given(st.lists(st.integers(1, 40), max_size=6))
def test_every_request_is_one_that_the_api_takes(sizes: list[int]) -> None:
    history: list[Message] = [user()]
    for turn, size in enumerate(sizes):
        history += calls(size, turn * 100)
    assert refusal(body(*history)) == ""


# ---------------------------------------------------------------- blocks


def test_blocks_that_the_api_refuses_are_left_out() -> None:
    sent = body(
        user(Text("Hi."), Text(" \n")),
        assistant(Verbatim({"type": "thinking", "thinking": "Hm.", "signature": ""})),
        assistant(ToolUse(id="t", name="read", input={})),
        user(ToolResult(tool_use_id="t", content="", is_error=True)),
        system=("Be useful.", ""),
    )
    assert refusal(sent) == ""
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    assert sent["messages"][2]["content"][0]["content"] == "(no output)"


def test_answer_that_was_cut_after_a_thought_goes_back_without_it() -> None:
    thought = Verbatim({"type": "redacted_thinking", "data": "x"})
    sent = body(user(), assistant(thought, Text("I look."), thought, thought), user())
    assert refusal(sent) == ""
    kinds = [block["type"] for block in sent["messages"][1]["content"]]
    assert kinds == ["redacted_thinking", "text"]


def test_longer_history_begins_as_the_shorter_one_did() -> None:
    history = [user(Text(""), Text("Hi.")), *calls(3), *calls(2, 3), *calls(1, 5)]
    shorter, longer = body(*history[:5]), body(*history)

    def plain(sent: dict[str, Any], count: int) -> list[Any]:
        found = json.loads(json.dumps(sent["messages"][:count]))
        for message in found:
            for block in message["content"]:
                block.pop("cache_control", None)
        return found

    assert plain(longer, 5) == plain(shorter, 5)


def test_half_of_a_surrogate_pair_does_not_stop_the_request() -> None:
    sent = body(user(Text("a\ud83d"), Text("\ud83d\ude00")), system=("\ud800",))
    json.dumps(sent, ensure_ascii=False).encode()
    assert sent["messages"][0]["content"][1]["text"] == "😀"


def test_no_more_tools_keeps_the_tools_and_says_so() -> None:
    sent = body(user(), *calls(1), tool_choice="none")
    assert (sent["tool_choice"], len(sent["tools"])) == ({"type": "none"}, 1)


# ---------------------------------------------------------------- thinking and sampling


@pytest.mark.parametrize(
    ("max_tokens", "wish", "expected"),
    [
        (8192, {}, {"type": "enabled", "budget_tokens": 4096}),
        (64_000, {}, {"type": "enabled", "budget_tokens": 16_000}),
        (64_000, {"type": "enabled", "budgetTokens": 9000}, {"type": "enabled", "budget_tokens": 9000}),
        (2000, {}, None),
        (8192, {"type": "disabled"}, None),
        (8192, {"type": "enabled", "budget_tokens": "many"}, {"type": "enabled", "budget_tokens": 4096}),
    ],
)  # fmt: skip
def test_budget_leaves_room_for_the_answer(max_tokens: int, wish: Any, expected: Any) -> None:
    sent = body(facts=BUDGET, max_tokens=max_tokens, thinking=wish)
    assert sent.get("thinking") == expected


def test_budget_model_does_not_think_where_its_last_answer_did_not() -> None:
    assert "thinking" not in body(user(), *calls(1), facts=BUDGET)


@pytest.mark.parametrize(("max_tokens", "thinks"), [(8192, True), (1000, False)])
def test_adaptive_model_thinks_aloud_when_there_is_room(max_tokens: int, thinks: bool) -> None:
    sent = body(facts=ADAPTIVE, max_tokens=max_tokens)
    assert sent.get("thinking") == (
        {"type": "adaptive", "display": "summarized"} if thinks else None
    )


def test_effort_is_passed_on_when_it_is_one() -> None:
    assert body(facts=ADAPTIVE, effort="low")["output_config"] == {"effort": "low"}
    assert "output_config" not in body(facts=ADAPTIVE, effort="heroic")
    assert "output_config" not in body(facts=PLAIN, effort="low")


def test_sampling_is_sent_only_where_it_is_taken() -> None:
    assert body(temperature=0.3)["temperature"] == 0.3
    assert "temperature" not in body(facts=ADAPTIVE, temperature=0.3)
    assert "temperature" not in body(facts=BUDGET, temperature=0.3)
    assert "temperature" not in body(temperature=True)
    assert "top_p" not in body(temperature=0.3, top_p=0.9)
    assert body(top_p=0.9)["top_p"] == 0.9
