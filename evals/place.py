"""A throw-away directory, and programs that run in it.

Owns what such a program gets of this machine: the variables that are listed here and no others, a home of its own, a
time limit, a limit on what it writes. It is a fence around mistakes, not a sandbox: a program that means harm can still
read the user's files and open connections.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Nothing else is handed on: an environment is full of keys.
_KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "PATH", "SYSTEMROOT")
_FILE_BLOCKS = 131_072  # of 512 bytes: no file grows over 64 MiB
_TAIL = 64 * 1024
# Seconds that a program has to end by itself once it was asked to.
_GRACE = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a program ended. ``out`` and ``err`` are the ends of what it wrote."""

    code: int
    out: str
    err: str
    seconds: float
    late: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The directory of one attempt at one task."""

    root: Path

    @property
    def workspace(self) -> Path:
        """What the specialist sees and changes."""
        return self.root / "workspace"

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Give the variables of a program here, from those of this process."""
        kept = {name: given[name] for name in _KEPT if name in given}
        own = {name: str(self.root / "home") for name in ("HOME", "USERPROFILE")}
        return kept | own | {"TMPDIR": str(self.root / "tmp")}

    def run(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        seconds: float,
        stdin: str = "",
        ask_first: bool = False,
    ) -> Ended:
        """Run a program with the workspace as its directory, and end all that it started in its process group.

        ``stdin`` must fit into a pipe. With ``ask_first`` a late program is interrupted before it is killed.
        """
        began = time.monotonic()
        said, complained = self.root / "stdout", self.root / "stderr"
        with said.open("wb") as out, complained.open("wb") as err:
            process = _started(command, self.workspace, environment, (out, err))
            # By a pipe and not by a file: what was read once cannot be read again.
            _feed(process, stdin)
            late = _wait(process, seconds, ask_first=ask_first)
        return Ended(
            code=process.wait(),
            out=_tail(said),
            err=_tail(complained),
            seconds=time.monotonic() - began,
            late=late,
        )


@contextlib.contextmanager
def place(start: Path) -> Iterator[Place]:
    """Make a place with a copy of this repository as its workspace; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="eval-", ignore_cleanup_errors=True) as root:
        made = Place(Path(root).resolve())
        shutil.copytree(start, made.workspace, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("home", "tmp"):
            (made.root / name).mkdir()
        yield made


def _started(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    outputs: tuple[IO[bytes], IO[bytes]],
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ("/bin/sh", "-c", f'ulimit -f {_FILE_BLOCKS}; exec "$@"', "sh", *command),
        cwd=directory,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=outputs[0],
        stderr=outputs[1],
        start_new_session=True,
    )


def _feed(process: subprocess.Popen[bytes], text: str) -> None:
    assert process.stdin
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(text.encode())


def _wait(process: subprocess.Popen[bytes], seconds: float, *, ask_first: bool) -> bool:
    """Wait, at most that long; then nothing of the process group is left. Says whether it was late."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    finally:
        # Also when we are told to end ourselves.
        if ask_first and process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return False


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        return file.read().decode("utf-8", "replace")
