"""A request for a turn in the words of the Messages API.

Owns the body: blocks, thinking, sampling, and where the prompt-cache marks stand. Sends nothing and knows
no SDK. What it drops or adds depends on the message alone, so a longer history begins as the shorter did:
the cache and the signatures of thinking blocks both need that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend_specialist.adapters.model_data import ModelFacts
from backend_specialist.domain.ports import ModelRequest
from backend_specialist.domain.transcript import (
    Block,
    Message,
    Text,
    ToolResult,
    ToolUse,
    Verbatim,
    message_to_json,
)

_MARK = {"type": "ephemeral"}
# How far back from a mark the API looks for something that is already cached.
_LOOK_BACK_BLOCKS = 20
_MIN_BUDGET = 1024
_MAX_BUDGET = 16_000
_MIN_TOKENS_TO_THINK = 4096
_SAMPLING = ("temperature", "top_p", "top_k")
_EFFORTS = ("low", "medium", "high", "xhigh", "max")


def request_body(request: ModelRequest, model_id: str, facts: ModelFacts) -> dict[str, Any]:
    """Give the whole body, sampling options included."""
    thinking = _thinking(request, facts)
    body: dict[str, Any] = {
        "model": model_id,
        "max_tokens": request.max_tokens,
        "messages": [
            message_to_json(kept) for kept in map(_kept, request.messages) if kept.content
        ],
    }
    system = [{"type": "text", "text": clean(text)} for text in request.system if text.strip()]
    if system:
        body["system"] = system
    if request.tools:
        body["tools"] = [_tool(request, index) for index in range(len(request.tools))]
        body["tool_choice"] = {"type": request.tool_choice}
    if thinking:
        body["thinking"] = thinking
    elif facts.sampling:
        body |= _sampling(request.options)
    if facts.thinking == "adaptive" and request.options.get("effort") in _EFFORTS:
        body["output_config"] = {"effort": request.options["effort"]}
    _place_marks(body)
    return body


def clean(text: str) -> str:
    """Give text that can be encoded: halves of a surrogate pair are joined, lone ones replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


# ---------------------------------------------------------------- blocks


def _tool(request: ModelRequest, index: int) -> dict[str, Any]:
    spec = request.tools[index]
    return {
        "name": spec.name,
        "description": clean(spec.description),
        "input_schema": dict(spec.schema),
    }


def _kept(message: Message) -> Message:
    content = list(_usable(message.content))
    # The API refuses thinking as the end of a message: that answer was cut before it said what it had thought of.
    while content and isinstance(content[-1], Verbatim):
        content.pop()
    return Message(role=message.role, content=tuple(content))


def _usable(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        match block:
            case Text(text) if not text.strip():
                continue
            case Text(text):
                yield Text(clean(text))
            case ToolResult(tool_use_id=use, content=content, is_error=is_error):
                shown = clean(content) or "(no output)"
                yield ToolResult(tool_use_id=use, content=shown, is_error=is_error)
            case _:
                yield block


# ---------------------------------------------------------------- thinking and sampling


def _thinking(request: ModelRequest, facts: ModelFacts) -> dict[str, Any] | None:
    wish = request.options.get("thinking")
    wish = wish if isinstance(wish, Mapping) else {}
    if wish.get("type") == "disabled":
        return None
    if facts.thinking == "adaptive" and request.max_tokens >= _MIN_TOKENS_TO_THINK:
        # Without `display` newer models think in silence, and their remarks between calls are lost.
        return {"type": "adaptive", "display": "summarized"}
    if facts.thinking == "enabled" and _last_answer_may_think(request.messages):
        wanted = wish.get("budget_tokens", wish.get("budgetTokens", _MAX_BUDGET))
        budget = min(wanted if isinstance(wanted, int) else _MAX_BUDGET, request.max_tokens // 2)
        return {"type": "enabled", "budget_tokens": budget} if budget >= _MIN_BUDGET else None
    return None


def _last_answer_may_think(messages: Sequence[Message]) -> bool:
    """With a budget, the API wants an answer with tool calls to begin with its thinking."""
    last = next((message for message in reversed(messages) if message.role == "assistant"), None)
    if last is None or not any(isinstance(block, ToolUse) for block in last.content):
        return True
    return isinstance(last.content[0], Verbatim)


def _sampling(options: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: options[name] for name in _SAMPLING if _is_number(options.get(name))}
    if "temperature" in given:
        # The API refuses the two together.
        given.pop("top_p", None)
    return given


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# ---------------------------------------------------------------- prompt-cache marks


def _place_marks(body: dict[str, Any]) -> None:
    """Mark the end of the system prompt, of the previous request, and of this one.

    The mark at the end of the previous request stands where that request had its last one, so all of
    it is found again however long the answer in between was. If more was added than the API looks
    back over, one more mark stands in between.
    """
    head = body.get("system") or body.get("tools")
    if head:
        head[-1]["cache_control"] = _MARK
    messages = body["messages"]
    for block in _ends_and_between(messages, _previous_end(messages)):
        block["cache_control"] = _MARK


def _previous_end(messages: Sequence[Mapping[str, Any]]) -> int:
    """How many messages the previous request had: all before the last answer."""
    answers = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    return answers[-1] if answers else 0


def _ends_and_between(
    messages: Sequence[Mapping[str, Any]], previous: int
) -> Iterator[dict[str, Any]]:
    old = [block for message in messages[:previous] for block in message["content"]]
    new = [block for message in messages[previous:] for block in message["content"]]
    if old and _markable(old[-1]):
        yield old[-1]
    if len(new) > _LOOK_BACK_BLOCKS:
        yield from [block for block in new[:_LOOK_BACK_BLOCKS] if _markable(block)][-1:]
    if new and _markable(new[-1]):
        yield new[-1]


def _markable(block: Mapping[str, Any]) -> bool:
    return block["type"] in ("text", "tool_use", "tool_result")
