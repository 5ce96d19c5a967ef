import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from bank import audit, mail
from bank.models import Account, Entry, Transfer
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """Threads have connections of their own, so the database of the tests is a file."""
    path = str(tmp_path_factory.mktemp("bank") / "test.sqlite3")
    connections["default"].settings_dict["TEST"]["NAME"] = path


@pytest.fixture(autouse=True)
def accounts():
    for name, balance in (("ann", 1000), ("bob", 500), ("eve", 0)):
        Account.objects.create(name=name, balance=balance)


@pytest.fixture
def sent(monkeypatch):
    """What was mailed, with what another connection saw at that moment."""
    calls = []
    monkeypatch.setattr(
        mail, "notify", lambda *call: calls.append((call, connection.in_atomic_block))
    )
    return calls


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def post(client, source="ann", target="bob", amount=300):
    body = {"source": source, "target": target, "amount": amount}
    return client.post("/transfers/", body, content_type="application/json")


def state():
    balances = dict(Account.objects.values_list("name", "balance"))
    return balances, Transfer.objects.count(), Entry.objects.count()


BEFORE = ({"ann": 1000, "bob": 500, "eve": 0}, 0, 0)


def test_transfer_moves_money_and_is_written_down(client):
    answer = post(client)
    assert answer.status_code == 201
    assert {**answer.json(), "id": 0} == {"id": 0, "source": "ann", "target": "bob", "amount": 300}
    assert state() == ({"ann": 700, "bob": 800, "eve": 0}, 1, 2)
    assert set(Entry.objects.values_list("account__name", "change")) == {
        ("ann", -300),
        ("bob", 300),
    }
    assert Transfer.objects.get().id == answer.json()["id"]


def test_all_of_a_balance_can_go(client):
    assert post(client, amount=1000).status_code == 201
    assert state()[0]["ann"] == 0


def test_nothing_is_overdrawn(client, sent):
    answer = post(client, amount=1001)
    assert (answer.status_code, answer.json()) == (409, {"error": "insufficient_funds"})
    assert (state(), sent) == (BEFORE, [])


def failing(*_, **__):
    raise OSError("disk full")


def test_failing_audit_undoes_everything(client, sent, monkeypatch):
    monkeypatch.setattr(audit, "record", failing)
    assert post(client).status_code == 500
    assert (state(), sent) == (BEFORE, [])


@pytest.mark.parametrize("model", [Transfer, Entry])
def test_failing_insert_undoes_everything(client, sent, model):
    """The table refuses, as a full disk does."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    try:
        assert post(client).status_code == 500
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full")
    assert (state(), sent) == (BEFORE, [])


def test_audit_line_is_written_with_the_transfer(client, monkeypatch):
    lines = []
    monkeypatch.setattr(audit, "record", lambda *line: lines.append(line))
    made = post(client).json()
    assert lines == [(made["id"], "ann", "bob", 300)]
    post(client, amount=5000)
    assert len(lines) == 1


def test_mail_is_sent_once_and_after_the_commit(client, sent):
    post(client)
    assert sent == [(("ann", "bob", 300), False)]


def test_failing_mail_undoes_nothing(client, monkeypatch):
    monkeypatch.setattr(mail, "notify", failing)
    assert post(client).status_code == 201
    assert state() == ({"ann": 700, "bob": 800, "eve": 0}, 1, 2)


@pytest.mark.parametrize("amount", [0, -5, 1.5, 2.0, "5", True, None, [], 10**30])
def test_bad_amounts(client, amount):
    answer = post(client, amount=amount)
    assert answer.status_code in ((400,) if amount != 10**30 else (400, 409))
    assert state() == BEFORE


@pytest.mark.parametrize(
    "body", [b"[]", b"{oops", b"", b"null", b"{}", b'{"source": "ann", "target": "bob"}']
)
def test_bad_bodies(client, body):
    answer = client.post("/transfers/", body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_request"})


def test_same_account_twice(client):
    assert post(client, "ann", "ann").status_code == 400
    assert post(client, "none", "none").status_code == 400
    assert state() == BEFORE


def test_unknown_accounts(client):
    for answer in (
        post(client, "none", "bob"),
        post(client, "ann", "none"),
        post(client, "none", "bob", 10**6),
    ):
        assert (answer.status_code, answer.json()) == (404, {"error": "no_such_account"})
    assert post(client, "none", "bob", 0).status_code == 400
    assert state() == BEFORE


def together(*calls):
    start = threading.Barrier(len(calls))

    def call(given):
        try:
            start.wait(30)
            return post(Client(raise_request_exception=False), *given).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(call, calls))


def test_transfers_at_the_same_moment_never_overdraw():
    assert together(*[("ann", "bob", 300)] * 6) == [201, 201, 201, 409, 409, 409]
    assert state() == ({"ann": 100, "bob": 1400, "eve": 0}, 3, 6)


def test_opposite_transfers_at_the_same_moment_all_succeed():
    assert together(*[("ann", "bob", 10), ("bob", "ann", 10)] * 3) == [201] * 6
    assert state() == ({"ann": 1000, "bob": 500, "eve": 0}, 6, 12)


def test_balances_are_not_written_from_old_values(client):
    """Either rows are locked before they are read, or the database counts itself."""
    with CaptureQueriesContext(connection) as queries:
        post(client)
    statements = [each["sql"] for each in queries]
    begun = next(n for n, sql in enumerate(statements) if sql.startswith(("BEGIN", "SAVEPOINT")))
    updates = [
        n for n, sql in enumerate(statements) if sql.startswith("UPDATE") and "bank_account" in sql
    ]
    reads = [n for n, sql in enumerate(statements) if sql.startswith("SELECT") and "balance" in sql]
    assert updates
    assert min(updates) > begun
    counted = all(
        '"balance" =' in statements[n] and '("bank_account"."balance"' in statements[n]
        for n in updates
    )
    assert counted or (reads and min(reads) > begun)


def test_database_refuses_a_negative_balance():
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(name="ann").update(balance=-1)
    Account.objects.filter(name="ann").update(balance=0)


def test_models_and_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
