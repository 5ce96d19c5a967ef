"""Orders and payments over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

LINE = {"sku": "TEA-001", "quantity": 1, "unit_price_cents": 100}


def test_health_answers(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}


def test_order_is_placed_with_its_total(client: TestClient, place) -> None:
    order = place()
    assert order["total_cents"] == 2_500
    assert order["status"] == "pending"
    assert client.get(f"/v1/orders/{order['id']}").json() == order


@pytest.mark.parametrize(
    "body",
    [
        {"customer": "Ada", "lines": []},
        {"customer": "  ", "lines": [LINE]},
        {"customer": "Ada", "lines": [LINE | {"quantity": 0}]},
        {"customer": "Ada", "lines": [LINE | {"sku": "tea"}]},
        {"customer": "Ada", "lines": [LINE], "discount": 100},
    ],
    ids=["no lines", "no customer", "no quantity", "malformed sku", "unknown field"],
)
def test_order_is_validated(client: TestClient, body: dict) -> None:
    response = client.post("/v1/orders", json=body)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "invalid_request"


def test_unknown_order_is_not_found(client: TestClient) -> None:
    response = client.get("/v1/orders/ord_none")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "order_not_found"


def test_order_is_paid_once(client: TestClient, place) -> None:
    order = place()
    assert client.post(f"/v1/orders/{order['id']}/payment").json()["status"] == "paid"
    again = client.post(f"/v1/orders/{order['id']}/payment")
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "order_already_paid"
