"""Compaction: a conversation is summarised before the context window is full.

Owns when and how. The summary is asked for with the same prefix, so that it is read from the cache.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend_specialist.domain.ports import ModelInfo
from backend_specialist.domain.transcript import Block, Message, Text, Usage, Verbatim
from backend_specialist.sessions.history import joined, user_text

REQUEST = (
    "The conversation is about to exceed the context window. "
    "Write a summary that replaces everything so far, for yourself: "
    "the task, decisions and their reasons, files read and what matters in them (exact names and signatures), "
    "edits proposed and what became of them, what the user refused and why, and what is left to do. "
    "Do not call tools."
)
_MARGIN = 0.9
_SUMMARY = "<summary of the conversation so far>"


def due(last: Usage, info: ModelInfo) -> bool:
    """Whether the next request may not fit any more."""
    room = info.context_window - info.max_output
    return last.total_tokens > room * _MARGIN


def compacted(messages: Sequence[Message], summary: str) -> tuple[Message, ...]:
    """The first message, the summary and the last complete exchange; everything where there is no summary."""
    if not summary.strip():
        return tuple(messages)
    task = tuple(block for block in messages[0].content if not _is_summary(block))
    note = Text(f"{_SUMMARY}\n{summary}\n</summary>")
    head = Message(role="user", content=(*task, note))
    return joined((head, *map(_without_thinking, _tail(messages))))


def _is_summary(block: Block) -> bool:
    return isinstance(block, Text) and block.text.startswith(_SUMMARY)


def _without_thinking(message: Message) -> Message:
    """Thinking is signed for the conversation in which it was thought, and this is another one now."""
    kept = tuple(block for block in message.content if not isinstance(block, Verbatim))
    return Message(role=message.role, content=kept)


def _tail(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The last answer of the model with its results; nothing when that is where the conversation began."""
    for position in range(len(messages) - 1, 0, -1):
        if messages[position].role == "assistant":
            return tuple(messages[position:])
    return ()


def request(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The conversation with the demand for a summary at its end."""
    return joined((*messages, user_text(REQUEST)))
