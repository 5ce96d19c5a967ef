import logging
import threading
import time

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext
from jobs import queue

pytestmark = pytest.mark.django_db
POD = {"headers": {"host": "10.1.2.3:8000"}}


def ready(client):
    answer = client.get("/readyz", **POD)
    return answer.status_code, answer.json()


@pytest.fixture
def hanging(monkeypatch):
    """A ping that waits until the test is over; gives how often it was called."""
    calls, release = [], threading.Event()

    def ping():
        calls.append(1)
        release.wait(60)

    monkeypatch.setattr(queue, "ping", ping)
    yield calls
    release.set()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon:
            thread.join(5)


def test_alive(client):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/livez", **POD)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(queries) == 0


def test_ready(client):
    assert ready(client) == (
        200,
        {"status": "ready", "checks": {"database": "ok", "migrations": "ok", "queue": "ok"}},
    )
    assert client.get("/readyz", **POD).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_methods(client, path):
    assert client.head(path, **POD).status_code == 200
    assert client.post(path, **POD).status_code == 405


def test_other_paths_still_refuse_unknown_hosts_and_strangers(client):
    key = {"x-key": "letmein"}
    assert client.get("/jobs/", headers={**key, "host": "10.1.2.3"}).status_code == 400
    assert client.get("/jobs/", headers={"host": "jobs.example.org"}).status_code == 401
    assert client.get("/jobs/", headers={**key, "host": "jobs.example.org"}).status_code == 200


def break_database(monkeypatch):
    def refuse(*_, **__):
        raise OSError("could not connect to db.internal as jobs:hunter2")

    monkeypatch.setattr(connection, "cursor", refuse)


def test_database_that_is_away(client, monkeypatch, caplog):
    break_database(monkeypatch)
    with caplog.at_level(logging.DEBUG, logger="jobs.health"):
        status, body = ready(client)
    monkeypatch.undo()
    assert (status, body["status"]) == (503, "unready")
    assert body["checks"] == {"database": "unreachable", "migrations": "unknown", "queue": "ok"}
    assert "hunter2" not in str(body)
    assert "internal" not in str(body)
    assert [record for record in caplog.records if record.name == "jobs.health" and record.exc_info]


def test_alive_without_a_database(client, monkeypatch):
    break_database(monkeypatch)
    answer = client.get("/livez", **POD)
    monkeypatch.undo()
    assert answer.status_code == 200


def test_waiting_migration(client):
    MigrationRecorder(connection).record_unapplied("jobs", "0001_initial")
    status, body = ready(client)
    assert (status, body["status"]) == (503, "unready")
    assert body["checks"] == {"database": "ok", "migrations": "pending", "queue": "ok"}
    MigrationRecorder(connection).record_applied("jobs", "0001_initial")
    assert ready(client)[0] == 200


def test_queue_that_is_away(client, monkeypatch, caplog):
    def refuse():
        raise ConnectionError("amqp://guest:hunter2@queue")

    monkeypatch.setattr(queue, "ping", refuse)
    with caplog.at_level(logging.DEBUG, logger="jobs.health"):
        status, body = ready(client)
    assert (status, body["checks"]["queue"]) == (503, "unreachable")
    assert "hunter2" not in str(body)
    assert [record for record in caplog.records if record.name == "jobs.health" and record.exc_info]


def test_queue_that_hangs_does_not_hold_up_the_answer(client, hanging):
    began = time.monotonic()
    status, body = ready(client)
    assert time.monotonic() - began < 30, "the ping hangs for a minute"
    assert (status, body["checks"]["queue"]) == (503, "timeout")
    assert body["checks"]["database"] == "ok"


def test_probes_do_not_pile_up_behind_a_hanging_one(client, hanging):
    before = threading.active_count()
    for _ in range(6):
        assert ready(client)[1]["checks"]["queue"] == "timeout"
    assert len(hanging) == 1
    assert threading.active_count() <= before + 2


def test_queue_that_recovers(client, monkeypatch):
    release, done = threading.Event(), threading.Event()

    def ping():
        release.wait(60)
        done.set()

    monkeypatch.setattr(queue, "ping", ping)
    assert ready(client)[1]["checks"]["queue"] == "timeout"
    release.set()
    assert done.wait(30)
    deadline = time.monotonic() + 30
    while ready(client)[1]["checks"]["queue"] != "ok":
        assert time.monotonic() < deadline


def test_draining(client):
    """The last one: the process does not come back from it."""
    from jobs import health

    health.shutting_down()
    assert ready(client) == (503, {"status": "draining", "checks": {}})
    assert client.get("/livez", **POD).json() == {"status": "ok"}
