from hashlib import sha256

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import StaticPool, create_engine
from sqlalchemy.orm import sessionmaker

from app.main import create_app
from app.models import Base, Customer

ANNA, BEN = {"X-API-Key": "anna"}, {"X-API-Key": "ben"}


@pytest.fixture
def client():
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Base.metadata.create_all(engine)
    app = create_app()
    app.state.sessions = sessionmaker(engine)
    with app.state.sessions.begin() as session:
        session.add_all(
            Customer(api_key_hash=sha256(name.encode()).hexdigest()) for name in ("anna", "ben")
        )
    with TestClient(app) as opened:
        yield opened
    engine.dispose()


def place(client, headers=ANNA, cents=500):
    answer = client.post("/v1/orders", headers=headers, json={"total_cents": cents})
    assert answer.status_code == 201
    return answer.json()["id"]


def test_order_is_given_to_its_customer_only(client):
    number = place(client)
    assert client.get(f"/v1/orders/{number}", headers=ANNA).json()["total_cents"] == 500
    assert client.get(f"/v1/orders/{number}", headers=BEN).status_code == 404
