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
CREATE TABLE IF NOT EXISTS idempotency_keys (
    merchant_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    payment_id INTEGER REFERENCES payments (id),
    PRIMARY KEY (merchant_id, key)
);
"""


class KeyReused(Exception):
    """The key was used with another body."""


class KeyInUse(Exception):
    """The first request with the key has not ended."""


class Store:
    """Payments in a SQLite file."""

    def __init__(self, path: str) -> None:
        self._path = path
        with self._connection() as connection:
            connection.executescript(SCHEMA)

    def claim(self, merchant_id: str, key: str, payment: PaymentIn) -> PaymentOut | None:
        """Take the key, or give what came of it; raise :class:`KeyReused` or :class:`KeyInUse`."""
        request = payment.model_dump_json()
        with self._connection() as connection:
            taken = connection.execute(
                "INSERT OR IGNORE INTO idempotency_keys (merchant_id, key, request) VALUES (?, ?, ?)",
                (merchant_id, key, request),
            ).rowcount
            if taken:
                return None
            row = connection.execute(
                "SELECT request, payment_id FROM idempotency_keys WHERE merchant_id = ? AND key = ?",
                (merchant_id, key),
            ).fetchone()
        if row["request"] != request:
            raise KeyReused
        if row["payment_id"] is None:
            raise KeyInUse
        return self.payment(merchant_id, row["payment_id"])

    def release(self, merchant_id: str, key: str) -> None:
        """Let the key be used again: nothing was charged."""
        with self._connection() as connection:
            connection.execute(
                "DELETE FROM idempotency_keys WHERE merchant_id = ? AND key = ? AND payment_id IS NULL",
                (merchant_id, key),
            )

    def add_payment(
        self, merchant_id: str, payment: PaymentIn, charge_id: str, key: str
    ) -> PaymentOut:
        with self._connection() as connection:
            cursor = connection.execute(
                "INSERT INTO payments (merchant_id, amount, currency, charge_id) VALUES (?, ?, ?, ?)",
                (merchant_id, payment.amount, payment.currency, charge_id),
            )
            connection.execute(
                "UPDATE idempotency_keys SET payment_id = ? WHERE merchant_id = ? AND key = ?",
                (cursor.lastrowid, merchant_id, key),
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
