"""The table of articles, in a SQLite file that several processes use."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Article:
    id: str
    title: str
    text: str


class Articles:
    """Articles by id."""

    def __init__(self, path: str) -> None:
        self._path = path
        with self._connection() as connection:
            connection.executescript(SCHEMA)

    def insert(self, article: Article) -> bool:
        """Add an article; False when the id is taken."""
        with self._connection() as connection:
            done = connection.execute(
                "INSERT OR IGNORE INTO articles (id, title, text) VALUES (?, ?, ?)",
                (article.id, article.title, article.text),
            )
            return done.rowcount == 1

    def get(self, article_id: str) -> Article | None:
        with self._connection() as connection:
            row = connection.execute(
                "SELECT id, title, text FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
        return Article(*row) if row else None

    def update(self, article: Article) -> None:
        with self._connection() as connection:
            connection.execute(
                "UPDATE articles SET title = ?, text = ? WHERE id = ?",
                (article.title, article.text, article.id),
            )

    def delete(self, article_id: str) -> None:
        with self._connection() as connection:
            connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=10)
        try:
            with connection:
                yield connection
        finally:
            connection.close()
