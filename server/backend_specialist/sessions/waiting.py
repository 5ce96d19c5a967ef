"""The proposals that wait for a review, those of interrupted sessions included.

Owns which one is meant when no session is named, and how the review of an interrupted session is opened again. Answers
none of them: ``sessions.supervisor`` does. Raises :class:`Refused` where nothing waits.
"""

from __future__ import annotations

import asyncio

from backend_specialist.domain.ports import SessionHead
from backend_specialist.domain.proposal import Proposal
from backend_specialist.sessions import work
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.jobs import Jobs, Running
from backend_specialist.sessions.services import Services
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.stored import Refused, StoredSessions


class Waiting:
    """Finds what waits, and reopens it where no process holds it any more."""

    def __init__(self, services: Services, jobs: Jobs, stored: StoredSessions) -> None:
        self._services = services
        self._jobs = jobs
        self._stored = stored

    async def proposal(self, session_id: str | None) -> tuple[str, Proposal]:
        """Give the waiting proposal, of the only waiting session when none is named."""
        if session_id is None:
            session_id = await self._only()
        entry = self._jobs.get(session_id) or await self._reopen(session_id)
        proposal = entry.session.proposals.waiting
        if proposal is None:
            raise Refused("sessionId", _why_none(session_id, entry.session))
        return session_id, proposal

    async def _only(self) -> str:
        open_now = [entry.session.id for entry in self._jobs if entry.session.proposals.waiting]
        if len(open_now) == 1:
            return open_now[0]
        if open_now:
            ids = ", ".join(open_now)
            raise Refused("sessionId", f"Several sessions wait for a review; name one: {ids}.")
        stored = [head.id for head in await self.interrupted()]
        if len(stored) != 1:
            named = f"; name one: {', '.join(stored)}" if stored else ""
            raise Refused("sessionId", f"No single session waits for a review{named}.")
        return stored[0]

    async def interrupted(self) -> tuple[SessionHead, ...]:
        """Give the interrupted sessions of these workspace folders whose proposal still waits, newest first."""
        here = {root.path for root in self._services.workspace.roots}
        found = []
        for head in await self._services.store.heads():
            stopped = head.status == Status.INTERRUPTED.value and here.intersection(head.roots)
            if stopped and (await self._stored.load(head.id)).state.waiting:
                found.append(head)
        return tuple(found)

    async def _reopen(self, session_id: str) -> Running:
        async with self._stored.turn:
            return self._jobs.get(session_id) or await self._resumed(session_id)

    async def _resumed(self, session_id: str) -> Running:
        async with self._stored.leased(session_id) as session:
            if not session.state.waiting:
                raise Refused("sessionId", f"Session {session_id} has no proposal that waits.")
            entry = self._jobs.start(session, lambda: work.resume_review(session))
        assert entry.task is not None  # noqa: S101 - just started
        opened = asyncio.create_task(session.proposals.opened.wait())
        await asyncio.wait({opened, entry.task}, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        return entry


def _why_none(session_id: str, session: Session) -> str:
    if session.state.applying is None:
        return f"Session {session_id} has no proposal that waits."
    return (
        f"The proposal of session {session_id} is answered: its edits are with your editor, or next in line there. "
        "Where its preview is open, decide there."
    )
