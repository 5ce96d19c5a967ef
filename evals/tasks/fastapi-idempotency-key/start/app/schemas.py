"""What comes in and goes out."""

from pydantic import BaseModel, Field


class PaymentIn(BaseModel):
    """``amount`` is in the smallest unit of the currency."""

    amount: int = Field(gt=0)
    currency: str = Field(pattern="^[A-Z]{3}$")
    source: str = Field(min_length=1)


class PaymentOut(BaseModel):
    id: int
    amount: int
    currency: str
    charge_id: str
