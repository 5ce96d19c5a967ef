"""What an endpoint may do to a stream without breaking HTTP or the SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from backend_specialist.adapters.turn_reader import TurnReader
from backend_specialist.domain.ports import ModelError
from backend_specialist.domain.transcript import Text, ToolUse, Turn, Verbatim
from support.arguments import ANYTHING


def read(*events: Any, stop_reason: str | None = "tool_use") -> Turn:
    reader = TurnReader()
    end = {
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason},
        "usage": {"output_tokens": 1},
    }
    for event in (*events, end):
        reader.feed(event)
    return reader.turn()


def start(index: int, **block: Any) -> Any:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, **change: Any) -> Any:
    return {"type": "content_block_delta", "index": index, "delta": change}


def call(arguments: str, **more: Any) -> tuple[Any, Any]:
    block = {"type": "tool_use", "id": "t", "name": "read", "input": {}, **more}
    return start(0, **block), delta(0, type="input_json_delta", partial_json=arguments)


@pytest.mark.parametrize(
    "arguments",
    ['{"a": 1', "[1]", '"a"', "null", '{"a": ' * 70 + "1" + "}" * 70, "[" * 100_000],
    ids=["cut", "a list", "a text", "nothing", "seventy levels", "no bottom"],
)
def test_arguments_that_are_no_plain_object_make_no_turn(arguments: str) -> None:
    with pytest.raises(ModelError, match="not a JSON object") as caught:
        read(*call(arguments))
    assert caught.value.retryable


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "-" + "9" * 5_000]
)
def test_number_that_no_request_can_hold_is_the_text_that_the_model_wrote(number: str) -> None:
    assert read(*call(f'{{"offset": {number}}}')).message.tool_uses[0].input == {"offset": number}


@given(ANYTHING)
def test_arguments_can_be_sent_and_stored_whatever_they_are(value: object) -> None:
    whole, begun = read(*call(json.dumps({"a": value}))), read(start(0, **_begun({"a": value})))
    for use in (*whole.message.tool_uses, *begun.message.tool_uses):
        sent = json.dumps(use.input, allow_nan=False, ensure_ascii=False).encode()
        assert json.loads(sent) == use.input


def _begun(arguments: object) -> dict[str, Any]:
    return {"type": "tool_use", "id": "t", "name": "read", "input": arguments}


@pytest.mark.parametrize(
    "arguments", [[1], "a", 1, {"a": [[]] * 2, "b": json.loads("[" * 70 + "]" * 70)}]
)
def test_arguments_that_come_at_once_are_no_other_than_those_in_pieces(arguments: object) -> None:
    with pytest.raises(ModelError, match="not a JSON object"):
        read(start(0, **_begun(arguments)))


def test_call_without_arguments_has_none() -> None:
    assert read(*call("")).message.tool_uses[0].input == {}


def test_call_without_an_id_gets_one() -> None:
    assert read(*call("{}", id="")).message.tool_uses[0].id.startswith("toolu_")


def test_two_calls_never_share_an_id() -> None:
    second = start(1, type="tool_use", id="t", name="read", input={})
    uses = read(*call("{}"), second).message.tool_uses
    assert len({use.id for use in uses}) == 2


def test_lone_surrogates_of_escapes_are_replaced() -> None:
    use = read(*call('{"content": "a\\ud83d b\\ud83d\\ude00"}')).message.tool_uses[0]
    assert use.input == {"content": "a\ufffd b😀"}


def test_pair_that_was_cut_in_two_is_joined() -> None:
    pieces = [delta(0, type="text_delta", text=half) for half in ("\ud83d", "\ude00")]
    turn = read(start(0, type="text", text=""), *pieces)
    assert turn.message.content == (Text("😀"),)


def test_blocks_stand_in_the_order_of_their_numbers() -> None:
    turn = read(start(1, type="text", text="B"), start(0, type="text", text="A"))
    assert [block.text for block in turn.message.content] == ["A", "B"]  # type: ignore[union-attr]


def test_block_of_an_unknown_kind_is_passed_over() -> None:
    turn = read(start(0, type="hologram"), *call("{}"))
    assert all(isinstance(block, ToolUse) for block in turn.message.content)


def test_answer_without_an_end_is_no_turn() -> None:
    with pytest.raises(ModelError, match="ended without saying why"):
        read(start(0, type="text", text="A"), stop_reason=None)


def test_answer_without_bounds_is_given_up() -> None:
    reader = TurnReader()
    reader.feed(start(0, type="text", text=""))
    piece = delta(0, type="text_delta", text="x" * 8_000_000)
    reader.feed(piece)
    reader.feed(piece)
    with pytest.raises(ModelError, match="too long") as caught:
        reader.feed(piece)
    assert not caught.value.retryable


def thinking(index: int, text: str, signature: str = "") -> list[Any]:
    signed = [delta(index, type="signature_delta", signature=signature)] if signature else []
    begun = start(index, type="thinking", thinking="", signature="")
    return [begun, delta(index, type="thinking_delta", thinking=text), *signed]


def test_thinking_that_was_cut_before_its_signature_is_not_kept() -> None:
    words = [start(0, type="text", text=""), delta(0, type="text_delta", text="I look.")]
    turn = read(*words, *thinking(1, "Hm, what"), stop_reason="max_tokens")
    assert turn.message.content == (Text("I look."),)


def test_thinking_that_is_signed_is_kept_as_it_came() -> None:
    turn = read(*thinking(0, "Hm.", "s"), start(1, type="text", text="Yes."))
    raw = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    assert turn.message.content == (Verbatim(raw), Text("Yes."))
