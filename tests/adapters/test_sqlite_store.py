"""Sessions survive, and belong to one process at a time."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend_specialist.adapters.lease import Owner
from backend_specialist.adapters.sqlite_store import SqliteStore
from backend_specialist.adapters.state_files import StateFiles
from backend_specialist.domain.ports import Record, SessionHead, StoreFailed

DAY = 86_400.0
HEAD = SessionHead(
    id="s1", title="Add it", agent="backend", status="running", started_at=5.0, roots=("/w", "/x")
)
RECORDS = (
    Record(kind="started", data={"system": ["Be good."]}),
    Record(kind="user", data={"n": 1}),
)
ELSEWHERE = Owner(id="elsewhere", host="another machine", pid=1, started="1")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


Opener = Callable[..., SqliteStore]


@pytest.fixture
async def opened(tmp_path: Path, clock: Clock) -> AsyncIterator[Opener]:
    stores = []

    def open_store(**values: Owner) -> SqliteStore:
        stores.append(SqliteStore(StateFiles(str(tmp_path / "state")), clock=clock, **values))
        return stores[-1]

    yield open_store
    for store in stores:
        await store.close()


@pytest.fixture
def store(opened: Opener) -> SqliteStore:
    return opened()


@pytest.fixture
def second(opened: Opener) -> SqliteStore:
    return opened()


async def statuses(store: SqliteStore) -> dict[str, str]:
    return {head.id: head.status for head in await store.heads()}


async def test_session_comes_back_as_it_was_stored(store: SqliteStore, second: SqliteStore) -> None:
    await store.create(HEAD, RECORDS)
    await store.append("s1", [Record(kind="status", data={"status": "paused"})], status="paused")
    expected = (
        replace(HEAD, status="paused"),
        (*RECORDS, Record(kind="status", data={"status": "paused"})),
    )
    assert await store.load("s1") == expected
    assert await second.load("s1") == expected


async def test_unknown_session_is_none(store: SqliteStore) -> None:
    assert await store.load("nothing") is None
    assert not await store.acquire("nothing")
    assert not await store.delete("nothing")
    await store.release("nothing")


async def test_append_without_status_keeps_it(store: SqliteStore) -> None:
    await store.create(HEAD, [])
    await store.append("s1", [])
    assert await statuses(store) == {"s1": "running"}


async def test_heads_are_newest_first(store: SqliteStore) -> None:
    for number, started in enumerate((2.0, 9.0, 5.0)):
        await store.create(replace(HEAD, id=f"s{number}", started_at=started), [])
    assert [head.id for head in await store.heads()] == ["s1", "s2", "s0"]
    assert [head.id for head in await store.heads("s2")] == ["s2"]
    assert await store.heads("s9") == ()


async def test_same_id_twice_fails_and_keeps_the_first(store: SqliteStore) -> None:
    await store.create(HEAD, RECORDS)
    with pytest.raises(StoreFailed):
        await store.create(replace(HEAD, title="Other"), [])
    assert await store.load("s1") == (HEAD, RECORDS)


async def test_records_are_stored_all_or_none(store: SqliteStore) -> None:
    await store.create(HEAD, [])
    with pytest.raises(StoreFailed, match="JSON"):
        await store.append("s1", [RECORDS[0], Record(kind="bad", data={"x": object()})], status="x")
    assert await store.load("s1") == (HEAD, ())


async def test_deep_data_is_refused_and_the_store_goes_on(store: SqliteStore) -> None:
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"x": deep}
    await store.create(HEAD, [])
    with pytest.raises(StoreFailed, match="JSON"):
        await store.append("s1", [Record(kind="assistant", data=deep)])
    await store.append("s1", RECORDS)
    # Freed level by level: the interpreter itself would recurse.
    while deep:
        deep = deep.pop("x")  # type: ignore[assignment]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["\ud800", "a\udc80"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.dictionaries(st.text(), JSON), title=st.text())
def test_any_data_comes_back(tmp_path: Path, data: dict[str, object], title: str) -> None:
    async def check() -> None:
        store = SqliteStore(StateFiles(str(tmp_path)))
        head = replace(HEAD, title=title, id=os.urandom(8).hex())
        await store.create(head, [Record(kind="k", data=data)])
        assert await store.load(head.id) == (head, (Record(kind="k", data=data),))
        await store.close()

    asyncio.run(check())


async def test_title_and_root_that_are_no_text_are_stored_somehow(store: SqliteStore) -> None:
    head = replace(HEAD, title="bad \udc80", roots=("/r\udcff",))
    await store.create(head, [])
    assert await store.heads() == (replace(head, title="bad ?"),)


async def test_work_happens_off_the_event_loop(store: SqliteStore, clock: Clock) -> None:
    threads = set()

    def tell() -> float:
        threads.add(threading.current_thread())
        return clock.now

    store._clock = tell
    await store.create(HEAD, RECORDS)
    await store.heads()
    assert len(threads) == 1
    assert threading.main_thread() not in threads


async def test_files_are_private_whatever_the_umask(tmp_path: Path, store: SqliteStore) -> None:
    before = os.umask(0)
    try:
        await store.create(HEAD, RECORDS)
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "state").iterdir()}
    expected = {f"sessions.sqlite3{suffix}": 0o600 for suffix in ("", "-wal", "-shm")}
    assert modes == expected


# ---------------------------------------------------------------- whose a session is


async def test_session_of_a_living_server_is_shown_with_its_status_and_not_given_away(
    store: SqliteStore, second: SqliteStore, clock: Clock
) -> None:
    await store.create(HEAD, RECORDS)
    clock.now += 3600
    assert await statuses(second) == {"s1": "running"}
    assert not await second.acquire("s1")
    assert not await second.delete("s1")
    with pytest.raises(StoreFailed, match="not held by this server"):
        await second.append("s1", RECORDS)
    assert await second.load("s1") == (HEAD, RECORDS)


async def test_released_session_is_taken_up_by_another(
    store: SqliteStore, second: SqliteStore
) -> None:
    await store.create(HEAD, [])
    await store.append("s1", [], status="completed")
    await store.release("s1")
    assert await statuses(second) == {"s1": "completed"}
    assert await second.acquire("s1")
    assert await second.acquire("s1")
    assert not await store.acquire("s1")
    await second.append("s1", RECORDS, status="running")


async def test_only_the_holder_releases(store: SqliteStore, second: SqliteStore) -> None:
    await store.create(HEAD, [])
    await second.release("s1")
    assert not await second.acquire("s1")


@pytest.mark.parametrize("status", ["running", "awaitingReview", "awaitingAnswer"])
async def test_active_session_without_its_server_is_interrupted(
    opened: Opener, second: SqliteStore, clock: Clock, status: str
) -> None:
    await opened(owner=ELSEWHERE).create(replace(HEAD, status=status), RECORDS)
    clock.now += 29
    assert await statuses(second) == {"s1": status}
    clock.now += 1
    assert await statuses(second) == {"s1": "interrupted"}
    assert await second.load("s1") == (replace(HEAD, status="interrupted"), RECORDS)
    assert await second.acquire("s1")


@pytest.mark.parametrize("status", ["paused", "completed", "failed", "cancelled"])
async def test_ended_session_without_its_server_keeps_its_status(
    opened: Opener, second: SqliteStore, clock: Clock, status: str
) -> None:
    await opened(owner=ELSEWHERE).create(replace(HEAD, status=status), [])
    clock.now += 3600
    assert await statuses(second) == {"s1": status}


async def test_server_that_lost_its_session_cannot_write_to_it_any_more(
    opened: Opener, second: SqliteStore, clock: Clock
) -> None:
    first = opened(owner=ELSEWHERE)
    await first.create(HEAD, RECORDS)
    clock.now += 60
    assert await second.acquire("s1")
    with pytest.raises(StoreFailed, match="not held by this server"):
        await first.append("s1", RECORDS)
    await first.renew()
    assert not await first.acquire("s1")


async def test_heartbeat_keeps_a_session(opened: Opener, second: SqliteStore, clock: Clock) -> None:
    first = opened(owner=ELSEWHERE)
    await first.create(HEAD, [])
    for _ in range(5):
        clock.now += 20
        await first.renew()
    assert await statuses(second) == {"s1": "running"}
    assert not await second.acquire("s1")


async def test_started_store_renews_by_itself(
    opened: Opener, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend_specialist.adapters.sqlite_store.HEARTBEAT_SECONDS", 0)
    store = opened()
    await store.start()
    await store.create(HEAD, [])
    clock.now += 20
    async with asyncio.timeout(5):
        while await _expiry(store) != clock.now + 30:
            pass


async def _expiry(store: SqliteStore) -> float:
    query = "SELECT expires_at FROM lease"
    return await store._call(lambda s: s.database.connection.execute(query).fetchone()[0])


async def test_closed_store_gives_its_leases_back(tmp_path: Path, second: SqliteStore) -> None:
    first = SqliteStore(StateFiles(str(tmp_path / "state")))
    await first.start()
    await first.create(HEAD, [])
    await first.close()
    assert await statuses(second) == {"s1": "interrupted"}


# ---------------------------------------------------------------- what goes


async def test_deleted_session_leaves_nothing(tmp_path: Path, store: SqliteStore) -> None:
    secret = "unmistakable-source-text"
    await store.create(HEAD, [Record(kind="user", data={"text": secret})])
    StateFiles(str(tmp_path / "state")).write_document("s1", "p1.diff", secret)
    assert await store.delete("s1")
    assert await store.heads() == ()
    assert await store.load("s1") is None
    left = [p.read_bytes() for p in (tmp_path / "state").rglob("*") if p.is_file()]
    assert not [text for text in left if secret.encode() in text]


async def test_append_to_a_deleted_session_says_so(store: SqliteStore) -> None:
    await store.create(HEAD, [])
    await store.delete("s1")
    with pytest.raises(StoreFailed, match="deleted"):
        await store.append("s1", RECORDS)


async def test_prune_takes_old_ended_sessions_only(
    store: SqliteStore, second: SqliteStore, clock: Clock
) -> None:
    for session_id in ("old", "mine", "young"):
        await store.create(replace(HEAD, id=session_id), RECORDS)
    await store.append("old", [], status="completed")
    await store.release("old")
    clock.now += 10 * DAY
    await store.append("young", [], status="failed")
    await store.release("young")
    assert await second.prune(5 * DAY) == 1
    assert await statuses(second) == {"mine": "running", "young": "failed"}


async def test_start_drops_what_is_older_than_ninety_days(
    store: SqliteStore, second: SqliteStore, clock: Clock
) -> None:
    await store.create(HEAD, [])
    await store.release("s1")
    clock.now += 89 * DAY
    await second.start()
    assert await statuses(second) == {"s1": "interrupted"}
    clock.now += 2 * DAY
    await second.prune(90 * DAY)
    assert await statuses(second) == {}


async def test_summary_is_kept_beside_the_status(store: SqliteStore, second: SqliteStore) -> None:
    await store.create(HEAD, RECORDS)
    assert (await store.heads())[0].summary == {}
    await store.append("s1", (), status="completed", summary={"files": ["a.py"]})
    await store.append("s1", RECORDS)
    (head,) = await second.heads()
    assert (head.status, head.summary) == ("completed", {"files": ["a.py"]})
