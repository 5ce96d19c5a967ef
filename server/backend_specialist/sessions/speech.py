"""What the specialist says while it says it, in pieces that people can follow.

Owns the pace: a model sends a thousand pieces a second, and nobody reads more than fifty. Loses none and keeps their
order. Says nothing itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PACE_SECONDS = 0.02


class Speech:
    """Gathers pieces and hands them on together; ``say`` gets them, from the event loop."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._pieces: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, piece: str) -> None:
        """Take one piece."""
        self._pieces.append(piece)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PACE_SECONDS, self.flush)

    def flush(self) -> None:
        """Hand on what there is: before anything else is said, or when it is time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pieces, self._pieces = self._pieces, []
        if pieces:
            self._say("".join(pieces))
