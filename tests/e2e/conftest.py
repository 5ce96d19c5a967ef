"""A project, a scripted Messages API and the real server, for every end-to-end test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Script
from support.fake_editor import FakeEditor, Guise, connected
from support.project import write_project

Start = Callable[..., Awaitable[FakeEditor]]

PROJECT = """
-- app/main.py --
def total(items):
    return sum(items)


def mean(items):
    return total(items) / len(items)
-- app/extra.py --
LIMIT = 10
-- pyproject.toml --
[project]
name = "shop"
-- README.md --
# Shop
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project; its files are in ``PROJECT``."""
    return write_project(tmp_path / "shop", PROJECT)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
async def api() -> AsyncIterator[Callable[[Script], Awaitable[ScriptedApi]]]:
    """Start scripted Messages APIs; the answers are scripted, the HTTP and the SDK are real."""
    async with AsyncExitStack() as stack:

        async def serve(script: Script) -> ScriptedApi:
            return await stack.enter_async_context(ScriptedApi(script))

        yield serve


@pytest.fixture
async def start(root: Path, state: Path) -> AsyncIterator[Start]:
    """Connect editors to real server processes."""
    urls: dict[ScriptedApi, str] = {}
    async with AsyncExitStack() as stack:

        async def begin(
            api: ScriptedApi | None = None, guise: Guise | None = None, **environment: str
        ) -> FakeEditor:
            if api is not None:
                urls[api] = urls.get(api) or await api.start()
                environment = {
                    "ANTHROPIC_BASE_URL": urls[api],
                    "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
                    **environment,
                }
            return await stack.enter_async_context(connected(root, state, guise, environment))

        yield begin
