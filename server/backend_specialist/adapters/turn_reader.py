"""A streamed answer, read event by event into a turn.

Owns what counts as a finished turn. Events are JSON objects as they came, so no SDK is needed here. The
endpoint is not trusted: a turn that did not end properly, or whose tool arguments are not the JSON
object they should be, is no turn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from backend_specialist.adapters.model_requests import clean
from backend_specialist.domain.ports import ModelError, TextDelta, ThinkingDelta, ToolStarted
from backend_specialist.domain.transcript import (
    Block,
    Message,
    StopReason,
    Text,
    ToolUse,
    Turn,
    Usage,
    Verbatim,
)

_MAX_CHARACTERS = 16_000_000
_MAX_DEPTH = 64
# So many fit into a double, and most readers of JSON have nothing larger.
_MOST_DIGITS = 300


@dataclass
class _Growing:
    """A block whose pieces are still coming; ``start`` is how it began."""

    start: Mapping[str, Any]
    pieces: list[str] = field(default_factory=list)
    signature: str = ""

    @property
    def text(self) -> str:
        return clean("".join(self.pieces))


class TurnReader:
    """Feed it every event of the stream, then ask for the turn."""

    def __init__(self) -> None:
        self._blocks: dict[int, _Growing] = {}
        self._usage: dict[str, int] = {}
        self._stop_reason: str | None = None
        self._characters = 0
        self._ids: set[str] = set()

    @property
    def began(self) -> bool:
        """Whether anything of the answer has come."""
        return bool(self._usage)

    def feed(self, event: Mapping[str, Any]) -> TextDelta | ThinkingDelta | ToolStarted | None:
        """Take one event and give what it shows, if anything; raises what it likes for one that is malformed."""
        match event["type"]:
            case "message_start":
                self._count(event["message"]["usage"])
            case "content_block_start":
                return self._begin(event["index"], event["content_block"])
            case "content_block_delta":
                return self._grow(event["index"], event["delta"])
            case "message_delta":
                self._stop_reason = event["delta"].get("stop_reason")
                self._count(event.get("usage") or {})
        return None

    def turn(self) -> Turn:
        """Give the finished turn; raise :class:`ModelError` when it is not finished."""
        if not self._stop_reason:
            raise _broken("it ended without saying why")
        content = tuple(
            block for index in sorted(self._blocks) for block in self._block(self._blocks[index])
        )
        message = Message(role="assistant", content=content)
        return Turn(message=message, stop_reason=self._reason(message), usage=self._spent())

    def _begin(self, index: int, block: Mapping[str, Any]) -> ToolStarted | None:
        self._blocks[index] = _Growing(start=block)
        return ToolStarted(clean(block["name"])) if block["type"] == "tool_use" else None

    def _grow(self, index: int, delta: Mapping[str, Any]) -> TextDelta | ThinkingDelta | None:
        growing = self._blocks[index]
        match delta["type"]:
            case "text_delta":
                growing.pieces.append(self._bounded(delta["text"]))
                return TextDelta(clean(delta["text"]))
            case "thinking_delta":
                growing.pieces.append(self._bounded(delta["thinking"]))
                return ThinkingDelta(clean(delta["thinking"]))
            case "input_json_delta":
                growing.pieces.append(self._bounded(delta["partial_json"]))
            case "signature_delta":
                growing.signature = delta["signature"]
        return None

    def _bounded(self, piece: str) -> str:
        self._characters += len(piece)
        if self._characters > _MAX_CHARACTERS:
            raise ModelError("stream", "The model's answer is too long to be read.")
        return piece

    def _count(self, usage: Mapping[str, Any]) -> None:
        names = ("input", "output", "cache_read_input", "cache_creation_input")
        counts = {name: usage.get(f"{name}_tokens") for name in names}
        # Later counts are totals, so they replace earlier ones; what is absent stays as it was.
        self._usage |= {name: count for name, count in counts.items() if isinstance(count, int)}

    def _spent(self) -> Usage:
        return Usage(
            input_tokens=self._usage.get("input", 0),
            output_tokens=self._usage.get("output", 0),
            cache_read_tokens=self._usage.get("cache_read_input", 0),
            cache_write_tokens=self._usage.get("cache_creation_input", 0),
        )

    def _reason(self, message: Message) -> StopReason:
        try:
            return StopReason(self._stop_reason or "")
        except ValueError:
            return StopReason.TOOL_USE if message.tool_uses else StopReason.END_TURN

    def _block(self, growing: _Growing) -> list[Block]:
        match growing.start["type"]:
            case "text":
                text = clean(growing.start.get("text", "")) + growing.text
                return [Text(text)] if text.strip() else []
            case "tool_use":
                return self._tool_use(growing)
            case "thinking":
                thinking = growing.start.get("thinking", "") + growing.text
                signed = growing.signature or growing.start.get("signature", "")
                raw = {"type": "thinking", "thinking": thinking, "signature": signed}
                # The limit cut it before it was signed: every later request with it would be refused.
                return [Verbatim(raw)] if signed else []
            case "redacted_thinking":
                return [Verbatim(dict(growing.start))]
            case _:
                return []

    def _tool_use(self, growing: _Growing) -> list[Block]:
        try:
            arguments = _arguments(growing.text or json.dumps(growing.start.get("input") or {}))
        except (ValueError, RecursionError):
            if self._stop_reason in (StopReason.MAX_TOKENS, StopReason.CONTEXT_EXCEEDED):
                # The limit cut the call short: it never was one.
                return []
            raise _broken("the arguments of a tool call are not a JSON object") from None
        name = clean(growing.start["name"])
        return [ToolUse(id=self._new_id(growing.start.get("id")), name=name, input=arguments)]

    def _new_id(self, given: str | None) -> str:
        # Small servers give no ids, or one id twice, and then no result would find its call.
        identity = given if given and given not in self._ids else f"toolu_{uuid4().hex}"
        self._ids.add(identity)
        return identity


def _arguments(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    value = json.loads(text, parse_int=_integer, parse_float=_real, parse_constant=str)
    if not isinstance(value, dict) or _too_deep(value):
        raise ValueError("not a usable object")
    if "\\u" not in text:
        return value
    # Escapes can spell half a surrogate pair, which no file and no request can hold.
    cleaned: dict[str, Any] = json.loads(clean(json.dumps(value, ensure_ascii=False)))
    return cleaned


# What a model writes in place of a number is for the tool to refuse. As a number it could not go back to the endpoint.


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _real(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _broken(why: str) -> ModelError:
    return ModelError("stream", f"The model's answer is not usable: {why}.", retryable=True)
