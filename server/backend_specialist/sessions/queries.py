"""What can be read of the sessions, whether they run here or are stored.

Owns the answers: a title, the list, a transcript, a deliverable. Starts and changes nothing, ``sessions.supervisor``
does. Raises :class:`Refused` for a session that is not there.
"""

from __future__ import annotations

from typing import Any

from backend_specialist.domain.ports import SessionHead
from backend_specialist.sessions import listing, report
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.jobs import Jobs
from backend_specialist.sessions.services import Services
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.stored import Refused, StoredSessions


class Queries:
    """Answers from the running session where there is one, else from the store."""

    def __init__(self, services: Services, jobs: Jobs, stored: StoredSessions) -> None:
        self._services = services
        self._jobs = jobs
        self._stored = stored

    async def session(self, session_id: str) -> Session:
        """Give the running session, or the stored one for reading only."""
        running = self._jobs.get(session_id)
        return running.session if running else await self._stored.load(session_id)

    def title(self, session_id: str) -> str:
        """The title of a running session; its id when it does not run here."""
        entry = self._jobs.get(session_id)
        return entry.session.facts.title if entry else session_id

    async def sessions(self, only: str | None = None) -> list[dict[str, Any]]:
        """Give the sessions of these workspace folders, newest first, or the one with this id if it is there."""
        heads = await self._services.store.heads(only)
        return [await self._row(head) for head in heads if self._is_here(head)]

    async def _row(self, head: SessionHead) -> dict[str, Any]:
        if head.id not in self._jobs and listing.is_final(head):
            return listing.row(head, Status(head.status), head.summary)
        session = await self.session(head.id)
        summary = listing.summary_of(session.facts, session.state)
        elsewhere = head.id not in self._jobs and not Status(head.status).ended
        return listing.row(head, session.status, summary, elsewhere=elsewhere)

    def _is_here(self, head: SessionHead) -> bool:
        """Whether a session was started in one of these folders; without folders, in none."""
        here = {root.path for root in self._services.workspace.roots}
        return bool(here.intersection(head.roots)) or not (here or head.roots)

    async def transcript(self, session_id: str) -> str:
        """Give the conversation as Markdown."""
        session = await self.session(session_id)
        return report.transcript(session_id, session.facts, session.state)

    async def deliverable(self, session_id: str) -> str:
        """Give the deliverable as Markdown."""
        session = await self.session(session_id)
        if not session.state.deliverable:
            raise Refused("sessionId", f"Session {session_id} has no deliverable yet.")
        return session.state.deliverable
