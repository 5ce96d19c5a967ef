"""The orders service: ``create_app`` is its factory."""

from typing import Literal

from fastapi import FastAPI

from app.orders import OrderTable

Status = Literal["open", "paid", "cancelled"]


def create_app(database: str) -> FastAPI:
    """Build the service on a SQLite file that :func:`app.database.connect` can open."""
    app = FastAPI(title="Orders")
    orders = OrderTable(database)

    @app.get("/orders")
    def list_orders(status: Status | None = None) -> dict:
        return {"items": orders.all(status)}

    return app
