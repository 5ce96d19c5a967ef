"""The conversation as the endpoint must see it.

Owns the invariants of a message history: every tool call is answered in the very next message, results first.
Calls no model.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend_specialist.domain.transcript import Block, Message, Text, ToolResult, ToolUse, Verbatim


def without_thinking(message: Message) -> Message:
    """Thinking is signed for its model and for what came before it, so it goes where one of them has changed."""
    kept = tuple(block for block in message.content if not isinstance(block, Verbatim))
    return Message(role=message.role, content=kept)


def user_text(text: str) -> Message:
    """Give a message in the user's role."""
    return Message(role="user", content=(Text(text),))


def unanswered(messages: Sequence[Message]) -> tuple[ToolUse, ...]:
    """Tool calls of the last answer that have no result yet, in order, whatever was said since."""
    answered: set[str] = set()
    for message in reversed(messages):
        if message.role == "assistant":
            return tuple(call for call in message.tool_uses if call.id not in answered)
        answered.update(b.tool_use_id for b in message.content if isinstance(b, ToolResult))
    return ()


def closing(calls: Sequence[ToolUse], why: str) -> Message:
    """Answer calls that will not be run."""
    results = tuple(ToolResult(tool_use_id=call.id, content=why, is_error=True) for call in calls)
    return Message(role="user", content=results)


def joined(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Merge neighbours of one role, tool results first: the form that every compatible endpoint takes."""
    merged: list[Message] = []
    for message in messages:
        if merged and merged[-1].role == message.role:
            content = (*merged[-1].content, *message.content)
            merged[-1] = Message(role=message.role, content=_results_first(content))
        else:
            merged.append(message)
    return tuple(merged)


def _results_first(content: tuple[Block, ...]) -> tuple[Block, ...]:
    results = tuple(block for block in content if isinstance(block, ToolResult))
    return (*results, *(block for block in content if not isinstance(block, ToolResult)))


def repeated(messages: Sequence[Message], call: ToolUse, times: int = 3) -> bool:
    """Whether ``call`` and the calls just before it are ``times`` the same: same tool, same arguments."""
    calls = [item for message in messages for item in message.tool_uses]
    position = next((i for i, item in enumerate(calls) if item.id == call.id), len(calls))
    last = [*calls[:position], call][-times:]
    same = all(item.name == call.name and item.input == call.input for item in last)
    return len(last) == times and same
