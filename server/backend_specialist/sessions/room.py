"""How much of the context window a conversation takes.

Owns the measure: what the endpoint counted, and an estimate of what came after. Decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from backend_specialist.domain.ports import ModelInfo
from backend_specialist.domain.transcript import Block, Message, Text, ToolResult, ToolUse, Verbatim
from backend_specialist.sessions.state import State

BYTES_PER_TOKEN = 2.5
"""Rather too many tokens than too few: estimated, not measured.

The common rule of thumb is 3 to 4 English characters a token, and the tokenizer since Claude Opus 4.7 is said to make
up to 1.35 times as many of the same text. What is denser still (hexadecimal, base64) only the endpoint knows, and says.
"""


def room(info: ModelInfo) -> int:
    """Tokens that a conversation may have, so that the longest answer still fits behind it."""
    return info.context_window - info.max_output


def taken(state: State) -> int:
    """Tokens of the conversation: those of the last turn, and an estimate of what came after it."""
    return state.filled + estimated(state.messages[state.counted :])


def estimated(messages: Sequence[Message]) -> int:
    """Tokens of messages that nobody has counted."""
    return sum(tokens(block) for message in messages for block in message.content)


def tokens(block: Block) -> int:
    """Tokens of one block that nobody has counted."""
    return int(len(_text(block).encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def _text(block: Block) -> str:
    match block:
        case Text(text):
            return text
        case ToolResult():
            return block.content
        case ToolUse():
            return block.name + json.dumps(dict(block.input), ensure_ascii=False)
        case Verbatim(raw):
            return json.dumps(dict(raw), ensure_ascii=False)
