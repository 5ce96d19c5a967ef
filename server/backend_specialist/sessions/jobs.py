"""The running sessions and the tasks they run in.

Owns the tasks: one a session, from its start to its end. Decides nothing about what a job does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.ports import ModelError, Store, StoreFailed
from backend_specialist.sessions import work
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.loop import End
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.turns import Pause
from backend_specialist.tools.registry import ToolFailed

Job = Callable[[], Awaitable[End]]

# A failure of these would be met again at once, before anything was heard.
_OURS = ("store", "internal")

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Running:
    """A session with a task. Only its present job can be cancelled; ``cancelled``: no other one follows."""

    session: Session
    job: asyncio.Task[End]
    task: asyncio.Task[None] | None = None
    cancelled: bool = False


class Jobs:
    """Starts, finds and stops the tasks of sessions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._running: dict[str, Running] = {}
        self._closing = False

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._running

    def __iter__(self) -> Iterator[Running]:
        return iter(tuple(self._running.values()))

    def get(self, session_id: str) -> Running | None:
        """The running session of that id."""
        return self._running.get(session_id)

    def start(self, session: Session, job: Job) -> Running:
        """Run a job in a task of its own."""
        entry = Running(session=session, job=self._task(session, job))
        self._running[session.id] = entry
        entry.task = asyncio.create_task(self._work(entry), name=f"session-{session.id}")
        return entry

    def cancel(self, session_id: str) -> None:
        """Stop a session, what it has not heard yet included; it reports its own end."""
        entry = self._running.get(session_id)
        if entry is not None:
            entry.cancelled = True
            entry.job.cancel()

    async def settled(self, session_id: str) -> Running | None:
        """The running session of that id; one that was cancelled is seen to its end first."""
        entry = self._running.get(session_id)
        if entry is not None and entry.cancelled and entry.task is not None:
            await asyncio.wait({entry.task})
        return self._running.get(session_id)

    async def close(self) -> None:
        """Stop everything; what was waiting can be reviewed after a restart."""
        self._closing = True
        entries = list(self)
        for entry in entries:
            entry.job.cancel()
        tasks = [entry.task for entry in entries if entry.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, entry: Running) -> None:
        session = entry.session
        try:
            while True:
                end = await self._ended(entry.job)
                await self._finish(session, end)
                unheard = await session.unheard()
                if self._closing or not unheard or end.error_kind in _OURS:
                    return
                if entry.cancelled:
                    await self._finish(session, End(status=Status.CANCELLED))
                    return
                # It came too late for the job: nothing may come between this look and what follows.
                entry.job = self._task(session, partial(work.go_on, session))
        finally:
            del self._running[session.id]
            await self._release(session)

    def _task(self, session: Session, job: Job) -> asyncio.Task[End]:
        return asyncio.create_task(self._run_job(session, job), name=f"job-{session.id}")

    async def _ended(self, job: asyncio.Task[End]) -> End:
        """Wait for a job; a cancelled one has an end as well."""
        await asyncio.wait({job})
        if job.cancelled():
            return End(status=Status.INTERRUPTED if self._closing else Status.CANCELLED)
        return job.result()

    async def _run_job(self, session: Session, job: Job) -> End:
        try:
            await session.set_status(Status.RUNNING)
            return await job()
        except Pause as pause:
            return End(status=Status.PAUSED, reason=f"{pause} Reply to go on.")
        except ModelError as error:
            return End(status=Status.FAILED, reason=str(error), error_kind=error.kind)
        except StoreFailed as error:
            return End(status=Status.FAILED, reason=str(error), error_kind="store")
        except (ToolFailed, Unreadable) as error:
            return End(status=Status.FAILED, reason=str(error), error_kind="workspace")
        except Exception as error:
            log.exception("session %s failed", session.id)
            why = f"Something went wrong inside the server ({type(error).__name__}). Its log says more; reply to go on."
            return End(status=Status.FAILED, reason=why, error_kind="internal")

    async def _finish(self, session: Session, end: End) -> None:
        try:
            if end.status is Status.FAILED:
                await session.fail(end.error_kind, end.reason)
            await session.set_status(end.status, end.reason)
        except StoreFailed as error:
            session.fall(Status.FAILED, str(error))

    async def _release(self, session: Session) -> None:
        try:
            await self._store.release(session.id)
        except StoreFailed:
            log.warning("the lease of session %s could not be given back; it expires", session.id)
