"""The database file behind the store: opening, its form, and what its errors mean.

Owns the connection settings, the migrations and the way a damaged file is put aside. Knows no session. Every
function blocks, and is called on the store's own thread.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from backend_specialist.adapters.state_files import VARIABLE, create_private
from backend_specialist.domain.ports import StoreFailed

BUSY_SECONDS = 5.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SIDE_FILES = ("", "-wal", "-shm")
_log = logging.getLogger(__name__)

# One entry a version; a file of version n has had the first n applied.
_MIGRATIONS = (
    """
    CREATE TABLE session (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, agent TEXT NOT NULL, status TEXT NOT NULL,
        started_at REAL NOT NULL, changed_at REAL NOT NULL, roots TEXT NOT NULL
    );
    CREATE TABLE record (
        id INTEGER PRIMARY KEY, session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        kind TEXT NOT NULL, data TEXT NOT NULL
    );
    CREATE INDEX record_session ON record (session_id, id);
    CREATE TABLE lease (
        session_id TEXT PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
        owner TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL,
        expires_at REAL NOT NULL
    );
    """,
    "ALTER TABLE session ADD COLUMN summary TEXT NOT NULL DEFAULT '{}';",
)


@dataclass(slots=True)
class Database:
    """An open file. ``identity`` tells whether the path still leads to it."""

    path: str
    connection: sqlite3.Connection
    identity: tuple[int, int]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; the data is on disk when the block is left."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            # A failed commit may have rolled back by itself.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def moved(self) -> bool:
        """Whether the file was deleted or replaced: what is written would be lost."""
        try:
            return _identity(self.path) != self.identity
        except OSError:
            return True

    def forget_deleted(self) -> None:
        """Make sure that deleted text does not stay readable in the side file, as far as it goes now."""
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            _log.info("The write-ahead log could not be emptied yet: %s", error)


def open_database(path: str) -> tuple[Database, str]:
    """Open or create; a damaged file is put aside and a new one begun, which the second value says.

    Raises :class:`StoreFailed`.
    """
    with plain_errors(path):
        create_private(path)
        examined = _identity(path)
        try:
            return _open(path), ""
        except sqlite3.DatabaseError as error:
            if _code(error) not in _DAMAGED:
                raise
        # Another process may have done it meanwhile.
        notice = _put_aside(path) if _identity(path) == examined else ""
        create_private(path)
        return _open(path), notice


def _open(path: str) -> Database:
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        database = Database(path, connection, _identity(path))
        _refuse_newer(database)
        _configure(connection)
        _check(connection)
        _migrate(database)
    except BaseException:
        connection.close()
        raise
    return database


def _configure(connection: sqlite3.Connection) -> None:
    _use_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # A deleted session is source code that the user wants gone.
    connection.execute("PRAGMA secure_delete = ON")
    # The file is in a private directory, but its content may have been written by a stranger's hand.
    connection.execute("PRAGMA trusted_schema = OFF")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    # SQLite does not wait by itself here when two processes create the same file.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        error = sqlite3.DatabaseError(verdict)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _refuse_newer(database: Database) -> None:
    if _version(database.connection) > len(_MIGRATIONS):
        raise StoreFailed(
            f"The sessions in {database.path} come from a newer version of Backend Specialist. "
            f"Install that one, or set {VARIABLE} to another directory."
        )


def _migrate(database: Database) -> None:
    if _version(database.connection) == len(_MIGRATIONS):
        return
    with database.transaction() as connection:
        for script in _MIGRATIONS[_version(connection) :]:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _put_aside(path: str) -> str:
    aside = f"{path}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    for suffix in _SIDE_FILES:
        if os.path.exists(path + suffix):
            os.replace(path + suffix, aside + suffix)
    notice = (
        f"The stored sessions were damaged and could not be read. The file was kept as {aside}, "
        "and a new one was begun. Nothing in your workspaces is affected."
    )
    _log.warning("%s", notice)
    return notice


@contextmanager
def plain_errors(path: str) -> Iterator[None]:
    """Turn what the database or the system says into :class:`StoreFailed` with a plain message."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreFailed(_message(_code(error), str(error), path)) from error
    except OSError as error:
        raise StoreFailed(_message(0, error.strerror or str(error), path)) from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _message(code: int, detail: str, path: str) -> str:
    cause, remedy = _CAUSES.get(
        code, (detail, "Check the disk and the rights of the directory, then try again")
    )
    return f"The stored sessions in {path} cannot be used: {cause}. {remedy}."


_DAMAGE = (
    "the file is damaged",
    "It is kept under another name when the store is opened again; start a new session",
)
_CAUSES = {
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space, then try again"),
    sqlite3.SQLITE_READONLY: (
        "the file or its directory is read-only",
        f"Make it writable, or set {VARIABLE} to another directory and restart the server",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the file cannot be opened",
        f"Make its directory readable and writable, or set {VARIABLE} to another one and restart the server",
    ),
    sqlite3.SQLITE_BUSY: (
        f"another program has kept it locked for {BUSY_SECONDS:g} seconds",
        "Close other programs that have the file open, then try again",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGE,
    sqlite3.SQLITE_NOTADB: _DAMAGE,
}


def _identity(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino
