"""Durable sessions in SQLite: the ``Store`` port.

Owns what survives a crash, and which process may go on with it. All work happens on one thread of its own, never on the
event loop. Knows no meaning of a record (``sessions.state`` does) and no statement (``sqlite_rows`` does, and
``sqlite_leases``).
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from backend_specialist.adapters.lease import HEARTBEAT_SECONDS, Owner, this_process
from backend_specialist.adapters.sqlite_file import Database, open_database, plain_errors
from backend_specialist.adapters.sqlite_rows import Sessions
from backend_specialist.adapters.state_files import StateFailed, StateFiles
from backend_specialist.domain.ports import Record, SessionHead, StoreFailed

RETENTION_SECONDS = 90 * 86_400.0
# After these the open file is as good as before; after any other error it is opened again.
_HARMLESS = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL)
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class SqliteStore:
    """The sessions of one user, shared by all the servers that this user runs.

    Every call may raise :class:`StoreFailed`, and the store can be used again after that. ``notices`` are
    sentences for the user about the store itself (a damaged file was put aside).
    """

    def __init__(
        self,
        files: StateFiles,
        *,
        owner: Owner | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.notices: list[str] = []
        self._files = files
        self._path = files.path("sessions.sqlite3")
        self._owner = owner or this_process()
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="session-store")
        self._database: Database | None = None
        self._heartbeat: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self) -> None:
        """Begin the heartbeat, open the file and drop what is past its retention. It may be called again."""
        if self._heartbeat is None:
            self._heartbeat = asyncio.create_task(self._beat(), name="store heartbeat")
        await self.prune(RETENTION_SECONDS)

    async def close(self) -> None:
        """Release every lease and close; raises nothing. What is called afterwards fails."""
        if self._heartbeat:
            self._heartbeat.cancel()
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._finish)
            self._thread.shutdown(wait=False)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self.renew()

    async def renew(self) -> None:
        """Prolong the leases of this process, as the heartbeat does; a failure is only logged."""
        try:
            await self._call(lambda sessions: sessions.leases.renew())
        except StoreFailed as error:
            _log.warning("The leases could not be renewed: %s", error)

    async def create(self, head: SessionHead, records: Sequence[Record]) -> None:
        """Begin a session, leased by this process."""
        await self._call(lambda sessions: sessions.create(head, records))

    async def append(
        self,
        session_id: str,
        records: Sequence[Record],
        *,
        status: str | None = None,
        summary: Mapping[str, Any] | None = None,
    ) -> None:
        """Add records to a session leased by this process, in one transaction, with new status and summary if given."""
        await self._call(lambda sessions: sessions.append(session_id, records, status, summary))

    async def load(self, session_id: str) -> tuple[SessionHead, tuple[Record, ...]] | None:
        """Give head and records, or ``None`` when there is no such session."""
        return await self._call(lambda sessions: sessions.load(session_id))

    async def heads(self, only: str | None = None) -> tuple[SessionHead, ...]:
        """Every session, newest first, or that one; an active one whose process is gone is ``interrupted``."""
        return await self._call(lambda sessions: sessions.heads(only))

    async def acquire(self, session_id: str) -> bool:
        """Lease a session to this process; ``False`` when another live process holds it or it does not exist."""
        return await self._call(lambda sessions: sessions.leases.acquire(session_id))

    async def release(self, session_id: str) -> None:
        """Give a lease back."""
        await self._call(lambda sessions: sessions.leases.release(session_id))

    async def delete(self, session_id: str) -> bool:
        """Remove a session and its documents; ``False`` when there is none or another process holds it."""
        return bool(await self._call(lambda sessions: self._forget(sessions.delete(session_id))))

    async def prune(self, older_than_seconds: float) -> int:
        """Remove ended sessions whose last change is older than that, and their documents; give how many."""
        return await self._call(lambda sessions: self._forget(sessions.prune(older_than_seconds)))

    # ------------------------------------------------------------ on the store's own thread

    async def _call(self, work: Callable[[Sessions], _T]) -> _T:
        if self._closed:
            raise StoreFailed(
                "The stored sessions are closed, because the server ends. Start it again."
            )
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._do, work)

    def _do(self, work: Callable[[Sessions], _T]) -> _T:
        with plain_errors(self._path):
            try:
                return work(Sessions(self._connect(), self._owner, self._clock()))
            except sqlite3.Error as error:
                if error.sqlite_errorcode & 0xFF not in _HARMLESS:
                    self._disconnect()
                raise

    def _connect(self) -> Database:
        if self._database and self._database.moved():
            _log.warning("The file %s was moved or deleted; it is opened again.", self._path)
            self._disconnect()
        if self._database is None:
            self._prepare()
            self._database, notice = open_database(self._path)
            self.notices += [notice] if notice else []
        return self._database

    def _prepare(self) -> None:
        try:
            self._files.prepare()
        except StateFailed as error:
            raise StoreFailed(str(error)) from error

    def _finish(self) -> None:
        try:
            if self._database:
                self._do(lambda sessions: sessions.leases.release_all())
        except StoreFailed as error:
            # A lease that stays behind is recognised by its dead process.
            _log.warning("The leases could not be released: %s", error)
        self._disconnect()

    def _disconnect(self) -> None:
        if self._database:
            self._database.connection.close()
            self._database = None

    def _forget(self, session_ids: Sequence[str]) -> int:
        for session_id in session_ids:
            self._files.remove_session(session_id)
        return len(session_ids)
