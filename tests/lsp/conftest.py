"""The real server as a process, for a user who has nothing of their own."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.raw_client import RawClient, raw_client


@pytest.fixture
async def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RawClient]:
    """Before it is initialized."""
    monkeypatch.setenv("BACKEND_SPECIALIST_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    async with raw_client(sys.executable, "-m", "backend_specialist", "serve") as found:
        yield found
