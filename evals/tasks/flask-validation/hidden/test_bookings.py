from datetime import date

import pytest
from hotel import create_app

GOOD = {
    "room": "garden",
    "guests": 2,
    "email": "ann@example.org",
    "from": "2026-05-10",
    "to": "2026-05-12",
    "notes": "late",
}


@pytest.fixture
def client():
    return create_app(today=lambda: date(2026, 5, 10)).test_client()


def post(client, **changes):
    body = {key: value for key, value in {**GOOD, **changes}.items() if value is not MISSING}
    return client.post("/bookings", json=body)


MISSING = object()


def faults(client, **changes):
    answer = post(client, **changes)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    body = answer.get_json()
    assert set(body) == {"errors"}
    assert all(isinstance(text, str) and text for text in body["errors"].values())
    assert client.get("/bookings").get_json() == {"bookings": []}
    return set(body["errors"])


def test_good_booking_is_stored(client):
    answer = post(client)
    assert (answer.status_code, answer.get_json()) == (201, {"id": 1, **GOOD})
    assert client.get("/bookings").get_json() == {"bookings": [{"id": 1, **GOOD}]}


@pytest.mark.parametrize("value", ["cellar", "", None, 1, ["garden"], {}, MISSING])
def test_room(client, value):
    assert faults(client, room=value) == {"room"}


@pytest.mark.parametrize("value", [0, -1, 3, "2", 1.5, 2.0, True, None, [], MISSING])
def test_guests(client, value):
    assert faults(client, guests=value) == {"guests"}


@pytest.mark.parametrize(("room", "guests"), [("attic", 1), ("hall", 4), ("hall", 1)])
def test_beds_are_those_of_the_room(client, room, guests):
    assert post(client, room=room, guests=guests).status_code == 201
    assert post(client, room=room, guests=5).status_code == 422


@pytest.mark.parametrize(
    "value",
    ["", "ann", "ann@", "@example.org", "ann@example", "a@b@example.org", "an n@example.org", "ann@exam ple.org",
     f"{'a' * 243}@example.org", 5, None, [], MISSING],
)  # fmt: skip
def test_email(client, value):
    assert faults(client, email=value) == {"email"}


@pytest.mark.parametrize(
    ("value", "stored"),
    [("  Ann@Example.ORG \n", "ann@example.org"), (f"{'a' * 242}@example.org", f"{'a' * 242}@example.org"),
     ("a+b.c@sub.example.org", "a+b.c@sub.example.org")],
)  # fmt: skip
def test_email_is_stored_in_its_plain_form(client, value, stored):
    assert post(client, email=value).get_json()["email"] == stored


@pytest.mark.parametrize(
    "value",
    [
        "2026-05-09",
        "2026-02-30",
        "10.05.2026",
        "2026-5-10",
        "20260510",
        "2026-05-10T00:00",
        "",
        5,
        None,
        MISSING,
    ],
)
def test_from(client, value):
    assert faults(client, **{"from": value}) == {"from"}


@pytest.mark.parametrize(
    "value", ["2026-05-10", "2026-05-01", "2026-06-10", "2026-13-01", "soon", 5, None, MISSING]
)
def test_to(client, value):
    assert faults(client, to=value) == {"to"}


def test_thirty_nights_are_allowed(client):
    assert post(client, to="2026-06-09").status_code == 201


@pytest.mark.parametrize("value", ["x" * 501, 5, None, []])
def test_notes(client, value):
    assert faults(client, notes=value) == {"notes"}


def test_notes_may_be_missing_or_long(client):
    assert post(client, notes=MISSING).get_json()["notes"] == ""
    assert post(client, notes="x" * 500, room="hall").status_code == 201


def test_all_faults_are_told_at_once(client):
    wrong = {"guests": 0, "email": "x", "from": "x", "notes": 1, "id": 7, "price": 0}
    assert faults(client, **wrong) == {"guests", "email", "from", "notes", "id", "price"}


def test_members_are_not_faulted_for_others(client):
    assert faults(client, room="cellar", guests=99) == {"room"}
    assert faults(client, **{"from": "2026-05-99", "to": "2026-05-01"}) == {"from"}
    assert faults(client, room="cellar", guests="many") == {"room", "guests"}


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"null", b"5", b"{oops", b""])
def test_body_that_is_no_object(client, data):
    answer = client.post("/bookings", data=data, content_type="application/json")
    assert (answer.status_code, answer.get_json()) == (400, {"error": "not_an_object"})


def test_other_content_types(client):
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        answer = client.post("/bookings", data=b"{}", content_type=content_type)
        assert (answer.status_code, answer.get_json()) == (400, {"error": "not_an_object"})


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [("2026-05-10", "2026-05-12", 409), ("2026-05-11", "2026-05-13", 409), ("2026-05-10", "2026-05-20", 409),
     ("2026-05-11", "2026-05-12", 409), ("2026-05-12", "2026-05-14", 201)],
)  # fmt: skip
def test_taken_rooms(client, first, last, status):
    post(client)
    answer = post(client, **{"from": first, "to": last})
    assert answer.status_code == status
    if status == 409:
        assert answer.get_json() == {"error": "room_taken"}
        assert len(client.get("/bookings").get_json()["bookings"]) == 1


def test_other_rooms_are_free(client):
    post(client)
    assert post(client, room="hall").status_code == 201
