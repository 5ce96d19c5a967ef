"""Questions and permission requests that wait for the user.

Owns the open requests of one session. Asks nobody: it announces, and waits as long as the user needs.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

from backend_specialist.sessions.events import Asking


class OpenRequests:
    """Futures by request id. A request that was answered, or never was, cannot be answered."""

    def __init__(self, announce: Callable[[Asking], None]) -> None:
        self._announce = announce
        self._numbers = itertools.count(1)
        self._open: dict[str, tuple[Asking, asyncio.Future[str | None]]] = {}

    async def ask(self, asking: Asking) -> str | None:
        """Announce a request and wait for its answer; ``None`` when it was dismissed."""
        request_id = f"{asking.kind}-{next(self._numbers)}"
        asking = replace(asking, request_id=request_id)
        future: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._open[request_id] = (asking, future)
        self._announce(asking)
        try:
            return await future
        finally:
            del self._open[request_id]

    def answer(self, request_id: str, text: str | None) -> bool:
        """Resolve a request; ``False`` when it is not open."""
        entry = self._open.get(request_id)
        if entry is None or entry[1].done():
            return False
        entry[1].set_result(text)
        return True

    def find(self, request_id: str) -> Asking | None:
        """The open request of that id."""
        entry = self._open.get(request_id)
        return entry[0] if entry else None

    def waiting(self, kind: str) -> Asking | None:
        """The oldest open request of that kind."""
        return next((asking for asking, _ in self._open.values() if asking.kind == kind), None)
