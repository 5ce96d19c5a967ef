"""A real Emacs in a terminal of its own, driven by real keys; a look inside goes over its server's socket.

Owns how it starts and ends: the process is ours and is reaped. It has the documented configuration and its own home.
"""

from __future__ import annotations

import base64
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
PATIENCE = 60.0
LINES, COLUMNS = 40, 120
# Compiling to native code would go on behind every test, a hint at a shorter name waits for two seconds, and
# whether eglot starts a server again depends on how long that one has lived.
EARLY = """
(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil
      suggest-key-bindings nil
      eglot-autoreconnect nil)
"""
# A question is on when a minibuffer waits for an answer to it.
ASKED = (
    "(let ((at (active-minibuffer-window))) (and at (with-selected-window at (minibuffer-prompt))))"
)
MODE_LINE = (
    '(with-selected-window (get-buffer-window "main.py") (format-mode-line mode-line-format))'
)
SERVER = '(with-current-buffer "main.py" (eglot-current-server))'
# What a terminal draws with, and the lines that are empty without it.
_DRAWING = re.compile(r"(?:\x1b\[[?\d;]*\w|\x1b\W\w|[\r\n])+")


def documented_config() -> str:
    """The Lisp block that users are told to copy."""
    page = (REPOSITORY / "docs/editors/other-editors.md").read_text()
    return re.findall(r"```elisp\n(.*?)```", page, re.DOTALL)[0]


def missing() -> str:
    """What this machine lacks for a real Emacs with eglot; empty when it lacks nothing."""
    absent = [name for name in ("emacs", "emacsclient", "setsid") if not shutil.which(name)]
    if absent:
        return f"not installed: {', '.join(absent)} (make emacs installs Emacs)"
    look = ["emacs", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    found = subprocess.run(look, capture_output=True, text=True, check=False)
    return f"this Emacs has no eglot: {found.stderr}" if found.returncode else ""


class Emacs:
    """One Emacs process. ``press`` types keys; ``wait`` waits until a Lisp form is true."""

    def __init__(self, keyboard: int, socket: str, process: subprocess.Popen[bytes]) -> None:
        self._keyboard = keyboard
        self._socket = socket
        self._process = process

    def press(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def command(self, name: str, answer: str = "") -> None:
        """Call a command by its name, and answer what it reads first."""
        self.press(f"\x1bx{name}\r" + (f"{answer}\r" if answer else ""))

    def lisp(self, form: str) -> str:
        """The value of a form as ``format`` writes it. Emacs answers whatever it waits for."""
        sent = f'(base64-encode-string (encode-coding-string (format "%s" {form}) (quote utf-8)) t)'
        command = ["emacsclient", "--socket-name", self._socket, "--eval", sent]
        answer = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert answer.returncode == 0, f"{form}: {answer.stdout}{answer.stderr}"
        return base64.b64decode(answer.stdout.strip().strip('"')).decode()

    def wait(self, form: str) -> None:
        self._until(lambda: self.lisp(form) != "nil", f"never true: {form}")

    def asked(self, text: str) -> None:
        """Wait for a question whose prompt contains ``text``."""
        self._until(lambda: text in self.lisp(ASKED), f"never asked: {text}")

    def answer(self, text: str, keys: str) -> None:
        """Type the answer to a question, when it has been put."""
        self.asked(text)
        self.press(keys)

    def said(self, text: str, times: int = 1) -> None:
        """Wait for a message that the user sees."""
        self._until(lambda: self.messages.count(text) >= times, f"never said: {text}")

    def _until(self, true: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert self._process.poll() is None, f"{otherwise}: Emacs has ended"
            if time.monotonic() > deadline:
                raise AssertionError(f"{otherwise}\n{self.lisp(ASKED)}\n{self.messages}")
            # Each look is a process, which is not to slow down what is looked at.
            time.sleep(0.05)

    @property
    def messages(self) -> str:
        return self.buffer("*Messages*")

    def buffer(self, name: str) -> str:
        """The text of a buffer, shown or not."""
        return self.lisp(
            f'(with-current-buffer "{name}" (save-restriction (widen) '
            "(buffer-substring-no-properties (point-min) (point-max))))"
        )

    def connect(self, times: int = 1) -> None:
        """Start the server as the page says."""
        self.command("eglot")
        self.said("Connected!", times)

    @property
    def server(self) -> int:
        """The process id of the language server."""
        return int(self.lisp(f"(process-id (jsonrpc--process {SERVER}))"))

    def quit(self) -> None:
        """Leave Emacs, and wait until its server has ended too."""
        ended = os.pidfd_open(self.server)
        self.press("\x18\x03")  # C-x C-c asks about what is not saved, and what still runs
        with open(ended, "rb") as watched:
            assert select.select([watched], [], [], PATIENCE)[0], "the server has not ended"


@contextmanager
def emacs(root: Path, environment: Mapping[str, str]) -> Iterator[Emacs]:
    """Start Emacs on the project's main file, with the documented configuration."""
    home = root.parent / "home"
    (home / ".emacs.d").mkdir(parents=True, exist_ok=True)
    (home / ".emacs.d/early-init.el").write_text(EARLY)
    (home / ".emacs.d/init.el").write_text(documented_config())
    # A socket's path is short (about 100 characters); those of pytest are not.
    with tempfile.TemporaryDirectory(prefix="emacs-") as short:
        socket = str(Path(short) / "socket")
        with _process(socket, root, _told(home, environment)) as (process, keyboard):
            editor = Emacs(keyboard, socket, process)
            _listening(process, socket)
            yield editor


def _told(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    ours = ("ANTHROPIC_", "XDG_", "DISPLAY", "WAYLAND_", "EMACS", "INSIDE_EMACS")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean.get('PATH', '')}"
    told = {"HOME": str(home), "PATH": path, "TERM": "linux", "LC_ALL": "C.UTF-8"}
    return {**clean, **environment, **told}


@contextmanager
def _process(
    socket: str, root: Path, environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start Emacs in a terminal, and reap it; whatever it draws is read, so that it never waits for that."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (LINES, COLUMNS))
    folder, name = os.path.split(socket)
    listen = f'(progn (require (quote server)) (setq server-socket-dir "{folder}" server-name "{name}") (server-start))'
    # Emacs opens `/dev/tty`, so the terminal must be that of its session.
    command = ["setsid", "--ctty", "emacs", "-nw", "--eval", listen, "app/main.py"]
    with subprocess.Popen(
        command, cwd=root, env=dict(environment), stdin=its, stdout=its, stderr=its
    ) as process:
        os.close(its)
        drawn: list[bytes] = []
        reading = threading.Thread(target=_read_all, args=(ours, drawn))
        reading.start()
        try:
            yield process, ours
        finally:
            process.kill()
            process.wait()
            reading.join()
            os.close(ours)
            print(_DRAWING.sub("\n", b"".join(drawn).decode(errors="replace"))[-4_000:])  # noqa: T201


def _read_all(terminal: int, drawn: list[bytes]) -> None:
    # The end of a terminal is an error.
    with suppress(OSError):
        while piece := os.read(terminal, 65_536):
            drawn.append(piece)


def _listening(process: subprocess.Popen[bytes], socket: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not Path(socket).exists():
        assert process.poll() is None, "Emacs has ended"
        assert time.monotonic() < deadline, "Emacs does not listen"
        time.sleep(0.01)
