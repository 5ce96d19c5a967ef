import logging

import pytest
from app.books import Book, Shelf
from app.main import create_app
from fastapi.testclient import TestClient


class BrokenShelf(Shelf):
    def all(self):
        raise RuntimeError("the password is hunter2")


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def client(shelf):
    return TestClient(create_app(shelf), raise_server_exceptions=False)


def problem(answer, status, kind, title):
    assert answer.status_code == status
    assert answer.headers["content-type"].partition(";")[0] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["title"], body["status"]) == (kind, title, status)
    assert isinstance(body["detail"], str)
    assert body["detail"]
    return body


def test_error_of_the_domain(client):
    body = problem(client.get("/books/7"), 404, "/problems/no-such-book", "No such book")
    assert body["detail"] == "There is no book 7."
    assert body["instance"] == "/books/7"
    assert body["book_id"] == 7
    assert set(body) == {"type", "title", "status", "detail", "instance", "book_id"}


def test_another_error_of_the_domain(client, shelf):
    shelf.add(Book(title="Dune", pages=600, lent_to="Ann"))
    body = problem(client.post("/books/1/loan"), 409, "/problems/book-lent", "The book is lent")
    assert (body["instance"], body["book_id"]) == ("/books/1/loan", 1)


def pointers(answer):
    body = problem(answer, 422, "/problems/invalid-request", "Invalid request")
    assert all(set(each) == {"pointer", "detail"} for each in body["errors"])
    assert all(each["detail"] for each in body["errors"])
    return [each["pointer"] for each in body["errors"]]


def test_all_faults_of_a_body_are_told(client):
    answer = client.post("/books", json={"title": "", "pages": -3, "tags": ["ok", 5]})
    assert sorted(pointers(answer)) == ["#/pages", "#/tags/1", "#/title"]
    assert answer.json()["instance"] == "/books"


def test_missing_members_have_pointers(client):
    assert pointers(client.post("/books", json={"title": "A"})) == ["#/pages"]


def test_pointers_are_escaped(client):
    answer = client.post("/books", json={"title": "A", "pages": 1, "meta": {"a/b~c": "x"}})
    assert pointers(answer) == ["#/meta/a~1b~0c"]


def test_body_that_is_no_object(client):
    assert pointers(client.post("/books", json=[1])) == ["#"]


def test_body_that_is_no_json(client):
    answer = client.post("/books", content=b"{oops", headers={"content-type": "application/json"})
    assert len(pointers(answer)) == 1


def test_query_and_path_are_named(client):
    assert pointers(client.get("/books", params={"limit": 0})) == ["query/limit"]
    assert pointers(client.get("/books/seven")) == ["path/book_id"]


def test_what_was_sent_is_not_repeated(client):
    answer = client.post("/books", json={"title": "A", "pages": "my-secret-value"})
    assert pointers(answer) == ["#/pages"]
    assert "my-secret-value" not in answer.text


def test_unknown_path(client):
    body = problem(client.get("/nowhere"), 404, "about:blank", "Not Found")
    assert body["instance"] == "/nowhere"


def test_method_that_is_not_allowed(client):
    answer = client.delete("/books")
    problem(answer, 405, "about:blank", "Method Not Allowed")
    assert "GET" in answer.headers["allow"]


def test_unforeseen_error_tells_nothing_and_is_logged(caplog):
    client = TestClient(create_app(BrokenShelf()), raise_server_exceptions=False)
    with caplog.at_level(logging.ERROR, logger="app"):
        answer = client.get("/books")
    body = problem(answer, 500, "/problems/internal", "Internal error")
    assert body["instance"] == "/books"
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    (record,) = [record for record in caplog.records if record.name == "app"]
    assert record.exc_info
    assert isinstance(record.exc_info[1], RuntimeError)


def test_what_works_works_as_before(client):
    made = client.post("/books", json={"title": "Dune", "pages": 600})
    assert (made.status_code, made.headers["content-type"]) == (201, "application/json")
    assert client.get("/books").json() == [made.json()]
    assert client.post("/books/1/loan").json()["lent_to"] == "somebody"
