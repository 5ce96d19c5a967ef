"""The HTTP edge: routes and status codes, no rules."""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from app.database import Database
from app.errors import ServiceError
from app.repository import OrderRepository
from app.schemas import OrderInput, OrderOutput

router = APIRouter()


def repository(request: Request) -> OrderRepository:
    """Give the repository of the running application."""
    return request.app.state.repository


Repository = Annotated[OrderRepository, Depends(repository)]


@router.get("/health")
def health(orders: Repository) -> dict[str, str]:
    """Say that the service and its database answer."""
    orders.ping()
    return {"status": "ok"}


@router.post("/v1/orders", status_code=status.HTTP_201_CREATED)
def place_order(body: OrderInput, orders: Repository) -> OrderOutput:
    """Place an order."""
    return OrderOutput.of(orders.place(body.customer, [line.to_model() for line in body.lines]))


@router.get("/v1/orders/{order_id}")
def show_order(order_id: str, orders: Repository) -> OrderOutput:
    """Show an order."""
    return OrderOutput.of(orders.get(order_id))


@router.post("/v1/orders/{order_id}/payment")
def pay_order(order_id: str, orders: Repository) -> OrderOutput:
    """Mark an order as paid."""
    return OrderOutput.of(orders.pay(order_id))


def create_app(database_path: str | None = None) -> FastAPI:
    """Build the application on a database file; ORDERS_DATABASE names it unless told."""
    database = Database(database_path or os.environ.get("ORDERS_DATABASE", "orders.db"))
    database.migrate()
    app = FastAPI(title="Orders", version="1.4.0")
    app.state.repository = OrderRepository(database)
    app.include_router(router)
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    return app


def _service_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    return _error(error.status, error.code, str(error))


def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return _error(422, "invalid_request", f"{place}: {first['msg']}")


def _error(code: int, name: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": name, "message": message}}, status_code=code)
