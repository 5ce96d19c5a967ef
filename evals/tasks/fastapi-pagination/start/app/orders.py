"""What is asked of the table of orders."""

from contextlib import closing

from app import database


class OrderTable:
    """Orders, the newest first."""

    def __init__(self, path: str) -> None:
        self._path = path
        database.connect(path).close()

    def all(self, status: str | None = None) -> list[dict]:
        """Every order, or those of a status."""
        where, values = ("WHERE status = ?", (status,)) if status else ("", ())
        with closing(database.connect(self._path)) as connection:
            rows = connection.execute(
                f"SELECT id, customer, status, total, created_at FROM orders {where} "
                "ORDER BY created_at DESC, id DESC",
                values,
            )
            return [dict(row) for row in rows]
