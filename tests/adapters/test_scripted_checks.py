"""Every refusal of the real API that our requests could meet."""

from __future__ import annotations

from typing import Any

import pytest

from backend_specialist.adapters.scripted_cache import history_digests
from backend_specialist.adapters.scripted_checks import refusal
from backend_specialist.adapters.scripted_stream import signature

READ = {"name": "read", "input_schema": {"type": "object"}}
EPHEMERAL = {"type": "ephemeral"}


def use(identity: str = "t1") -> dict[str, Any]:
    return {"type": "tool_use", "id": identity, "name": "read", "input": {}}


def result(identity: str = "t1", **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": identity, "content": "x", **more}


def text(words: str = "Hello.", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks) or "Hello."}


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def request(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"model": "m", "max_tokens": 4096, "messages": list(messages) or [user()]}
    return {key: value for key, value in {**base, **more}.items() if value is not None}


def talk(*after: dict[str, Any], tools: Any = (READ,), **more: Any) -> dict[str, Any]:
    return request(user(), assistant(use()), *after, tools=tools and list(tools), **more)


REFUSED = [
    ("max_tokens is missing", request(max_tokens=None), "max_tokens: Field required"),
    ("max_tokens is zero", request(max_tokens=0), "greater than or equal to 1"),
    ("the model is missing", request(model=None), "model: Field required"),
    ("there are no messages", {**request(), "messages": []}, "at least one message"),
    ("a field is unknown", request(colour="red"), "colour: Extra inputs"),
    ("a role is unknown", request({"role": "system", "content": "x"}), "Input should be 'user'"),
    ("a message is empty", request({"role": "user", "content": []}), "non-empty content"),
    ("the assistant begins", request(assistant(text()), user()), "first message must use"),
    ("the assistant ends: prefill", request(user(), assistant(text())), "prefill"),
    ("a text is empty", request(user(text(""))), "non-whitespace"),
    ("a text is blank", request(user(text(" \n"))), "non-whitespace"),
    ("the system prompt is blank", request(system=[text(" ")]), "non-whitespace"),
    ("a block is unknown", request(user({"type": "sound"})), "Input tag 'sound'"),
    ("tool input is a list", talk(user(result()), tools=(READ,)) | {
        "messages": [user(), assistant({**use(), "input": []}), user(result())]
    }, "valid dictionary"),
    ("an error result is empty", talk(user(result(content="", is_error=True))), "cannot be empty"),
    ("tool history has no tools", talk(user(result()), tools=None), "must define tools"),
    ("a tool choice has no tools", request(tool_choice={"type": "auto"}), "while providing tools"),
    ("a tool's name is bad", request(tools=[{**READ, "name": "no spaces"}]), "match pattern"),
    ("a tool's schema is bad", request(tools=[{**READ, "input_schema": {}}]), "input_schema"),
    ("two tools share a name", request(tools=[READ, READ]), "names must be unique"),
    ("a call has no result", talk(user(text())), "without `tool_result` blocks"),
    ("a result comes one message late", talk(user(text()), assistant(text()), user(result())),
     "without `tool_result` blocks"),
    ("a result comes after text", talk(user(text(), result())), "without `tool_result` blocks"),
    ("a result has no call", request(user(result()), tools=[READ]), "unexpected `tool_use_id`"),
    ("a result comes twice", talk(user(result(), result())), "multiple `tool_result`"),
    ("two calls share an id", talk(user(result()), assistant(use()), user(result())), "unique"),
    ("there are five marks", request(
        user(*(text(str(n), cache_control=EPHEMERAL) for n in range(5)))), "Found 5"),
    ("a mark stands on thinking", request(
        user(), assistant({"type": "redacted_thinking", "data": "x", "cache_control": EPHEMERAL},
                          text()), user()), "thinking blocks"),
    ("sampling meets thinking", request(thinking={"type": "adaptive"}, temperature=0.5),
     "may only be set"),
    ("a new model gets a temperature", request(model="claude-sonnet-5-5", temperature=0.5),
     "not supported"),
    ("a new model gets a budget", request(
        model="claude-opus-4-8", thinking={"type": "enabled", "budget_tokens": 2000}),
     '"thinking.type.enabled" is not supported'),
    ("an old model is to adapt", request(model="claude-haiku-4-5", thinking={"type": "adaptive"}),
     '"thinking.type.adaptive" is not supported'),
    ("the budget is too small", request(thinking={"type": "enabled", "budget_tokens": 1000}),
     "greater than or equal to 1024"),
    ("the budget leaves no room", request(thinking={"type": "enabled", "budget_tokens": 4096}),
     "must be greater than `thinking.budget_tokens`"),
    ("thinking meets a forced tool", request(
        tools=[READ], tool_choice={"type": "any"}, thinking={"type": "adaptive"}), "forces tool use"),
    ("thinking with a budget is left out", talk(
        user(result()), thinking={"type": "enabled", "budget_tokens": 2000}),
     "Expected `thinking`"),
    ("an answer ends in thinking", request(
        user(), assistant(text(), {"type": "redacted_thinking", "data": "x"}), user()), "final block"),
    ("thinking was changed", request(
        user(), assistant({"type": "thinking", "thinking": "Hm!", "signature": "sig_x"}, text()),
        user()), "Invalid `signature`"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "complaint"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_request_is_refused_when(body: dict[str, Any], complaint: str) -> None:
    assert complaint in refusal(body)


ACCEPTED = [
    ("it is plain", request()),
    ("it has everything", talk(
        user(result(), text()), system=[text(cache_control=EPHEMERAL)], tool_choice={"type": "none"},
        stream=True)),
    ("one role speaks twice", request(user(), user(), assistant(text()), assistant(text()), user())),
    ("results come in two messages", request(
        user(), assistant(use("a"), use("b")), user(result("b")), user(result("a"), text()),
        tools=[READ])),
    ("a model without thinking is sampled", request(temperature=0.5, top_k=3)),
]  # fmt: skip


@pytest.mark.parametrize("body", [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_request_is_accepted_when(body: dict[str, Any]) -> None:
    assert refusal(body) == ""


def test_thinking_that_came_is_accepted_in_its_place() -> None:
    body = request(user(), user(), thinking={"type": "adaptive"})
    signed = signature(history_digests(body)[1], "Hm.")
    block = {"type": "thinking", "thinking": "Hm.", "signature": signed}
    body["messages"][1:1] = [assistant(block, text())]
    assert refusal(body) == ""
    body["messages"][0] = user(text("Something else."))
    assert "different conversation" in refusal(body)
