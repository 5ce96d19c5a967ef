"""The words of the service: plain data, no database and no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrderStatus(StrEnum):
    """How far an order has come."""

    PENDING = "pending"
    PAID = "paid"


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """One article of an order."""

    sku: str
    quantity: int
    unit_price_cents: int


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order with its lines."""

    id: str
    customer: str
    status: OrderStatus
    created_at: datetime
    lines: tuple[OrderLine, ...]

    @property
    def total_cents(self) -> int:
        """What the customer pays."""
        return sum(line.quantity * line.unit_price_cents for line in self.lines)
