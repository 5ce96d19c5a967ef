"""Compaction: a conversation is summarised before the context window is full.

Owns when it is due, what is asked for and what is kept; ``sessions.compactor`` does it. The summary is asked for with
the same prefix and the same choice of tools, so that it is read from the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend_specialist.domain.ports import ModelInfo
from backend_specialist.domain.transcript import Block, Message, Text
from backend_specialist.sessions.history import joined, user_text, without_thinking
from backend_specialist.sessions.omission import omitted
from backend_specialist.sessions.room import estimated, room, taken
from backend_specialist.sessions.state import State

REQUEST = (
    "The conversation is about to exceed the context window. "
    "Write a summary that replaces everything so far, for yourself: "
    "the task, decisions and their reasons, files read and what matters in them (exact names and signatures), "
    "edits proposed and what became of them, what the user refused and why, and what is left to do. "
    "Do not call tools."
)
_MARGIN = 0.9
# Results are kept in so much of the room: if it were full again, the next turn would be for another summary.
_KEPT = 0.5
# Less than an answer may have, so that a summary still fits where an answer does not; twice the usual budget for
# thinking, which must not change, since the cache would be lost.
_LONGEST_SUMMARY = 32_000
_SUMMARY = "<summary of the conversation so far>"


def due(state: State, info: ModelInfo) -> bool:
    """Whether the next request may not fit any more, and there is something to summarise.

    What came after the last turn counts as :data:`room.BYTES_PER_TOKEN` estimates it: one turn of reads can fill the
    window.
    """
    return answered(state) and taken(state) > room(info) * _MARGIN


def answered(state: State) -> bool:
    """Whether the model has said anything that a summary could be of."""
    return any(message.role == "assistant" for message in state.messages)


def longest_summary(info: ModelInfo) -> int:
    """How many tokens a summary may have."""
    return min(info.max_output, _LONGEST_SUMMARY)


def parts(state: State, info: ModelInfo) -> Iterator[tuple[Message, ...]]:
    """What a summary can be asked of, the most first; the next is for an endpoint that had no room for one.

    As much as should fit; then what did fit in the last turn, if the window is smaller than is known; then what no
    more can be left out of.
    """
    size = taken(state)
    last: tuple[Message, ...] = ()
    for fitting in (info.context_window - longest_summary(info), state.filled, 0):
        part = omitted(state.messages, size - fitting)
        if part != last:
            yield part
        last = part


def request(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The conversation with the demand for a summary at its end."""
    return joined((*messages, user_text(REQUEST)))


def compacted(messages: Sequence[Message], summary: str, info: ModelInfo) -> tuple[Message, ...]:
    """The first message, the summary and the last complete exchange, as far as it has room; everything where there is
    no summary.
    """
    if not summary.strip():
        return tuple(messages)
    task = tuple(block for block in messages[0].content if not _is_summary(block))
    note = Text(f"{_SUMMARY}\n{summary}\n</summary>")
    head = Message(role="user", content=(*task, note))
    # All thinking goes: this is another conversation now.
    kept = joined((head, *map(without_thinking, _tail(messages))))
    kept = omitted(kept, estimated(kept) - int(room(info) * _KEPT), replies=False)
    return omitted(kept, estimated(kept) - room(info))


def _is_summary(block: Block) -> bool:
    return isinstance(block, Text) and block.text.startswith(_SUMMARY)


def _tail(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The last answer of the model with its results; nothing when that is where the conversation began."""
    for position in range(len(messages) - 1, 0, -1):
        if messages[position].role == "assistant":
            return tuple(messages[position:])
    return ()
