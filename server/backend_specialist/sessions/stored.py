"""The sessions in the store, as this process reads them and takes them up.

Owns the way from a stored session to a running one. ``turn`` is the lock under which that way is gone: of two requests
that come at once, one takes the session up and the other finds it running. Runs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from backend_specialist.domain.ports import Store
from backend_specialist.sessions import records
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.facts import SessionFacts, facts_from_json
from backend_specialist.sessions.fold import fold, restore
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.state import State

_ELSEWHERE = "is in use by another editor. Go on with it there, or close it there first."
Make = Callable[[str, SessionFacts, State], Session]


class Refused(Exception):
    """A request that cannot be done; ``key`` names the argument that is at fault."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class StoredSessions:
    """``make`` builds a session from id, facts and state; ``is_running`` says whether this process runs it."""

    def __init__(self, store: Store, make: Make, is_running: Callable[[str], bool]) -> None:
        self._store = store
        self._make = make
        self._is_running = is_running
        self.turn = asyncio.Lock()

    async def load(self, session_id: str) -> Session:
        """Give a stored session, for reading only; raise :class:`Refused`."""
        stored = await self._store.load(session_id)
        if stored is None:
            raise Refused("sessionId", f"There is no session {session_id!r}.")
        head, entries = stored
        facts = facts_from_json(entries[0].data["facts"])
        session = self._make(session_id, facts, restore(entries))
        if session.status is not Status(head.status):
            entry = records.simple("status", status=head.status)
            session.state = fold(session.state, entry)
        return session

    async def refuse_elsewhere(self, session_id: str) -> None:
        """Raise :class:`Refused` for a session that runs in another process, and for one that is not there."""
        if not (await self.load(session_id)).status.ended:
            raise Refused("sessionId", f"Session {session_id} {_ELSEWHERE}")

    @asynccontextmanager
    async def leased(self, session_id: str) -> AsyncIterator[Session]:
        """Give a stored session that this process may go on with; the block starts it, or raises and gives it back.

        Raises :class:`Refused` when it runs already, here or in another process. The caller has the ``turn``.
        """
        session = await self._leased(session_id)
        try:
            yield session
        except BaseException:
            await self._store.release(session_id)
            raise

    async def _leased(self, session_id: str) -> Session:
        if self._is_running(session_id):
            raise Refused("sessionId", f"Session {session_id} is still running; cancel it first.")
        await self.load(session_id)
        if not await self._store.acquire(session_id):
            raise Refused("sessionId", f"Session {session_id} {_ELSEWHERE}")
        return await self.load(session_id)
