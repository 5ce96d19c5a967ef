"""Messages between user, tools and model.

Owns the block types, in the shape of the Messages API, since thinking blocks must go back verbatim.
Knows no endpoint and no SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """Prose of the user or of the model."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolUse:
    """The model's call of a tool. ``input`` is whatever JSON object the model sent."""

    id: str
    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """The answer to the tool call of the same id."""

    tool_use_id: str
    content: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A block that goes back to the model exactly as it came (``thinking``, ``redacted_thinking``)."""

    raw: Mapping[str, Any]


Block = Text | ToolUse | ToolResult | Verbatim


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """``role`` is ``user`` or ``assistant``."""

    role: str
    content: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The prose of the message, without tool blocks."""
        return "".join(block.text for block in self.content if isinstance(block, Text))

    @property
    def tool_uses(self) -> tuple[ToolUse, ...]:
        """The tool calls of the message, in order."""
        return tuple(block for block in self.content if isinstance(block, ToolUse))


class StopReason(StrEnum):
    """Why a model turn ended. ``NONE``: the stream ended without saying so, which is a fault."""

    END_TURN = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    STOP_SEQUENCE = "stop_sequence"
    PAUSE_TURN = "pause_turn"
    REFUSAL = "refusal"
    CONTEXT_EXCEEDED = "model_context_window_exceeded"
    NONE = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens of one or more turns. ``cost`` is in US dollars, ``None`` when a price is unknown."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost: float | None = 0.0

    def __add__(self, other: Usage) -> Usage:
        known = self.cost is not None and other.cost is not None
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            cost=(self.cost or 0.0) + (other.cost or 0.0) if known else None,
        )

    @property
    def total_tokens(self) -> int:
        """All tokens, cached ones included."""
        return (
            self.input_tokens
            + self.output_tokens
            + self.cache_read_tokens
            + self.cache_write_tokens
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One finished answer of the model."""

    message: Message
    stop_reason: StopReason
    usage: Usage = field(default_factory=Usage)


def message_to_json(message: Message) -> dict[str, Any]:
    """Give a message in the shape of the Messages API."""
    return {"role": message.role, "content": [_block_to_json(block) for block in message.content]}


def message_from_json(raw: Mapping[str, Any]) -> Message:
    """Read what :func:`message_to_json` gave."""
    return Message(
        role=raw["role"], content=tuple(_block_from_json(block) for block in raw["content"])
    )


def _block_to_json(block: Block) -> dict[str, Any]:
    match block:
        case Text(text):
            return {"type": "text", "text": text}
        case ToolUse():
            return {
                "type": "tool_use",
                "id": block.id,
                "name": block.name,
                "input": dict(block.input),
            }
        case ToolResult():
            result = {
                "type": "tool_result",
                "tool_use_id": block.tool_use_id,
                "content": block.content,
            }
            return result | ({"is_error": True} if block.is_error else {})
        case Verbatim(raw):
            return dict(raw)


def _block_from_json(raw: Mapping[str, Any]) -> Block:
    match raw["type"]:
        case "text":
            return Text(raw["text"])
        case "tool_use":
            return ToolUse(id=raw["id"], name=raw["name"], input=raw["input"])
        case "tool_result":
            return ToolResult(
                tool_use_id=raw["tool_use_id"],
                content=raw["content"],
                is_error=raw.get("is_error", False),
            )
        case _:
            return Verbatim(dict(raw))
