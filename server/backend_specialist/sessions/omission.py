"""What is left out of a conversation that has no room for it.

Owns which texts these are and what stands in their place. A result stays the result of its call, since the endpoint
wants one for each, and every place says what is missing. Neither the task nor the model's own words are touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend_specialist.domain.transcript import Block, Message, Text, ToolResult
from backend_specialist.sessions.history import without_thinking
from backend_specialist.sessions.room import tokens

RESULT = (
    "Left out: this result of {count:,} characters has no room in the context window. If you still need it, get it in "
    "parts, few calls a turn: read takes offset and limit, and a narrower pattern or path gives less."
)
REPLY = (
    "\n\n(Left out here: {count:,} characters that have no room in the context window. If you need them, read them in "
    "parts where they are in a file, else ask the user for the part that matters.)\n\n"
)
# In characters: a result that is kept whole, and what is kept of both ends of a reply.
SMALL = 4_000
_NOTE = 500


def omitted(
    messages: Sequence[Message], excess: int, *, replies: bool = True
) -> tuple[Message, ...]:
    """Leave out as much as it takes to save ``excess`` tokens, or all that can be; without ``replies`` only results."""
    shorter = list(messages)
    first = len(shorter)
    for place, at in _places(messages):
        if excess <= 0:
            break
        content = shorter[place].content
        block = _omitted(content[at])
        if isinstance(block, Text) and not replies:
            continue
        if block is not content[at]:
            excess -= tokens(content[at]) - tokens(block)
            content = (*content[:at], block, *content[at + 1 :])
            shorter[place] = Message(role=shorter[place].role, content=content)
            first = min(first, place)
    return (*shorter[:first], *map(without_thinking, shorter[first:]))


def _places(messages: Sequence[Message]) -> Iterator[tuple[int, int]]:
    """Message and block of what the user or a tool said, in the order in which it can be spared.

    What came after the last answer did not fit, so it is the first to go; results before replies, since a tool can be
    asked again. The last comes first: what stands before it is still read from the cache.
    """
    answers = [place for place, message in enumerate(messages) if message.role == "assistant"]
    newest = answers[-1] if answers else 0
    places = [
        (place, at)
        for place, message in enumerate(messages)
        if place and message.role == "user"
        for at in range(len(message.content))
    ]

    def cost(it: tuple[int, int]) -> tuple[bool, bool, int, int]:
        place, at = it
        said = isinstance(messages[place].content[at], Text)
        return place < newest, said, -place, -at

    yield from sorted(places, key=cost)


def _omitted(block: Block) -> Block:
    """Give what stands in the place of a block; a small one is given back."""
    match block:
        case ToolResult(content=text) if len(text) > SMALL:
            shown = RESULT.format(count=len(text))
            return ToolResult(tool_use_id=block.tool_use_id, content=shown, is_error=block.is_error)
        case Text(text) if len(text) > 2 * SMALL + _NOTE:
            note = REPLY.format(count=len(text) - 2 * SMALL)
            return Text(text[:SMALL] + note + text[-SMALL:])
        case _:
            return block
