import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from app.gateway import GatewayError
from app.main import create_app
from fastapi.testclient import TestClient

BODY = {"amount": 1250, "currency": "EUR", "source": "card_1"}


class CountingGateway:
    def __init__(self):
        self.charges = []
        self.failing = False
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def charge(self, amount, currency, source):
        self.entered.set()
        assert self.go_on.wait(30)
        if self.failing:
            raise GatewayError("down")
        self.charges.append((amount, currency, source))
        return f"ch_{len(self.charges)}"


@pytest.fixture
def gateway():
    return CountingGateway()


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "payments.sqlite3")


@pytest.fixture
def client(database, gateway):
    return TestClient(create_app(database, gateway))


def pay(client, key="k1", merchant="m1", **changes):
    headers = {"X-Merchant-Id": merchant} | ({"Idempotency-Key": key} if key is not None else {})
    return client.post("/payments", json=BODY | changes, headers=headers)


def test_first_request_charges_and_is_no_replay(client, gateway):
    answer = pay(client)
    assert answer.status_code == 201
    assert answer.json() == {"id": 1, "amount": 1250, "currency": "EUR", "charge_id": "ch_1"}
    assert "idempotent-replayed" not in answer.headers
    assert gateway.charges == [(1250, "EUR", "card_1")]


def test_same_key_and_body_gives_the_first_answer(client, gateway):
    first, second = pay(client), pay(client)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert len(gateway.charges) == 1


def test_other_key_charges_again(client, gateway):
    assert pay(client, "k1").json()["id"] != pay(client, "k2").json()["id"]
    assert len(gateway.charges) == 2


@pytest.mark.parametrize("key", [None, "", "x" * 256], ids=["missing", "empty", "long"])
def test_bad_key_is_refused(client, gateway, key):
    assert pay(client, key).status_code == 400
    assert gateway.charges == []


def test_longest_key_is_taken(client):
    assert pay(client, "x" * 255).status_code == 201


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "USD"}, {"source": "card_2"}])
def test_same_key_with_another_body_is_refused(client, gateway, change):
    pay(client)
    assert pay(client, **change).status_code == 422
    assert len(gateway.charges) == 1
    assert pay(client).status_code == 201, "the first body still has its answer"


def test_merchants_do_not_share_keys(client, gateway):
    assert pay(client, merchant="m1").status_code == 201
    answer = pay(client, merchant="m2", amount=99)
    assert (answer.status_code, answer.json()["amount"]) == (201, 99)
    assert len(gateway.charges) == 2


def test_failed_charge_frees_the_key(client, gateway):
    gateway.failing = True
    assert pay(client).status_code == 502
    gateway.failing = False
    answer = pay(client)
    assert answer.status_code == 201
    assert "idempotent-replayed" not in answer.headers
    assert len(gateway.charges) == 1


def test_invalid_body_does_not_use_up_the_key(client):
    assert pay(client, amount=-1).status_code == 422
    assert pay(client).status_code == 201


def test_request_in_progress_is_a_conflict(client, gateway):
    gateway.go_on.clear()
    with ThreadPoolExecutor(1) as threads:
        try:
            first = threads.submit(pay, client)
            assert gateway.entered.wait(30)
            assert pay(client).status_code == 409
        finally:
            gateway.go_on.set()
        assert first.result(30).status_code == 201
    assert len(gateway.charges) == 1
    assert pay(client).headers["idempotent-replayed"] == "true"


def test_keys_outlive_a_restart(client, database, gateway):
    first = pay(client)
    again = TestClient(create_app(database, gateway))
    assert pay(again).json() == first.json()
    assert len(gateway.charges) == 1
