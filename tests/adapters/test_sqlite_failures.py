"""The store fails with plain words, loses nothing silently, and can be used again."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend_specialist.adapters import sqlite_file
from backend_specialist.adapters.sqlite_store import SqliteStore
from backend_specialist.adapters.state_files import StateFiles
from backend_specialist.domain.ports import Record, SessionHead, StoreFailed

HEAD = SessionHead(id="s1", title="Add it", agent="backend", status="running", started_at=5.0)
RECORDS = (Record(kind="user", data={"n": 1}),)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def database(state: Path) -> Path:
    return state / "sessions.sqlite3"


@pytest.fixture
async def store(state: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(StateFiles(str(state)))
    yield store
    await store.close()


async def pragma(store: SqliteStore, text: str) -> None:
    await store._call(lambda sessions: sessions.database.connection.execute(text).fetchall())


async def test_full_disk_is_said_and_passes(store: SqliteStore) -> None:
    await store.create(HEAD, RECORDS)
    await pragma(store, "PRAGMA max_page_count = 1")
    with pytest.raises(StoreFailed, match=r"disk is full\. Free some space"):
        await store.append("s1", [Record(kind="user", data={"text": "x" * 100_000})], status="x")
    assert await store.load("s1") == (HEAD, RECORDS)
    await pragma(store, "PRAGMA max_page_count = 1000000")
    await store.append("s1", RECORDS)
    assert await store.load("s1") == (HEAD, (*RECORDS, *RECORDS))


async def test_read_only_file_is_said_and_passes(store: SqliteStore) -> None:
    await store.create(HEAD, RECORDS)
    await pragma(store, "PRAGMA query_only = ON")
    with pytest.raises(StoreFailed, match="read-only"):
        await store.append("s1", RECORDS)
    await store.append("s1", RECORDS)


async def test_locked_file_is_said_and_passes(
    store: SqliteStore, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    await store.create(HEAD, RECORDS)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFailed, match="locked"):
        await store.append("s1", RECORDS)
    assert await store.load("s1") == (HEAD, RECORDS)
    other.close()
    await store.append("s1", RECORDS)


async def test_interrupted_session_is_shown_though_it_cannot_be_marked(
    store: SqliteStore, state: Path
) -> None:
    await store.create(HEAD, RECORDS)
    await store.release("s1")
    await pragma(store, "PRAGMA query_only = ON")
    assert [head.status for head in await store.heads()] == ["interrupted"]


async def test_unusable_directory_is_said_and_passes(store: SqliteStore, state: Path) -> None:
    state.write_text("in the way")
    with pytest.raises(StoreFailed, match="cannot be used"):
        await store.start()
    state.unlink()
    await store.create(HEAD, RECORDS)


@pytest.mark.parametrize(
    "content", [b"not a database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000]
)
async def test_damaged_file_is_put_aside_and_named(
    store: SqliteStore, state: Path, database: Path, content: bytes
) -> None:
    state.mkdir(mode=0o700)
    database.write_bytes(content)
    await store.create(HEAD, RECORDS)
    (aside,) = state.glob("sessions.sqlite3.damaged-*")
    assert aside.read_bytes() == content
    assert str(aside) in store.notices[0]
    assert await store.load("s1") == (HEAD, RECORDS)


async def test_file_with_a_torn_page_is_put_aside(
    store: SqliteStore, state: Path, database: Path
) -> None:
    await store.create(HEAD, [Record(kind="user", data={"text": "x" * 50_000})])
    await store.close()
    whole = bytearray(database.read_bytes())
    whole[4096:8192] = os.urandom(4096)
    database.write_bytes(whole)
    again = SqliteStore(StateFiles(str(state)))
    assert await again.heads() == ()
    await again.close()
    assert again.notices
    assert len(list(state.glob("sessions.sqlite3.damaged-*"))) == 1


async def test_file_of_a_newer_version_is_left_alone(
    store: SqliteStore, state: Path, database: Path
) -> None:
    state.mkdir(mode=0o700)
    with sqlite3.connect(database) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = database.read_bytes()
    with pytest.raises(StoreFailed, match="newer version"):
        await store.heads()
    assert os.listdir(state) == ["sessions.sqlite3"]
    assert database.read_bytes() == before


async def test_deleted_file_is_noticed(store: SqliteStore, state: Path, database: Path) -> None:
    await store.create(HEAD, RECORDS)
    for path in state.iterdir():
        path.unlink()
    with pytest.raises(StoreFailed, match="not stored any more"):
        await store.append("s1", RECORDS)
    await store.create(HEAD, RECORDS)
    assert database.exists()


async def test_linked_database_is_never_created_through(store: SqliteStore, state: Path) -> None:
    state.mkdir(mode=0o700)
    (state / "sessions.sqlite3").symlink_to(state / "elsewhere")
    with pytest.raises(StoreFailed):
        await store.create(HEAD, RECORDS)
    assert not (state / "elsewhere").exists()


SERVER = """
import asyncio, sys
from backend_specialist.adapters.sqlite_store import SqliteStore
from backend_specialist.adapters.state_files import StateFiles
from backend_specialist.domain.ports import Record, SessionHead

async def main(name):
    store = SqliteStore(StateFiles(sys.argv[1]))
    await store.start()
    head = SessionHead(id=name, title="t", agent="a", status="running", started_at=1.0)
    await store.create(head, [Record(kind="user", data={"n": 0})])
    for n in range(1, 20):
        await store.append(name, [Record(kind="user", data={"n": n})])
    print("stored", flush=True)
    input()

asyncio.run(main(sys.argv[2]))
"""


def serve(state: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVER, str(state), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


async def test_servers_that_begin_at_once_share_a_store_and_a_killed_one_is_recognised_at_once(
    store: SqliteStore, state: Path
) -> None:
    servers = [serve(state, name) for name in ("a", "b", "c")]
    try:
        for server in servers:
            assert server.stdout
            assert await asyncio.to_thread(server.stdout.readline) == "stored\n"
        assert {head.status for head in await store.heads()} == {"running"}
        servers[0].send_signal(signal.SIGKILL)
        await asyncio.to_thread(servers[0].wait)
        assert {head.id: head.status for head in await store.heads()} == {
            "a": "interrupted",
            "b": "running",
            "c": "running",
        }
        loaded = await store.load("a")
        assert loaded
        assert [record.data["n"] for record in loaded[1]] == list(range(20))
        assert await store.acquire("a")
        assert not await store.acquire("b")
    finally:
        for server in servers:
            server.kill()
            server.communicate()


async def test_file_of_the_first_version_is_taken_over(store: SqliteStore, database: Path) -> None:
    await store.create(HEAD, ())
    await store.close()
    with sqlite3.connect(database) as first:
        first.execute("ALTER TABLE session DROP COLUMN summary")
        first.execute("PRAGMA user_version = 1")
    first.close()
    again = SqliteStore(StateFiles(str(database.parent)))
    (head,) = await again.heads()
    await again.close()
    assert (head.id, head.status, head.summary) == ("s1", "interrupted", {})
