"""What follows a turn of the model, by how it ended.

Owns that reading, and the words with which an answer that broke off is gone on with; a session and an expert that it
asks read turns alike. Acts on nothing.
"""

from __future__ import annotations

from enum import Enum

from backend_specialist.domain.transcript import Message, StopReason, Turn
from backend_specialist.sessions.history import closing, user_text

CUT_CALL = "Not run: your answer was cut at the output limit. Call again, in smaller pieces."
CUT_TEXT = (
    "Your answer was cut at the output limit. Go on where its text ended. If it ended in a tool call, that was not run:"
    " call again, in smaller pieces."
)
FULL_CALL = (
    "Not run: your answer was cut where the context window was full. The conversation is shorter now: call again, in "
    "smaller pieces."
)
FULL_TEXT = (
    "Your answer was cut where the context window was full. The conversation is shorter now: go on where the text of "
    "that answer ended."
)
GO_ON = "Go on."


class Next(Enum):
    """``FULL``: the context window was; ``CUT``: the answer was too long; ``PAUSED``: the endpoint wants a word."""

    REFUSED = "refused"
    CUT = "cut"
    FULL = "full"
    CALLS = "calls"
    PAUSED = "paused"
    DONE = "done"


_BROKEN_OFF = {
    StopReason.REFUSAL: Next.REFUSED,
    StopReason.MAX_TOKENS: Next.CUT,
    StopReason.CONTEXT_EXCEEDED: Next.FULL,
}


def what_follows(turn: Turn) -> Next:
    """Read a turn; calls of one that broke off are not to be run, since others may have been meant to follow."""
    if turn.stop_reason in _BROKEN_OFF:
        return _BROKEN_OFF[turn.stop_reason]
    if turn.message.tool_uses:
        return Next.CALLS
    return Next.PAUSED if turn.stop_reason is StopReason.PAUSE_TURN else Next.DONE


_WORDS = {
    Next.CUT: (CUT_CALL, CUT_TEXT),
    Next.FULL: (FULL_CALL, FULL_TEXT),
    Next.PAUSED: ("", GO_ON),
}


def going_on(turn: Turn) -> Message:
    """What the model is told after a turn that is ``CUT``, ``FULL`` or ``PAUSED``."""
    of_calls, of_text = _WORDS[what_follows(turn)]
    calls = turn.message.tool_uses
    return closing(calls, of_calls) if calls else user_text(of_text)
