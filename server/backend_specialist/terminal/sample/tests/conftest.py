"""A client of the real application, each test on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(str(tmp_path / "orders.db"))) as client:
        yield client


@pytest.fixture
def place(client: TestClient) -> Callable[..., dict[str, Any]]:
    """Place an order over two articles for 25.00 in total; paid when asked."""

    def place(*, paid: bool = False) -> dict[str, Any]:
        lines = [
            {"sku": "TEA-001", "quantity": 2, "unit_price_cents": 1_000},
            {"sku": "CUP-7", "quantity": 1, "unit_price_cents": 500},
        ]
        order = client.post("/v1/orders", json={"customer": "Ada", "lines": lines}).json()
        if paid:
            client.post(f"/v1/orders/{order['id']}/payment").raise_for_status()
        return order

    return place
