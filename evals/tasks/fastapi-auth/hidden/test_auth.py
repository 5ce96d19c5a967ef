import json

import pytest
from app.main import create_app
from app.tables import Tables
from fastapi.testclient import TestClient

ADMIN = {"X-Admin-Secret": "open-sesame"}
BOTH = ["notes:read", "notes:write"]


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tables():
    return Tables()


@pytest.fixture
def client(tables, clock):
    return TestClient(create_app(tables, "open-sesame", clock))


def issue(client, user="ann", scopes=BOTH, expires_in=3600, headers=ADMIN):
    body = {"user": user, "scopes": scopes, "expires_in": expires_in}
    return client.post("/tokens", json=body, headers=headers)


def bearer(client, **wanted):
    return {"Authorization": f"Bearer {issue(client, **wanted).json()['token']}"}


def test_token_is_made(client):
    answer = issue(client)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"id", "token", "scopes", "expires_at"}
    assert (body["scopes"], body["expires_at"]) == (BOTH, 1_003_600)


def test_tokens_are_long_and_differ(client):
    tokens = {issue(client).json()["token"] for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 22


@pytest.mark.parametrize("headers", [{}, {"X-Admin-Secret": ""}, {"X-Admin-Secret": "open-sesam"}])
def test_tokens_need_the_admin_secret(client, headers):
    made = issue(client).json()["id"]
    assert issue(client, headers=headers).status_code == 403
    assert client.delete(f"/tokens/{made}", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["notes:all"]}, {"expires_in": 0}, {"expires_in": 2_592_001}],
)
def test_bad_wishes_are_refused(client, wrong):
    assert issue(client, **wrong).status_code == 422


def test_table_keeps_no_token(client, tables):
    token = issue(client).json()["token"]
    kept = json.dumps(tables.dump())
    assert token not in kept
    assert token[-20:] not in kept
    assert token[::-1] not in kept


def test_notes_are_made_read_and_deleted(client):
    headers = bearer(client)
    made = client.post("/notes", json={"text": "milk"}, headers=headers)
    assert (made.status_code, made.json()) == (201, {"id": 1, "owner": "ann", "text": "milk"})
    assert client.get("/notes", headers=headers).json() == [made.json()]
    assert client.get("/notes/1", headers=headers).json() == made.json()
    assert client.delete("/notes/1", headers=headers).status_code == 204
    assert client.get("/notes/1", headers=headers).status_code == 404


CALLS = [("GET", "/notes"), ("POST", "/notes"), ("GET", "/notes/1"), ("DELETE", "/notes/1")]


def ask(client, method, path, headers):
    body = {"json": {"text": "x"}} if method == "POST" else {}
    return client.request(method, path, headers=headers, **body)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_without_a_valid_token_nothing_works(client, clock, method, path):
    mine = bearer(client)
    client.post("/notes", json={"text": "milk"}, headers=mine)
    expired = bearer(client, expires_in=10)
    revoked = issue(client).json()
    client.delete(f"/tokens/{revoked['id']}", headers=ADMIN)
    clock.now += 10
    wrong = [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {mine['Authorization'].split()[1]}"},
        {"Authorization": mine["Authorization"][:-1]},
        expired,
        {"Authorization": f"Bearer {revoked['token']}"},
        {"Authorization": f"Bearer {revoked['id']}"},
    ]
    answers = [ask(client, method, path, headers) for headers in wrong]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert len({answer.text for answer in answers}) == 1, "the answers must not tell the reason"
    assert client.get("/notes/1", headers=mine).status_code == 200


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_scopes_are_held(client, method, path):
    client.post("/notes", json={"text": "milk"}, headers=bearer(client))
    right, other = BOTH if method == "GET" else BOTH[::-1]
    assert ask(client, method, path, bearer(client, scopes=[other])).status_code == 403
    assert ask(client, method, path, bearer(client, scopes=[right])).status_code < 300


def test_scheme_may_be_written_in_any_case(client):
    token = bearer(client)["Authorization"].split()[1]
    for scheme in ("bearer", "BEARER"):
        assert (
            client.get("/notes", headers={"Authorization": f"{scheme} {token}"}).status_code == 200
        )


def test_token_works_until_it_expires(client, clock):
    headers = bearer(client, expires_in=10)
    clock.now += 9
    assert client.get("/notes", headers=headers).status_code == 200
    clock.now += 1
    assert client.get("/notes", headers=headers).status_code == 401


def test_unknown_token_cannot_be_revoked(client):
    made = issue(client).json()["id"]
    assert client.delete(f"/tokens/{made}", headers=ADMIN).status_code == 204
    assert client.delete(f"/tokens/{made}", headers=ADMIN).status_code == 404


def test_users_see_only_their_own(client):
    ann, bob = bearer(client, user="ann"), bearer(client, user="bob")
    client.post("/notes", json={"text": "mine", "owner": "bob"}, headers=ann)
    assert client.get("/notes", headers=ann).json()[0]["owner"] == "ann"
    assert client.get("/notes", headers=bob).json() == []
    assert client.get("/notes/1", headers=bob).status_code == 404
    assert client.delete("/notes/1", headers=bob).status_code == 404
    assert client.get("/notes/1", headers=ann).status_code == 200


def test_a_second_token_of_a_user_sees_the_same(client):
    client.post("/notes", json={"text": "mine"}, headers=bearer(client))
    assert len(client.get("/notes", headers=bearer(client)).json()) == 1


def test_health_stays_open(client):
    assert client.get("/health").json() == {"status": "ok"}
