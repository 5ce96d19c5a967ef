"""Sessions and their records as rows.

Owns every statement about them; who holds a session is ``sqlite_leases``'. Works in the caller's thread, raises what
SQLite raises, and :class:`~backend_specialist.domain.ports.StoreFailed` where a session is not this process's to write.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend_specialist.adapters.lease import Owner
from backend_specialist.adapters.sqlite_file import Database
from backend_specialist.adapters.sqlite_leases import IS_ACTIVE, Leases
from backend_specialist.domain.ports import Record, SessionHead, StoreFailed

INTERRUPTED = "interrupted"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions in a database, as ``viewer`` may read and write them at the moment ``now``."""

    database: Database
    viewer: Owner
    now: float

    @property
    def leases(self) -> Leases:
        """Who holds these sessions, for the same viewer at the same moment."""
        return Leases(self.database, self.viewer, self.now)

    # ------------------------------------------------------------ writing

    def create(self, head: SessionHead, records: Sequence[Record]) -> None:
        """Begin a session, leased by the viewer."""
        rows = _rows(head.id, records)
        values = (head.id, _clean(head.title), _clean(head.agent), head.status, head.started_at)
        with self.database.transaction() as connection:
            connection.execute(
                "INSERT INTO session (id, title, agent, status, started_at, changed_at, roots)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*values, self.now, json.dumps(head.roots)),
            )
            self.leases.take(connection, head.id)
            _insert(connection, rows)

    def append(
        self,
        session_id: str,
        records: Sequence[Record],
        status: str | None,
        summary: Mapping[str, Any] | None,
    ) -> None:
        """Add records to a session that the viewer holds."""
        rows = _rows(session_id, records)
        told = None if summary is None else json.dumps(summary)
        with self.database.transaction() as connection:
            changed = connection.execute(
                "UPDATE session SET changed_at = ?, status = coalesce(?, status),"
                " summary = coalesce(?, summary) WHERE id = ?"
                " AND EXISTS (SELECT 1 FROM lease WHERE session_id = session.id AND owner = ?)",
                (self.now, status, told, session_id, self.viewer.id),
            )
            if not changed.rowcount:
                raise StoreFailed(self._why_not(connection, session_id))
            _insert(connection, rows)

    def _why_not(self, connection: sqlite3.Connection, session_id: str) -> str:
        found = connection.execute("SELECT 1 FROM session WHERE id = ?", (session_id,)).fetchone()
        if not found:
            return (
                f"The session {session_id} is not stored any more, so nothing was added to it: it was deleted, "
                "or its file was replaced. Start a new session."
            )
        return (
            f"The session {session_id} is not held by this server, so nothing was added to it: another server may have "
            "gone on with it. Look at it again before you continue it."
        )

    # ------------------------------------------------------------ reading

    def load(self, session_id: str) -> tuple[SessionHead, tuple[Record, ...]] | None:
        """Give head and records."""
        heads = self.heads(session_id)
        if not heads:
            return None
        rows = self.database.connection.execute(
            "SELECT kind, data FROM record WHERE session_id = ? ORDER BY id", (session_id,)
        )
        return heads[0], tuple(Record(kind=kind, data=json.loads(data)) for kind, data in rows)

    def heads(self, only: str | None = None) -> tuple[SessionHead, ...]:
        """Every session, newest first, or the one with this id."""
        if only is not None:
            return self._select("WHERE id = ?", (only,))
        return self._select("ORDER BY started_at DESC, rowid DESC", ())

    def _select(self, rest: str, values: tuple[Any, ...]) -> tuple[SessionHead, ...]:
        gone = self._interrupt()
        rows = self.database.connection.execute(
            f"SELECT id, title, agent, status, started_at, roots, summary FROM session {rest}",  # noqa: S608 - constants
            values,
        )
        heads = (_head(row) for row in rows.fetchall())
        return tuple(
            replace(head, status=INTERRUPTED) if head.id in gone else head for head in heads
        )

    def _interrupt(self) -> frozenset[str]:
        """Give the active sessions without a live process, and store that they are interrupted if that can be."""
        gone = self.leases.gone()
        if not gone:
            return gone
        try:
            with self.database.transaction() as connection:
                # One may have been taken up since.
                for session_id in self.leases.gone():
                    connection.execute(
                        "UPDATE session SET status = ? WHERE id = ?", (INTERRUPTED, session_id)
                    )
                    self.leases.end(connection, session_id)
        except sqlite3.OperationalError as error:
            _log.info("Interrupted sessions could not be marked: %s", error)
        return gone

    # ------------------------------------------------------------ removing

    def delete(self, session_id: str) -> tuple[str, ...]:
        """Remove a session, unless another live process holds it; give its id if it was removed."""
        with self.database.transaction() as connection:
            if not self.leases.free(connection, session_id):
                return ()
            connection.execute("DELETE FROM session WHERE id = ?", (session_id,))
        self.database.forget_deleted()
        return (session_id,)

    def prune(self, older_than_seconds: float) -> tuple[str, ...]:
        """Remove what ended, was not changed for that long and is held by nobody; give the ids."""
        self._interrupt()
        with self.database.transaction() as connection:
            rows = connection.execute(
                f"SELECT id FROM session WHERE changed_at < ? AND NOT ({IS_ACTIVE})",  # noqa: S608 - constants
                (self.now - older_than_seconds,),
            )
            ids = [row[0] for row in rows.fetchall() if self.leases.free(connection, row[0])]
            connection.executemany("DELETE FROM session WHERE id = ?", [(each,) for each in ids])
        if ids:
            self.database.forget_deleted()
        return tuple(ids)


def _insert(connection: sqlite3.Connection, rows: Iterable[tuple[str, str, str]]) -> None:
    connection.executemany("INSERT INTO record (session_id, kind, data) VALUES (?, ?, ?)", rows)


def _rows(session_id: str, records: Sequence[Record]) -> list[tuple[str, str, str]]:
    try:
        # ASCII keeps lone surrogates, which SQLite could not store as text.
        return [(session_id, record.kind, json.dumps(record.data)) for record in records]
    except (RecursionError, TypeError, ValueError) as error:
        raise StoreFailed(
            f"A step of the session could not be stored, because it cannot be written as JSON ({error}). "
            "Start the task again; the model may have sent something malformed."
        ) from error


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _head(row: Sequence[Any]) -> SessionHead:
    return SessionHead(
        id=row[0],
        title=row[1],
        agent=row[2],
        status=row[3],
        started_at=row[4],
        roots=tuple(json.loads(row[5])),
        summary=json.loads(row[6]),
    )
