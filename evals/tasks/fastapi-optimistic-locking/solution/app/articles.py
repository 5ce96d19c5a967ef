"""The table of articles, in a SQLite file that several processes use."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    version TEXT NOT NULL DEFAULT 'first'
);
"""


@dataclass(frozen=True)
class Article:
    """``version`` is another one after every change."""

    id: str
    title: str
    text: str
    version: str


class Articles:
    """Articles by id."""

    def __init__(self, path: str) -> None:
        self._path = path
        with self._connection() as connection:
            connection.executescript(SCHEMA)
            columns = {row[1] for row in connection.execute("PRAGMA table_info(articles)")}
            if "version" not in columns:
                connection.execute(
                    "ALTER TABLE articles ADD COLUMN version TEXT NOT NULL DEFAULT 'first'"
                )

    def insert(self, article_id: str, title: str, text: str) -> Article | None:
        """Add an article; None when the id is taken."""
        article = Article(article_id, title, text, _new_version())
        with self._connection() as connection:
            done = connection.execute(
                "INSERT OR IGNORE INTO articles (id, title, text, version) VALUES (?, ?, ?, ?)",
                (article_id, title, text, article.version),
            )
        return article if done.rowcount == 1 else None

    def get(self, article_id: str) -> Article | None:
        with self._connection() as connection:
            row = connection.execute(
                "SELECT id, title, text, version FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
        return Article(*row) if row else None

    def update(self, article_id: str, title: str, text: str, version: str) -> Article | None:
        """Change an article that has this version; None when it has another one by now."""
        article = Article(article_id, title, text, _new_version())
        with self._connection() as connection:
            done = connection.execute(
                "UPDATE articles SET title = ?, text = ?, version = ? WHERE id = ? AND version = ?",
                (title, text, article.version, article_id, version),
            )
        return article if done.rowcount == 1 else None

    def delete(self, article_id: str, version: str) -> bool:
        """Remove an article that has this version."""
        with self._connection() as connection:
            done = connection.execute(
                "DELETE FROM articles WHERE id = ? AND version = ?", (article_id, version)
            )
        return done.rowcount == 1

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=10)
        try:
            with connection:
                yield connection
        finally:
            connection.close()


def _new_version() -> str:
    # Random, so that an article which is created again never has a version of its predecessor.
    return secrets.token_hex(8)
