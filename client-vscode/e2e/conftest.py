"""VS Code in Chromium with the packaged extension, the real server and a scripted Messages API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from code_server import CodeServer, Profile
from patience import PATIENCE, eventually
from playwright.async_api import Browser, BrowserContext, ViewportSize, async_playwright, expect
from workbench import Workbench

from backend_specialist import __version__
from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Script
from support.project import write_project

CLIENT = Path(__file__).parents[1]
RECORDER = Path(__file__).parent / "recorder.py"
VIEWPORT = ViewportSize(width=1280, height=860)
KEY = "sk-ant-test-0123456789abcdef"
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
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def rig() -> Path:
    """The installed rig."""
    found = subprocess.run([CLIENT / "rig.sh"], check=True, stdout=subprocess.PIPE, text=True)
    return Path(found.stdout.strip())


@pytest.fixture(scope="session")
def vsix() -> Path:
    """The packaged extension: ``make vsix`` has built it."""
    return _built(".vsix")


@pytest.fixture(scope="session")
def full_vsix() -> Path:
    """The extension with every dependency: ``make vsix-full`` has built it."""
    return _built("-*.vsix")


def _built(end: str) -> Path:
    found = list((CLIENT.parent / "dist").glob(f"backend-specialist-{__version__}{end}"))
    assert len(found) == 1, f"make vsix vsix-full builds what is tested; there: {found}"
    return found[0]


@pytest.fixture(scope="session")
async def code_server(rig: Path, vsix: Path, tmp_path_factory) -> CodeServer:
    """code-server with the extension installed; every window has a profile of its own."""
    place = tmp_path_factory.mktemp("code-server")
    server = CodeServer(rig, place / "extensions")
    await server.install(vsix, place)
    return server


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        arguments = [
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
        ]
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", chromium_sandbox=os.geteuid() != 0, args=arguments
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def shared(
    code_server: CodeServer, browser: Browser, tmp_path_factory
) -> AsyncIterator[Desk]:
    """One code-server and one browser profile for all tests that need none of their own: it loads much faster."""
    async with code_server.serve(tmp_path_factory.mktemp("shared")) as profile:
        context = await _context(browser)
        yield Desk(profile, context)
        await context.close()


async def _context(browser: Browser) -> BrowserContext:
    context = await browser.new_context(viewport=VIEWPORT)
    context.set_default_timeout(PATIENCE * 1000)
    return context


@dataclass
class Desk:
    """Where windows are opened."""

    profile: Profile
    context: BrowserContext


@dataclass
class Window:
    """A window on a fresh project, with a server process and a state directory of its own."""

    workbench: Workbench
    model: ScriptedApi | None
    root: Path
    place: Path

    def disk(self, name: str) -> str | None:
        path = self.root / name
        return path.read_text() if path.exists() else None

    def server(self) -> int:
        """The id of the server's process."""
        return int((self.place / "server.pid").read_text())

    def turns(self) -> int:
        """How often the model was called."""
        assert self.model
        return len(self.model.requests)

    def told(self) -> str:
        """The tool results that the model was given last."""
        assert self.model
        last = self.model.requests[-1]["messages"][-1]["content"]
        return "\n".join(str(b["content"]) for b in last if b["type"] == "tool_result")

    async def told_afterwards(self) -> str:
        """Reply to the one session, which has ended, and give what the model is told of its edits then."""
        before = self.turns()
        await self.workbench.palette("Reply")
        await self.workbench.type_into_box("Thank you.")
        await eventually(self.turns, before + 1)
        return self.told()


Open = Callable[..., Awaitable[Window]]


@pytest.fixture
async def open_window(shared: Desk, tmp_path: Path, request) -> AsyncIterator[Open]:
    """Open a window on the shared desk, or on one of its own; on a failure its picture and logs are shown."""
    windows: list[tuple[Window, Desk]] = []
    async with AsyncExitStack() as stack:

        async def begin(
            script: Script | None = None,
            *,
            desk: Desk = shared,
            machine: Mapping[str, Any] | None = None,
            project: str = PROJECT,
            environment: Mapping[str, str] | None = None,
        ) -> Window:
            model = await stack.enter_async_context(ScriptedApi(script)) if script else None
            said = {"BACKEND_SPECIALIST_STATE_DIR": str(tmp_path / "state"), **(environment or {})}
            if model is not None:
                said |= await reaching(model)
            server = {"backendSpecialist.client.server.command": _recorded(tmp_path, said)}
            desk.profile.configure({**server, **(machine or {})})
            root = write_project(tmp_path / "shop", project)
            page = await desk.context.new_page()
            stack.push_async_callback(page.close)
            window = Window(Workbench(page, root), model, root, tmp_path)
            windows.append((window, desk))
            await window.workbench.open(desk.profile.url)
            return window

        yield begin
        if request.node.stash.get(FAILED, False):
            for window, desk in windows:
                await _show(window, desk)


@pytest.fixture
async def own_desk(
    rig: Path, code_server: CodeServer, browser: Browser, tmp_path: Path
) -> AsyncIterator[Any]:
    """Make a desk of a user who has used nothing yet; ``extension`` is installed in place of the usual one."""
    async with AsyncExitStack() as stack:

        async def make(*, extension: Path | None = None, **options: Any) -> Desk:
            server = code_server
            if extension:
                server = CodeServer(rig, tmp_path / "extensions")
                await server.install(extension, tmp_path)
            serving = server.serve(tmp_path / "home", **options)
            profile = await stack.enter_async_context(serving)
            context = await _context(browser)
            stack.push_async_callback(context.close)
            return Desk(profile, context)

        yield make


async def reaching(model: ScriptedApi) -> dict[str, str]:
    """What leads a server to a model."""
    return {"ANTHROPIC_BASE_URL": await model.start(), "ANTHROPIC_API_KEY": KEY}


def _recorded(place: Path, environment: Mapping[str, str]) -> list[str]:
    """The command of the server: this checkout's, with an environment, its conversation written down."""
    assignments = [f"{name}={value}" for name, value in environment.items()]
    server = [sys.executable, "-I", "-m", "backend_specialist", "serve"]
    return ["/usr/bin/env", *assignments, sys.executable, str(RECORDER), str(place), *server]


@pytest.fixture
def picture(request, tmp_path: Path) -> Callable[[Workbench, str], Awaitable[None]]:
    """Take a picture of a window for the README; ``--pictures`` names the directory in which they are kept."""
    kept = request.config.getoption("pictures")
    place = Path(kept) if kept else tmp_path

    async def take(workbench: Workbench, name: str) -> None:
        await workbench.page.screenshot(path=place / f"{name}.png", animations="disabled")

    return take


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", help="directory for the pictures of the README")
    parser.addoption("--rounds", type=int, default=1, help="how often speed is measured")


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call) -> Iterator[Any]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


async def _show(window: Window, desk: Desk) -> None:
    picture = window.place / "failed.png"
    await window.workbench.page.screenshot(path=picture)
    print(f"picture: {picture}")
    written = sorted(desk.profile.data.glob("logs/**/*Backend Specialist.log"))
    for log in [desk.profile.log, *written[-1:], window.place / "lsp.log"]:
        if log.exists():
            print(f"---- {log}\n{log.read_text(errors='replace')[-20_000:]}")
