import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from app.articles import Articles
from app.main import create_app
from fastapi.testclient import TestClient

A, B = {"title": "A", "text": "one"}, {"title": "B", "text": "two"}


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "articles.sqlite3")


@pytest.fixture
def client(path):
    return TestClient(create_app(Articles(path)))


@pytest.fixture
def tag(client):
    """The tag of the article ``a``."""
    answer = client.post("/articles/a", json=A)
    assert answer.status_code == 201
    return answer.headers["etag"]


def put(client, tag, body=B, where="/articles/a"):
    return client.put(where, json=body, headers={"If-Match": tag} if tag else {})


def test_every_answer_has_the_current_tag(client, tag):
    assert tag.startswith('"')
    assert client.get("/articles/a").headers["etag"] == tag
    changed = put(client, tag)
    assert (changed.status_code, changed.json()) == (200, {**B, "id": "a"})
    assert changed.headers["etag"] not in ("", tag)
    assert client.get("/articles/a").headers["etag"] == changed.headers["etag"]


def test_tag_changes_when_the_content_returns(client, tag):
    second = put(client, tag, B).headers["etag"]
    third = put(client, second, A).headers["etag"]
    assert len({tag, second, third}) == 3
    assert put(client, tag, B).status_code == 412


def test_old_tag_is_refused_and_changes_nothing(client, tag):
    put(client, tag, B)
    assert put(client, tag, {"title": "C", "text": "lost"}).status_code == 412
    assert client.get("/articles/a").json()["title"] == "B"
    assert client.delete("/articles/a", headers={"If-Match": tag}).status_code == 412
    assert client.get("/articles/a").status_code == 200


def test_writing_needs_a_tag(client, tag):
    assert put(client, None).status_code == 428
    assert client.delete("/articles/a").status_code == 428
    assert client.get("/articles/a").json() == {**A, "id": "a"}


def test_delete_with_the_current_tag(client, tag):
    assert client.delete("/articles/a", headers={"If-Match": tag}).status_code == 204
    assert client.get("/articles/a").status_code == 404


@pytest.mark.parametrize("form", ["*", '"x", {tag}', '{tag},"y"', '"x" , {tag} , "y"'])
def test_forms_of_if_match_that_fit(client, tag, form):
    assert put(client, form.format(tag=tag)).status_code == 200


@pytest.mark.parametrize("form", ['"x"', "W/{tag}", '"x", W/{tag}', "nonsense"])
def test_forms_of_if_match_that_do_not_fit(client, tag, form):
    assert put(client, form.format(tag=tag)).status_code == 412


@pytest.mark.parametrize(
    "headers", [{}, {"If-Match": "*"}, {"If-Match": '"x"'}, {"If-None-Match": "*"}]
)
def test_what_does_not_exist_is_404(client, headers):
    assert client.get("/articles/a", headers=headers).status_code == 404
    assert client.put("/articles/a", json=A, headers=headers).status_code == 404
    assert client.delete("/articles/a", headers=headers).status_code == 404


@pytest.mark.parametrize("form", ["{tag}", "*", "W/{tag}", '"x", {tag}'])
def test_unchanged_article_is_304(client, tag, form):
    answer = client.get("/articles/a", headers={"If-None-Match": form.format(tag=tag)})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


def test_changed_article_is_200(client, tag):
    put(client, tag)
    answer = client.get("/articles/a", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()["title"]) == (200, "B")


def test_tag_is_not_used_again_after_a_delete(client, tag):
    client.delete("/articles/a", headers={"If-Match": tag})
    assert client.post("/articles/a", json=A).headers["etag"] != tag
    assert put(client, tag).status_code == 412


def test_of_writers_at_the_same_moment_one_wins(path, tag):
    """Each has an application of its own, as processes do."""
    clients = [TestClient(create_app(Articles(path))) for _ in range(8)]
    together = threading.Barrier(len(clients))

    def write(number):
        together.wait(30)
        return put(clients[number], tag, {"title": str(number), "text": ""}).status_code

    with ThreadPoolExecutor(len(clients)) as threads:
        seen = list(threads.map(write, range(len(clients))))
    assert sorted(seen) == [200] + [412] * 7
    assert clients[0].get("/articles/a").json()["title"] == str(seen.index(200))


def test_writer_between_check_and_write_wins(path, client, tag, monkeypatch):
    """The other process writes right after this one has read."""
    read, overtaken = Articles.get, []

    def get_then_be_overtaken(self, article_id):
        found = read(self, article_id)
        if not overtaken:
            overtaken.append(False)
            other = TestClient(create_app(Articles(path)), raise_server_exceptions=False)
            # Whoever reads under a lock cannot be overtaken, which is as good.
            overtaken[0] = put(other, tag, {"title": "Other", "text": ""}).status_code == 200
        return found

    monkeypatch.setattr(Articles, "get", get_then_be_overtaken)
    status = put(client, tag).status_code
    monkeypatch.undo()
    expected = (412, "Other") if overtaken == [True] else (200, "B")
    assert (status, client.get("/articles/a").json()["title"]) == expected


def test_databases_of_today_work(path):
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE articles (id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL)"
        )
        connection.execute("INSERT INTO articles VALUES ('old', 'A', 'one')")
    connection.close()
    client = TestClient(create_app(Articles(path)))
    tag = client.get("/articles/old").headers["etag"]
    assert put(client, tag, where="/articles/old").status_code == 200
    assert put(client, tag, where="/articles/old").status_code == 412
    again = TestClient(create_app(Articles(path)))
    assert again.get("/articles/old").json()["title"] == "B"
