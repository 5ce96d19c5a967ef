"""What goes over the wire, and its validation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.models import Order, OrderLine, OrderStatus

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Sku = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{3,32}$")]


class Input(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class LineInput(Input):
    """One article to order."""

    sku: Sku
    quantity: int = Field(ge=1, le=1_000)
    unit_price_cents: int = Field(ge=0, le=10_000_000)

    def to_model(self) -> OrderLine:
        """Give the line as the service knows it."""
        return OrderLine(
            sku=self.sku, quantity=self.quantity, unit_price_cents=self.unit_price_cents
        )


class OrderInput(Input):
    """The order to place."""

    customer: Name
    lines: list[LineInput] = Field(min_length=1, max_length=100)


class OrderOutput(BaseModel):
    """An order as clients see it."""

    id: str
    customer: str
    status: OrderStatus
    total_cents: int
    created_at: datetime

    @classmethod
    def of(cls, order: Order) -> OrderOutput:
        """Build the response for an order."""
        return cls(
            id=order.id,
            customer=order.customer,
            status=order.status,
            total_cents=order.total_cents,
            created_at=order.created_at,
        )
