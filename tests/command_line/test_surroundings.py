"""Commands in a system that withholds something: streams, the directory, an address, a home. Each as a process."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a shell prepares the surroundings")
PROGRAM = f"{shlex.quote(sys.executable)} -m backend_specialist"
RUN = "run x --model rehearsal/none"


def shell(script: str, directory: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a new directory; ``$P`` is the program."""
    work = directory / "work"
    work.mkdir()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ANTHROPIC")}
    own = {
        "BACKEND_SPECIALIST_STATE_DIR": str(directory / "state"),
        "HOME": str(directory / "home"),
    }
    return subprocess.run(
        ["/bin/sh", "-c", script.replace("$P", PROGRAM)],
        cwd=work, env=kept | own | more, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str], code: int, said: str) -> None:
    """One sentence or two on one line, and no traceback."""
    assert done.returncode == code, done.stderr
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("command", ["doctor", "trust", RUN, f"{RUN} --json"])
def test_output_that_cannot_be_written_is_said(
    tmp_path: Path, command: str, unbuffered: str
) -> None:
    done = shell(f"$P {command} >/dev/full", tmp_path, PYTHONUNBUFFERED=unbuffered)
    refused(done, 1, "The output cannot be written: No space left on device.")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("doctor >&-", 0),
        ("trust >&- 2>&-", 0),
        (f"{RUN} >&-", 2),
        (f"{RUN} --json <&- 2>&-", 2),
        ("--help | true", 0),
    ],
)
def test_a_closed_stream_changes_nothing_else(tmp_path: Path, command: str, code: int) -> None:
    done = shell(f"$P {command}", tmp_path)
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_a_server_without_its_streams_is_refused(tmp_path: Path, closed: str) -> None:
    done = shell(f"$P serve {closed}", tmp_path)
    if "2" in closed:
        assert done.returncode == 2
    else:
        refused(done, 2, "Standard input or output is closed")


@pytest.mark.parametrize("command", ["doctor", "trust", f"{RUN} --json"])
def test_a_directory_that_was_deleted_is_said(tmp_path: Path, command: str) -> None:
    done = shell(f"rmdir ../work && $P {command}", tmp_path)
    refused(done, 2, "The current directory does not exist any more.")


@pytest.mark.parametrize("where", ["", "--workspace / --file a.py", "--workspace / --output o.md"])
def test_a_directory_that_was_deleted_is_said_in_the_object_as_well(
    tmp_path: Path, where: str
) -> None:
    done = shell(f"rmdir ../work && $P {RUN} --json {where}", tmp_path)
    refused(done, 2, "The current directory does not exist any more.")
    said = json.loads(done.stdout)
    assert (said["status"], said["sessionId"]) == ("failed", None)
    assert said["reason"] == done.stderr.rstrip()


@pytest.mark.parametrize("state", ["relative", "/dev/null"])
def test_a_state_directory_that_cannot_be_used_is_a_wrong_set_up(
    tmp_path: Path, state: str
) -> None:
    done = shell(f"$P {RUN} --json", tmp_path, BACKEND_SPECIALIST_STATE_DIR=state)
    assert done.returncode == 2, done.stderr
    assert "BACKEND_SPECIALIST_STATE_DIR" in json.loads(done.stdout)["reason"]


@pytest.mark.parametrize("host", ["host.invalid", "192.0.2.1", "a..b"])
def test_an_address_that_is_not_ours_is_said(tmp_path: Path, host: str) -> None:
    done = shell(f"$P serve --tcp {host}:0", tmp_path)
    refused(done, 2, f"The server cannot listen on {host}:0: ")


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = shell(f"$P serve --tcp {port}", tmp_path)
    refused(done, 2, f"The server cannot listen on 127.0.0.1:{port}: Address already in use.")
