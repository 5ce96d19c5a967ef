"""The orders service: ``create_app`` is its factory."""

from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query

from app.cursor import BadCursor, decode, encode
from app.orders import OrderTable

Status = Literal["open", "paid", "cancelled"]


def create_app(database: str) -> FastAPI:
    """Build the service on a SQLite file that :func:`app.database.connect` can open."""
    app = FastAPI(title="Orders")
    orders = OrderTable(database)

    @app.get("/orders")
    def list_orders(
        status: Status | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: str | None = None,
    ) -> dict:
        try:
            after = decode(cursor) if cursor is not None else None
        except BadCursor as error:
            raise HTTPException(400, "This is no cursor of this service.") from error
        items = orders.page(limit + 1, after, status)
        more, items = len(items) > limit, items[:limit]
        return {"items": items, "next_cursor": encode(items[-1]) if more else None}

    return app
