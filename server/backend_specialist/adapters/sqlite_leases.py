"""Leases as rows: which process holds a session.

Owns every statement about who holds one, but for the guard in ``sqlite_rows`` under which records are added. Works in
the caller's thread and raises what SQLite raises. Whether a process lives is judged by ``lease``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend_specialist.adapters import lease
from backend_specialist.adapters.lease import Lease, Owner
from backend_specialist.adapters.sqlite_file import Database

# A session in one of these has a process that works on it; if it has none, it was interrupted.
_ACTIVE = ("running", "awaitingReview", "awaitingAnswer")
IS_ACTIVE = f"status IN {_ACTIVE}"
_LEASE = "lease.session_id, lease.owner, lease.host, lease.pid, lease.started, lease.expires_at"


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases in a database, as ``viewer`` sees, takes and gives them at the moment ``now``."""

    database: Database
    viewer: Owner
    now: float

    def acquire(self, session_id: str) -> bool:
        """Lease a session to the viewer, unless a live process holds it."""
        with self.database.transaction() as connection:
            if not self.free(connection, session_id):
                return False
            self.take(connection, session_id)
        return True

    def renew(self) -> None:
        """Prolong the viewer's leases; writes nothing when there are none."""
        held = "SELECT 1 FROM lease WHERE owner = ?"
        if not self.database.connection.execute(held, (self.viewer.id,)).fetchone():
            return
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE lease SET expires_at = ? WHERE owner = ?", (self._expiry(), self.viewer.id)
            )

    def release(self, session_id: str) -> None:
        """Give one of the viewer's leases back."""
        with self.database.transaction() as connection:
            connection.execute(
                "DELETE FROM lease WHERE session_id = ? AND owner = ?", (session_id, self.viewer.id)
            )

    def release_all(self) -> None:
        """Give all of the viewer's leases back."""
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM lease WHERE owner = ?", (self.viewer.id,))

    def gone(self) -> frozenset[str]:
        """The active sessions without a live process."""
        rows = self.database.connection.execute(
            f"SELECT session.id, {_LEASE} FROM session"  # noqa: S608 - constants
            f" LEFT JOIN lease ON lease.session_id = session.id WHERE {IS_ACTIVE}"
        )
        return frozenset(row[0] for row in rows.fetchall() if not self._is_live(row[1:]))

    # ------------------------------------------------------------ within a transaction of the caller

    def free(self, connection: sqlite3.Connection, session_id: str) -> bool:
        """Whether there is such a session, and it is the viewer's or nobody's."""
        row = connection.execute(
            f"SELECT session.id, {_LEASE} FROM session"  # noqa: S608 - constants
            " LEFT JOIN lease ON lease.session_id = session.id WHERE session.id = ?",
            (session_id,),
        ).fetchone()
        if row is None:
            return False
        return row[2] == self.viewer.id or not self._is_live(row[1:])

    def take(self, connection: sqlite3.Connection, session_id: str) -> None:
        """Lease a session to the viewer, whoever holds it."""
        owner = self.viewer
        connection.execute(
            "INSERT OR REPLACE INTO lease (session_id, owner, host, pid, started, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (session_id, owner.id, owner.host, owner.pid, owner.started, self._expiry()),
        )

    def end(self, connection: sqlite3.Connection, session_id: str) -> None:
        """Remove the lease of a session, whoever holds it."""
        connection.execute("DELETE FROM lease WHERE session_id = ?", (session_id,))

    def _expiry(self) -> float:
        return self.now + lease.LEASE_SECONDS

    def _is_live(self, row: Sequence[Any]) -> bool:
        if row[0] is None:
            return False
        owner = Owner(id=row[1], host=row[2], pid=row[3], started=row[4])
        return lease.is_live(
            Lease(owner=owner, expires_at=row[5]), now=self.now, viewer=self.viewer
        )
