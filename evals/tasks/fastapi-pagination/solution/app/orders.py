"""What is asked of the table of orders."""

from contextlib import closing

from app import database


class OrderTable:
    """Orders, the newest first."""

    def __init__(self, path: str) -> None:
        self._path = path
        database.connect(path).close()

    def page(
        self, count: int, after: tuple[str, int] | None, status: str | None = None
    ) -> list[dict]:
        """At most ``count`` orders (of a status) that come after this time and id."""
        conditions, values = ["1 = 1"], []
        if status:
            conditions.append("status = ?")
            values.append(status)
        if after:
            conditions.append("(created_at, id) < (?, ?)")
            values += after
        with closing(database.connect(self._path)) as connection:
            rows = connection.execute(
                "SELECT id, customer, status, total, created_at FROM orders "
                f"WHERE {' AND '.join(conditions)} ORDER BY created_at DESC, id DESC LIMIT ?",
                (*values, count),
            )
            return [dict(row) for row in rows]
