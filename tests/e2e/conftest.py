"""A project, a scripted Messages API and the real server, for every end-to-end test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Script
from support import guises
from support.fake_editor import SERVER, FakeEditor, Guise, connected
from support.project import write_project
from support.stage import IMPATIENT, Stage, staged

Start = Callable[..., Awaitable[FakeEditor]]
Stages = Callable[..., Awaitable[Stage]]

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
            api: ScriptedApi | None = None,
            guise: Guise | None = None,
            server: str = SERVER,
            **environment: str,
        ) -> FakeEditor:
            if api is not None:
                urls[api] = urls.get(api) or await api.start()
                environment = {
                    "ANTHROPIC_BASE_URL": urls[api],
                    "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
                    **environment,
                }
            return await stack.enter_async_context(
                connected(root, state, guise, environment, server)
            )

        yield begin


GUISES = {
    "vscode": guises.vscode,
    "neovim": guises.neovim,
    "eglot": guises.eglot,
    "helix": guises.helix,
    "kate": lambda: guises.kate(applies=False),
    "kate that applies": lambda: guises.kate(applies=True),
    "unknown": guises.unknown,
    "draws": lambda: guises.unknown(ui=["proposal", "question", "permission"]),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Stages, dict[tuple[str, bool], Stage]]]:
    """Start a server for each guise when it is first wanted; they live as long as the module's tests."""
    running: dict[tuple[str, bool], Stage] = {}
    async with AsyncExitStack() as stack:

        async def begin(name: str, *, impatient: bool = False) -> Stage:
            if (name, impatient) not in running:
                place = tmp_path_factory.mktemp("stage")
                root = write_project(place / "shop", PROJECT)
                server = IMPATIENT if impatient else SERVER
                stage = staged(root, place / "state", GUISES[name](), server)
                running[name, impatient] = await stack.enter_async_context(stage)
            return running[name, impatient]

        yield begin, running


@pytest.fixture
def stages(servers: tuple[Stages, dict[tuple[str, bool], Stage]]) -> Iterator[Stages]:
    """Give the running editor of a guise; what it says during the test is printed if the test fails."""
    begin, running = servers
    before = {key: len(stage.editor.log) for key, stage in running.items()}
    yield begin
    for key, stage in running.items():
        print("\n".join(stage.editor.log[before.get(key, 0) :]))  # noqa: T201
