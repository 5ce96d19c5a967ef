import sqlite3

import pytest
from app.main import create_app
from fastapi.testclient import TestClient

STATUSES = ("open", "paid", "cancelled")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "orders.sqlite3")


@pytest.fixture
def client(path):
    return TestClient(create_app(path))


def insert(path, *rows):
    with sqlite3.connect(path) as connection:
        for customer, status, created_at in rows:
            connection.execute(
                "INSERT INTO orders (customer, status, total, created_at) VALUES (?, ?, 100, ?)",
                (customer, status, created_at),
            )
    connection.close()


def time(number):
    return f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}+00:00"


@pytest.fixture
def many(client, path):
    """47 orders, not in the order of time; four at a time have the same, so pages end between them."""
    insert(path, *((f"c{n}", STATUSES[n % 3], time(n * 5 % 47 // 4)) for n in range(47)))
    return client


def page(client, **query):
    answer = client.get("/orders", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def walk(client, between=lambda: None, **query):
    found, cursor = [], None
    for _ in range(100):
        got = page(client, **query, **({"cursor": cursor} if cursor else {}))
        found += got["items"]
        cursor = got["next_cursor"]
        if cursor is None:
            return found
        between()
    raise AssertionError("the pages never end")


def newest_first(path, where=""):
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            f"SELECT id FROM orders {where} ORDER BY created_at DESC, id DESC"
        )
        return [row[0] for row in rows]


def test_default_page_has_twenty(many, path):
    got = page(many)
    assert set(got) == {"items", "next_cursor"}
    assert [item["id"] for item in got["items"]] == newest_first(path)[:20]
    assert set(got["items"][0]) == {"id", "customer", "status", "total", "created_at"}


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 46, 47, 48, 100])
def test_walk_gives_every_order_once_and_in_order(many, path, limit):
    assert [item["id"] for item in walk(many, limit=limit)] == newest_first(path)


@pytest.mark.parametrize("limit", [1, 4, 16])
def test_walk_with_filter(many, path, limit):
    found = [item["id"] for item in walk(many, limit=limit, status="paid")]
    assert found == newest_first(path, "WHERE status = 'paid'")


def test_last_page_that_is_full_has_no_cursor(many):
    assert page(many, limit=47)["next_cursor"] is None
    assert page(many, limit=46)["next_cursor"] is not None


def test_nothing_there(client):
    assert page(client) == {"items": [], "next_cursor": None}


def test_new_orders_do_not_shift_pages(many, path):
    before = newest_first(path)
    found = walk(many, lambda: insert(path, ("new", "open", time(9000))), limit=5)
    assert [item["id"] for item in found] == before


def test_deleted_orders_do_not_shift_pages(many, path):
    first = page(many, limit=10)
    seen = [item["id"] for item in first["items"]]
    before = newest_first(path)
    with sqlite3.connect(path) as connection:
        connection.executemany("DELETE FROM orders WHERE id = ?", [(seen[0],), (seen[9],)])
    rest = page(many, limit=100, cursor=first["next_cursor"])
    assert [item["id"] for item in rest["items"]] == before[10:]


@pytest.mark.parametrize("limit", ["0", "-1", "101", "ten", ""])
def test_bad_limit_is_refused(many, limit):
    assert many.get("/orders", params={"limit": limit}).status_code == 422


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "0",
        "20",
        "bm90aGluZw==",
        "W10=",
        "WzEsMl0=",
        "eyJhIjoxfQ==",
        "é",
        "' OR 1=1 --",
        "null",
    ],
)
def test_bad_cursor_is_refused(many, cursor):
    assert many.get("/orders", params={"cursor": cursor}).status_code == 400


def test_bad_status_is_refused_as_before(many):
    assert many.get("/orders", params={"status": "lost"}).status_code == 422


def test_a_page_reads_only_its_part(many, path, monkeypatch):
    """Every statement is explained: none scans the table or sorts, filtered or not, first page or not."""
    statements = []
    connect = sqlite3.connect

    def traced(*args, **options):
        connection = connect(*args, **options)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    for query in ({}, {"status": "open"}):
        first = page(many, limit=3, **query)
        page(many, limit=3, cursor=first["next_cursor"], **query)
    monkeypatch.undo()
    selects = [
        each
        for each in statements
        if each.lstrip().upper().startswith(("SELECT", "WITH")) and "orders" in each
    ]
    assert len(selects) >= 4
    with sqlite3.connect(path) as connection:
        for statement in selects:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert not [step for step in plan if "TEMP B-TREE" in step], (statement, plan)
            assert all("USING" in step for step in plan if "orders" in step), (statement, plan)
            assert len(connection.execute(statement).fetchall()) <= 4, statement
