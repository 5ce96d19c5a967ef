"""Orders in the database, and the rules that must hold in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from app.database import Database
from app.errors import OrderAlreadyPaid, OrderNotFound
from app.models import Order, OrderLine, OrderStatus


class OrderRepository:
    """Reads and writes orders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ping(self) -> None:
        """Fail when the database does not answer."""
        with self._database.transaction() as connection:
            connection.execute("SELECT 1")

    def place(self, customer: str, lines: Sequence[OrderLine]) -> Order:
        """Store a new order that waits for its payment."""
        order = Order(
            id=f"ord_{uuid4().hex[:12]}",
            customer=customer,
            status=OrderStatus.PENDING,
            created_at=datetime.now(UTC),
            lines=tuple(lines),
        )
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO orders (id, customer, status, created_at) VALUES (?, ?, ?, ?)",
                (order.id, order.customer, order.status, order.created_at.isoformat()),
            )
            connection.executemany(
                "INSERT INTO order_lines (order_id, position, sku, quantity, unit_price_cents)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (order.id, position, line.sku, line.quantity, line.unit_price_cents)
                    for position, line in enumerate(order.lines)
                ],
            )
        return order

    def get(self, order_id: str) -> Order:
        """Give an order, or raise OrderNotFound."""
        with self._database.transaction() as connection:
            return _load(connection, order_id)

    def pay(self, order_id: str) -> Order:
        """Mark an order as paid, once."""
        with self._database.transaction() as connection:
            if _load(connection, order_id).status is OrderStatus.PAID:
                raise OrderAlreadyPaid(order_id)
            connection.execute(
                "UPDATE orders SET status = ? WHERE id = ?", (OrderStatus.PAID, order_id)
            )
            return _load(connection, order_id)


def _load(connection: sqlite3.Connection, order_id: str) -> Order:
    row = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
    if row is None:
        raise OrderNotFound(order_id)
    lines = connection.execute(
        "SELECT * FROM order_lines WHERE order_id = ? ORDER BY position", (order_id,)
    )
    return Order(
        id=row["id"],
        customer=row["customer"],
        status=OrderStatus(row["status"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        lines=tuple(
            OrderLine(
                sku=line["sku"],
                quantity=line["quantity"],
                unit_price_cents=line["unit_price_cents"],
            )
            for line in lines
        ),
    )
