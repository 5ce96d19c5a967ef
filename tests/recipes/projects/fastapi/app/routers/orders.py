from fastapi import APIRouter
from sqlalchemy import select

from app.dependencies import CurrentCustomer, Database
from app.errors import NotFound
from app.models import Order
from app.schemas import OrderInput, OrderOutput

router = APIRouter()


@router.post("", status_code=201)
def create_order(given: OrderInput, customer: CurrentCustomer, database: Database) -> OrderOutput:
    """Take an order of the calling customer."""
    order = Order(customer_id=customer.id, total_cents=given.total_cents)
    database.add(order)
    database.flush()
    return OrderOutput.model_validate(order)


@router.get("/{order_id}")
def get_order(order_id: int, customer: CurrentCustomer, database: Database) -> OrderOutput:
    """Give one order of the calling customer."""
    return OrderOutput.model_validate(_own(order_id, customer.id, database))


@router.get("")
def list_orders(customer: CurrentCustomer, database: Database):
    """Give the orders of the calling customer, newest first, page by page."""
    raise NotImplementedError


def _own(order_id: int, customer_id: int, database: Database) -> Order:
    wanted = select(Order).where(Order.id == order_id, Order.customer_id == customer_id)
    order = database.scalar(wanted)
    if order is None:
        raise NotFound(f"There is no order {order_id}.")
    return order
