"""The SQLite file: connections, transactions and the numbered steps of its schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class Database:
    """Gives transactions, each on a connection of its own, so that threads never share one."""

    def __init__(self, path: str) -> None:
        self._path = path

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock from the first statement on; commit at the end, roll back on an error."""
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.close()

    def migrate(self) -> None:
        """Apply the steps that this database has not seen yet, in the order of their names."""
        connection = self._connect()
        try:
            connection.execute("CREATE TABLE IF NOT EXISTS schema_steps (name TEXT PRIMARY KEY)")
            seen = {row["name"] for row in connection.execute("SELECT name FROM schema_steps")}
            for step in sorted(MIGRATIONS.glob("*.sql")):
                if step.name not in seen:
                    connection.executescript(step.read_text(encoding="utf-8"))
                    connection.execute("INSERT INTO schema_steps (name) VALUES (?)", (step.name,))
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
