"""The database. Handlers run in threads, so each call has a connection of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from app.schemas import PaymentIn, PaymentOut

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merchant_id TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    charge_id TEXT NOT NULL
);
"""


class Store:
    """Payments in a SQLite file."""

    def __init__(self, path: str) -> None:
        self._path = path
        with self._connection() as connection:
            connection.executescript(SCHEMA)

    def add_payment(self, merchant_id: str, payment: PaymentIn, charge_id: str) -> PaymentOut:
        with self._connection() as connection:
            cursor = connection.execute(
                "INSERT INTO payments (merchant_id, amount, currency, charge_id) VALUES (?, ?, ?, ?)",
                (merchant_id, payment.amount, payment.currency, charge_id),
            )
        return PaymentOut(
            id=cursor.lastrowid,
            amount=payment.amount,
            currency=payment.currency,
            charge_id=charge_id,
        )

    def payment(self, merchant_id: str, payment_id: int) -> PaymentOut | None:
        with self._connection() as connection:
            row = connection.execute(
                "SELECT id, amount, currency, charge_id FROM payments WHERE id = ? AND merchant_id = ?",
                (payment_id, merchant_id),
            ).fetchone()
        return PaymentOut(**row) if row else None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()
