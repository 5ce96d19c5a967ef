from __future__ import annotations

import json
from typing import Any

import pytest

from backend_specialist.adapters.scripts import (
    Call,
    Fault,
    Reply,
    ScriptError,
    reply_to,
    script_from_json,
)


def request_after(*results: str, answers: int = 1) -> dict[str, Any]:
    blocks = [{"type": "tool_result", "tool_use_id": "t", "content": text} for text in results]
    answer = {"role": "assistant", "content": "ok"}
    question = {"role": "user", "content": "go on"}
    history = [question, answer] * answers
    return {"messages": [*history, {"role": "user", "content": blocks or "go on"}]}


def test_script_reads_every_field() -> None:
    text = json.dumps(
        [
            {
                "thinking": "Hm.",
                "text": "Reading.",
                "tools": [{"name": "read", "input": {"filePath": "a.py"}}],
                "stopReason": "max_tokens",
                "delayMs": 30,
                "fault": {"kind": "status", "status": 429, "headers": {"retry-after": "1"}},
                "when": {"toolResultContains": "refused"},
            }
        ]
    )
    assert script_from_json(text) == (
        Reply(
            thinking="Hm.",
            text="Reading.",
            tools=(Call("read", {"filePath": "a.py"}),),
            stop_reason="max_tokens",
            delay=0.03,
            fault=Fault(kind="status", status=429, headers={"retry-after": "1"}),
            when="refused",
        ),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not JSON"),
        ("{}", "a list of at least one reply"),
        ("[]", "a list of at least one reply"),
        ('[{"texts": "x"}]', "reply 1: unknown key 'texts'"),
        ('[{"text": 1}]', "reply 1: text must be str"),
        ("[{}, [{}, 3]]", "reply 2, alternative 2: expected an object"),
        ('[{"tools": [{"input": {}}]}]', "reply 1, tool: it needs a name"),
        ('[{"fault": {"kind": "rain"}}]', "reply 1, fault: kind must be one of"),
    ],
)
def test_script_that_is_wrong_says_where(text: str, complaint: str) -> None:
    with pytest.raises(ScriptError, match=complaint):
        script_from_json(text)


def test_position_is_the_number_of_answers_so_far() -> None:
    script = [Reply(text="one"), Reply(text="two"), Reply(text="three")]
    assert reply_to(script, request_after(answers=2)).text == "three"


def test_first_alternative_that_matches_is_taken() -> None:
    step = (Reply(text="again", when="refused"), Reply(text="thanks"))
    script = [Reply(), step]
    assert reply_to(script, request_after("accepted", "edit was refused: no")).text == "again"
    assert reply_to(script, request_after("accepted")).text == "thanks"


def test_step_without_a_fitting_alternative_says_so() -> None:
    with pytest.raises(ScriptError, match="No alternative of reply 2"):
        reply_to([Reply(), (Reply(when="refused"),)], request_after("accepted"))


def test_script_that_ran_out_says_how_long_it_is() -> None:
    with pytest.raises(ScriptError, match="has 1 replies, and this conversation asks for number 3"):
        reply_to([Reply()], request_after(answers=2))


def test_callable_sees_the_request() -> None:
    def answer(request: Any) -> Reply:
        return Reply(text=str(len(request["messages"])))

    assert reply_to(answer, request_after()).text == "3"
    assert reply_to([Reply(), answer], request_after()).text == "3"
