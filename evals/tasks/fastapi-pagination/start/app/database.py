"""The SQLite file: its schema, and how it is opened."""

import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer TEXT NOT NULL,
    status TEXT NOT NULL,
    total INTEGER NOT NULL,
    created_at TEXT NOT NULL -- ISO 8601 in UTC, so that it sorts
);
"""


def connect(path: str) -> sqlite3.Connection:
    """Open the file, and make what is missing in it."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.executescript(SCHEMA)
    return connection
