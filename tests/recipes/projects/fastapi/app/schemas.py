from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.models import OrderStatus


class OrderInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    total_cents: int = Field(gt=0, le=10_000_000)


class OrderOutput(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    total_cents: int
    status: OrderStatus
    created_at: datetime
