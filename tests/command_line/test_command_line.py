"""``backend-specialist`` as a process: what it prints where, and its exit codes. Models are scripted or unreachable."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_specialist import __version__
from support.project import write_project

Run = Callable[..., "subprocess.CompletedProcess[str]"]

SCRIPT = [
    {"text": "I add a test.", "tools": [
        {"name": "write", "input": {"filePath": "tests/test_mean.py", "content": "def test_mean():\n    pass\n"}},
    ]},
    {"tools": [{"name": "deliver", "input": {
        "summary": "There is a test.", "service": {}, "database": {}, "testing_documentation": {},
    }}]},
]  # fmt: skip
STALL = [
    {"tools": [{"name": "read", "input": {"filePath": "app/main.py"}}]},
    {"fault": {"kind": "stall", "after": 0}},
]
PROJECT = """
-- app/main.py --
def mean(items):
    return sum(items) / len(items)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_project(tmp_path / "shop", PROJECT)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No key, no configuration, a state directory and scripts of its own."""
    write_project(
        tmp_path / "scripts",
        f"\n-- add.json --\n{json.dumps(SCRIPT)}\n-- wait.json --\n{json.dumps(STALL)}\n",
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ANTHROPIC")}
    return kept | {
        "BACKEND_SPECIALIST_STATE_DIR": str(tmp_path / "state"),
        "BACKEND_SPECIALIST_REHEARSALS": str(tmp_path / "scripts"),
        "HOME": str(tmp_path / "home"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


@pytest.fixture
def run(root: Path, environment: dict[str, str]) -> Run:
    def call(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "backend_specialist", *arguments],
            cwd=root, env=environment | more, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip

    return call


# ---------------------------------------------------------------- what all share


def test_the_version_is_printed(run: Run) -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"backend-specialist {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "commands"),
        (("nonsense",), "invalid choice"),
        (("run",), "TASK"),
        (("run", "x", "--yes", "--no"), "not allowed with"),
        (("serve", "--tcp", "nowhere"), "is not PORT or HOST:PORT"),
        (("serve", "--tcp", "99999"), "is not PORT or HOST:PORT"),
        (("serve", "--stdio", "--tcp", "1"), "not allowed with"),
        (("sessions", "prune", "--older-than", "soon"), "is not an age"),
        (("check", "--format", "xml"), "invalid choice"),
        (("run", "x", "--workspace", "no/such"), "is no directory"),
        (("run", "x", "--file", "no.py"), "There is no file no.py"),
        (("run", "x", "--file", "app/main.py:0"), "lines count from 1"),
        (("run", "x", "--file", "app/main.py:2-1"), "lines count from 1"),
        (("run", "x", "--file", "app/main.py:9-10"), "has the lines 1 to 3"),
        (("run", "x", "--file", "/etc/passwd"), "Name a file in it"),
        (("run", "x", "--output", "app"), "is a directory"),
        (("run", "x", "--output", "app/main.py/x.md"), "app/main.py is no directory"),
        (("run", "x", "--output", "/dev/null/x.md"), "/dev/null is no directory"),
        (("run", "x", "--output", "/dev/null"), "is no regular file"),
        (("trust", "no/such"), "There is no directory"),
        (("check", "no.md"), "there is no such file"),
    ],
)
def test_a_wrong_call_ends_with_two_and_says_why(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr


# ---------------------------------------------------------------- run


def test_run_applies_what_is_accepted_and_reports_it_as_json(run: Run, root: Path) -> None:
    done = run(
        "run", "Add a test", "--model", "rehearsal/add", "--yes", "--json", "--output", "out.md"
    )
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (root / "tests/test_mean.py").read_text() == "def test_mean():\n    pass\n"
    assert report["status"] == "completed"
    assert report["hunks"] == {"accepted": 2}, "the test, and the deliverable inside the workspace"
    assert report["deliverable"] == str(root / "out.md")
    assert "# Backend Implementation" in (root / "out.md").read_text()
    assert "scripted" in done.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--no",), "0 of 1 edits"),
        ((), "no terminal to ask on"),
    ],
    ids=["the user refuses", "nobody can be asked"],
)
def test_run_changes_nothing_without_a_yes(
    run: Run, root: Path, flags: tuple[str, ...], said: str
) -> None:
    done = run("run", "Add a test", "--model", "rehearsal/add", *flags)
    assert done.returncode == 1
    assert said in done.stdout
    assert not (root / "tests").exists()


@pytest.mark.parametrize(
    ("model", "more", "said"),
    [
        ("anthropic/claude-sonnet-4-5", {}, "ANTHROPIC_API_KEY"),
        (
            "anthropic/claude-sonnet-4-5",
            {"ANTHROPIC_BASE_URL": "nowhere"},
            "must be a full address",
        ),
        ("rehearsal/none", {}, "none"),
        ("nonsense", {}, "provider/model"),
    ],
    ids=["no key", "no address", "no such script", "no provider"],
)
def test_run_ends_with_two_when_the_set_up_is_wrong(
    run: Run, model: str, more: dict[str, str], said: str
) -> None:
    done = run("run", "Add a test", "--model", model, "--json", **more)
    assert done.returncode == 2, done.stderr
    report = json.loads(done.stdout)
    assert report["status"] == "failed"
    assert said in report["reason"]


def test_run_without_a_key_says_what_can_be_done_in_a_terminal(run: Run) -> None:
    done = run("run", "Add a test", "--model", "anthropic/claude-sonnet-4-5")
    assert "next: Set the key in the environment of this terminal" in done.stdout
    assert "next: Run the command again" in done.stdout
    for words in ("environment of the editor", "Reply to the session"):
        assert words not in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="a console has no such signal")
def test_ctrl_c_cancels_the_session(root: Path, environment: dict[str, str], run: Run) -> None:
    command = [
        sys.executable,
        "-m",
        "backend_specialist",
        "run",
        "Wait",
        "--model",
        "rehearsal/wait",
        "--no",
    ]
    with subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if "read app/main.py" in line:
                break
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 1
    assert "cancelled" in rest
    assert "cancelled" in run("sessions").stdout


@pytest.mark.skipif(sys.platform != "linux", reason="it sees the server start in /proc")
def test_ctrl_c_while_the_server_starts_ends_the_run(
    root: Path, environment: dict[str, str]
) -> None:
    command = ["run", "Add a test", "--model", "rehearsal/add", "--yes", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "backend_specialist", *command],
        cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not children.read_text():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert json.loads(out)["status"] == "cancelled"
    assert err.endswith("Stopped.\n")
    assert not (root / "tests").exists()


@pytest.mark.skipif(os.name != "posix", reason="there are no such pipes")
@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "Add a test", "--model", "rehearsal/add", "--yes"),
        ("run", "Add a test", "--model", "rehearsal/add", "--yes", "--json"),
        ("demo", "--yes"),
        ("doctor",),
    ],
    ids=["run", "run --json", "demo", "doctor"],
)
def test_a_reader_that_goes_away_is_a_code_of_its_own(
    environment: dict[str, str], root: Path, arguments: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "backend_specialist", *arguments],
        cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == 141, done.stderr
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- sessions


@pytest.fixture
def session(run: Run) -> str:
    """The id of a stored session."""
    report = json.loads(
        run("run", "Add a test", "--model", "rehearsal/add", "--yes", "--json").stdout
    )
    return str(report["sessionId"])


def test_a_session_is_listed_shown_exported_and_deleted(run: Run, session: str) -> None:
    listed = run("sessions")
    assert listed.stdout.startswith(session)
    assert "completed" in listed.stdout
    shown = run("sessions", "show", session[:4]).stdout
    assert "I add a test." in shown
    assert "accepted: tests/test_mean.py" in shown
    assert "[the model is rehearsal/add]" in shown
    kinds = [
        json.loads(line)["kind"] for line in run("sessions", "export", session).stdout.splitlines()
    ]
    assert kinds[:2] == ["session", "started"]
    assert {"asked", "answered", "applying", "outcome"} <= set(kinds)
    assert run("sessions", "prune", "--older-than", "1h").stdout == "Deleted 0 sessions.\n"
    assert run("sessions", "delete", session).stdout == f"Deleted {session}.\n"
    assert run("sessions").stderr == "No sessions are stored.\n"


def test_looking_at_sessions_creates_nothing(run: Run, tmp_path: Path) -> None:
    done = run("sessions")
    assert (done.returncode, done.stderr) == (0, "No sessions are stored.\n")
    assert not (tmp_path / "state").exists()
    missing = run("sessions", "show", "abc")
    assert missing.returncode == 1
    assert "There is no session 'abc'" in missing.stderr


# ---------------------------------------------------------------- doctor, trust


def test_doctor_says_what_is_there_and_never_a_key(run: Run) -> None:
    done = run("doctor", ANTHROPIC_API_KEY="sk-ant-secret-0123456789")
    assert done.returncode == 0
    assert "ANTHROPIC_API_KEY is set" in done.stdout
    assert "sk-ant" not in done.stdout + done.stderr
    for word in (__version__, "ripgrep", "specialist-backend", "end of life"):
        assert word in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="there is no such device")
@pytest.mark.parametrize("place", ["/dev/null", "/dev/null/x", "/dev/null/x/y"])
def test_doctor_sees_that_a_state_directory_cannot_be(run: Run, place: str) -> None:
    done = run("doctor", BACKEND_SPECIALIST_STATE_DIR=place)
    assert done.returncode == 2
    assert f"The state directory {place} cannot be used: Not a directory." in done.stdout


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("state", ["closed", "closed/deeper/state"])
def test_doctor_sees_that_a_state_directory_cannot_be_written(
    run: Run, tmp_path: Path, state: str
) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    done = run("doctor", BACKEND_SPECIALIST_STATE_DIR=str(tmp_path / state))
    assert done.returncode == 2
    assert "Permission denied" in done.stdout


def test_doctor_ends_with_two_when_something_must_be_repaired(run: Run, root: Path) -> None:
    done = run("doctor", BACKEND_SPECIALIST_STATE_DIR=str(root / "state"))
    assert done.returncode == 2
    assert str(root) in done.stdout


def test_trust_shows_asks_and_ends_with_the_first_change(run: Run, root: Path) -> None:
    nothing = run("trust")
    assert nothing.returncode == 0
    assert "nothing to trust" in nothing.stdout
    write_project(root, "\n-- .opencode/agents/own.md --\n---\ndescription: Own\n---\nBe brief.\n")
    unasked = run("trust")
    assert unasked.returncode == 1
    assert "agent own" in unasked.stdout
    assert "pass --yes" in unasked.stderr
    assert "is not trusted" in run("doctor").stdout
    assert run("trust", "--yes").returncode == 0
    assert "is trusted" in run("doctor").stdout
    assert "trusted already" in run("trust").stdout
    (root / ".opencode/agents/own.md").write_text("---\ndescription: Other\n---\nObey.\n")
    assert "changed" in run("trust").stdout
