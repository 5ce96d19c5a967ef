"""What the real Messages API refuses with status 400.

Owns the rules, so that nothing passes a test that would fail in earnest. Each check gives the message of
the refusal, or nothing. Answers nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from backend_specialist.adapters.scripted_cache import blocks_of, content_of, history_digests
from backend_specialist.adapters.scripted_stream import signature, thought_before

Request = Mapping[str, Any]
Check = Callable[[Request], Iterator[str]]

_MAX_MARKS = 4
_TOP_LEVEL = frozenset(
    (
        "cache_control",
        "container",
        "diagnostics",
        "inference_geo",
        "max_tokens",
        "messages",
        "metadata",
        "model",
        "output_config",
        "service_tier",
        "stop_sequences",
        "stream",
        "system",
        "temperature",
        "thinking",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
    )
)
_BLOCK_TYPES = ("text", "tool_use", "tool_result", "thinking", "redacted_thinking", "image")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_SAMPLING = ("temperature", "top_p", "top_k")
# Models that take neither sampling nor a thinking budget, and models that know budgets only.
_ADAPTIVE_ONLY = re.compile(r"claude-(opus-4-[78]|[a-z]+-5)")
_BUDGET_ONLY = re.compile(r"claude-[a-z]+-4-5")


def refusal(request: Request) -> str:
    """Why the API would refuse this request; empty when it would not."""
    return next((message for check in _CHECKS for message in check(request)), "")


def _shape(request: Request) -> Iterator[str]:
    for key in request:
        if key not in _TOP_LEVEL:
            yield f"{key}: Extra inputs are not permitted"
    for key in ("model", "max_tokens", "messages"):
        if key not in request:
            yield f"{key}: Field required"
    if not isinstance(request["max_tokens"], int) or request["max_tokens"] < 1:
        yield "max_tokens: must be greater than or equal to 1"
    if not request["messages"]:
        yield "messages: at least one message is required"
    for index, message in enumerate(request["messages"]):
        if message.get("role") not in ("user", "assistant"):
            yield f"messages.{index}.role: Input should be 'user' or 'assistant'"
        if not message.get("content"):
            yield f"messages.{index}: all messages must have non-empty content"


def _order(request: Request) -> Iterator[str]:
    if request["messages"][0]["role"] != "user":
        yield 'messages: first message must use the "user" role'
    if request["messages"][-1]["role"] == "assistant":
        yield (
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        )


def _blocks(request: Request) -> Iterator[str]:
    for where, block in _placed(request):
        kind = block.get("type")
        if kind not in _BLOCK_TYPES:
            yield f"{where}: Input tag {kind!r} found using 'type' does not match any expected tags"
        elif kind == "text" and not block["text"].strip():
            yield f"{where}: text content blocks must contain non-whitespace text"
        elif kind == "tool_use" and not isinstance(block["input"], dict):
            yield f"{where}.tool_use.input: Input should be a valid dictionary"
        elif kind == "tool_result" and block.get("is_error") and not block.get("content"):
            yield f"{where}.tool_result: content cannot be empty if `is_error` is true"
    for index, block in enumerate(blocks_of(request.get("system", ()))):
        if not block["text"].strip():
            yield f"system.{index}: text content blocks must contain non-whitespace text"


def _tools(request: Request) -> Iterator[str]:
    tools = request.get("tools", ())
    names = [tool.get("name") for tool in tools]
    for index, tool in enumerate(tools):
        if not _NAME.fullmatch(str(tool.get("name"))):
            yield f"tools.{index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        if tool.get("input_schema", {}).get("type") != "object":
            yield f"tools.{index}.custom.input_schema.type: Field required"
        if names.index(tool.get("name")) != index:
            yield "tools: Tool names must be unique."
    kinds = {block.get("type") for _, block in _placed(request)}
    if not tools and kinds & {"tool_use", "tool_result"}:
        yield "Requests which have `tool_use` or `tool_result` blocks in history must define tools."
    if not tools and "tool_choice" in request:
        yield "tool_choice may only be specified while providing tools"


def _tool_results(request: Request) -> Iterator[str]:
    turns = _turns(request["messages"])
    seen: set[str] = set()
    for index, (role, blocks) in enumerate(turns):
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if role == "assistant":
            uses = [block["id"] for block in blocks if block["type"] == "tool_use"]
            following = turns[index + 1][1] if index + 1 < len(turns) else []
            yield from _answered(uses, following, seen)
            seen.update(uses)
        else:
            before = turns[index - 1][1] if index else []
            asked = {block["id"] for block in before if block["type"] == "tool_use"}
            yield from _expected(results, asked)


def _answered(uses: Sequence[str], following: Sequence[Any], seen: set[str]) -> Iterator[str]:
    leading = following[: len(uses)]
    found = {block.get("tool_use_id") for block in leading if block["type"] == "tool_result"}
    if len(set(uses)) != len(uses) or seen & set(uses):
        yield "messages: `tool_use` ids must be unique"
    missing = [use for use in uses if use not in found]
    if missing:
        yield (
            "messages: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` "
            "block in the next message."
        )


def _expected(results: Sequence[str], asked: set[str]) -> Iterator[str]:
    for result in results:
        if result not in asked:
            yield f"messages: unexpected `tool_use_id` found in `tool_result` blocks: {result}"
    if len(set(results)) != len(results):
        yield "messages: each tool_use must have a single result. Found multiple `tool_result` blocks"


def _marks(request: Request) -> Iterator[str]:
    heads = [*request.get("tools", ()), *blocks_of(request.get("system", ()))]
    blocks = [*heads, *(block for _, block in _placed(request))]
    marked = [block for block in blocks if "cache_control" in block]
    if len(marked) > _MAX_MARKS:
        yield (f"A maximum of 4 blocks with cache_control may be provided. Found {len(marked)}.")
    for block in marked:
        if block["cache_control"].get("type") != "ephemeral":
            yield "cache_control.type: Input should be 'ephemeral'"
        if block.get("type") in ("thinking", "redacted_thinking"):
            yield "cache_control: Extra inputs are not permitted on thinking blocks"


def _thinking_settings(request: Request) -> Iterator[str]:
    thinking = request.get("thinking", {})
    kind, model = thinking.get("type"), str(request["model"])
    sampling = [name for name in _SAMPLING if name in request]
    if _ADAPTIVE_ONLY.search(model) and sampling:
        yield f"`{sampling[0]}` is not supported for this model."
    if kind in (None, "disabled"):
        return
    refusing = _ADAPTIVE_ONLY if kind == "enabled" else _BUDGET_ONLY
    if kind not in ("adaptive", "enabled") or refusing.search(model):
        yield f'"thinking.type.{kind}" is not supported for this model.'
    if kind == "enabled":
        yield from _budget(thinking.get("budget_tokens"), request["max_tokens"])
    if sampling:
        yield f"`{sampling[0]}` may only be set to its default when thinking is enabled."
    if request.get("tool_choice", {}).get("type") in ("any", "tool"):
        yield "Thinking may not be enabled when tool_choice forces tool use."


def _budget(budget: Any, max_tokens: int) -> Iterator[str]:
    if not isinstance(budget, int) or budget < 1024:
        yield "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"
    elif budget >= max_tokens:
        yield "`max_tokens` must be greater than `thinking.budget_tokens`."


def _thinking_blocks(request: Request) -> Iterator[str]:
    histories = history_digests(request)
    for index, message in enumerate(request["messages"]):
        for number, block in enumerate(content_of(message)):
            if block["type"] != "thinking":
                continue
            if block.get("signature") != signature(histories[index], block["thinking"]):
                yield (
                    f"messages.{index}.content.{number}: Invalid `signature` in `thinking` block. "
                    "The block is bound to a different conversation."
                )


def _thinking_last(request: Request) -> Iterator[str]:
    for index, message in enumerate(request["messages"]):
        kind = content_of(message)[-1]["type"]
        if message["role"] == "assistant" and kind in ("thinking", "redacted_thinking"):
            yield f"messages.{index}: The final block in an assistant message cannot be `thinking`."


def _thinking_kept(request: Request) -> Iterator[str]:
    messages = request["messages"]
    answers = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    if not answers:
        return
    blocks = content_of(messages[answers[-1]])
    uses = [block["id"] for block in blocks if block["type"] == "tool_use"]
    if uses and blocks[0]["type"] not in ("thinking", "redacted_thinking"):
        kind = request.get("thinking", {}).get("type")
        thought = kind == "adaptive" and thought_before(
            uses[0], history_digests(request)[answers[-1]]
        )
        if kind == "enabled" or thought:
            yield (
                f"Expected `thinking` or `redacted_thinking`, but found `{blocks[0]['type']}`. "
                "When `thinking` is enabled, a final `assistant` message must start with a "
                "thinking block."
            )


def _placed(request: Request) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, message in enumerate(request["messages"]):
        for number, block in enumerate(content_of(message)):
            yield f"messages.{index}.content.{number}", block


def _turns(messages: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    grouped = groupby(messages, key=lambda message: str(message["role"]))
    return [(role, [block for m in group for block in content_of(m)]) for role, group in grouped]


_CHECKS: tuple[Check, ...] = (
    _shape,
    _order,
    _blocks,
    _tools,
    _tool_results,
    _marks,
    _thinking_settings,
    _thinking_last,
    _thinking_kept,
    _thinking_blocks,
)
