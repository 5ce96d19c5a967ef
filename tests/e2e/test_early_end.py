"""The real server, ended while it still starts: it writes nothing, since nothing is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.raw_client import RawClient, raw_client

SERVER = (sys.executable, "-m", "backend_specialist", "serve")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BACKEND_SPECIALIST_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


async def said(client: RawClient) -> str:
    assert client.process.stderr
    return (await client.process.stderr.read()).decode()


async def test_the_end_of_the_input_right_after_the_start_is_no_error() -> None:
    async with raw_client(*SERVER) as client:
        await client.initialize()
        assert client.process.stdin
        client.process.stdin.close()
        assert await client.exit_code() == 1
        assert await said(client) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="it sees in /proc which files are open")
async def test_the_end_while_the_store_is_opened_is_no_error(state: Path) -> None:
    async with raw_client(*SERVER) as client:  # makes the store
        await client.initialize()
        await client.run("listSessions", {})
        assert await client.end() == 0
    with sqlite3.connect(state / "sessions.sqlite3", isolation_level=None) as held:
        held.execute("BEGIN EXCLUSIVE")
        async with raw_client(*SERVER) as client:
            await client.initialize()
            await asyncio.to_thread(until_opened, client, "sessions.sqlite3")
            shutdown = client.call("shutdown")
            refused = await client.request("workspace/executeCommand")
            assert "shutting down" in refused["error"]["message"]
            held.execute("ROLLBACK")
            assert (await client.answer_to(shutdown))["result"] is None
            client.notify("exit")
            assert await client.exit_code() == 0
            assert await said(client) == ""
    held.close()


def until_opened(client: RawClient, name: str) -> None:
    """Wait until the process holds a file of that name open; fail when it has ended."""
    files = Path(f"/proc/{client.process.pid}/fd")
    while name not in {os.path.basename(target) for target in targets(files)}:
        pass


def targets(files: Path) -> Iterator[str]:
    for each in files.iterdir():
        with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
            yield os.readlink(each)
