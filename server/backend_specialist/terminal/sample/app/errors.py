"""What can go wrong: each failure has a stable code and a status."""

from __future__ import annotations


class ServiceError(Exception):
    """A failure that the client can understand. The message is shown to the client."""

    code = "internal"
    status = 500


class OrderNotFound(ServiceError):
    """There is no such order."""

    code = "order_not_found"
    status = 404

    def __init__(self, order_id: str) -> None:
        super().__init__(f"There is no order {order_id}.")


class OrderAlreadyPaid(ServiceError):
    """An order is paid once."""

    code = "order_already_paid"
    status = 409

    def __init__(self, order_id: str) -> None:
        super().__init__(f"Order {order_id} is already paid.")
