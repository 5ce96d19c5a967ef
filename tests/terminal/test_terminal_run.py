"""``run``: its arguments, its exit code, its JSON, and Ctrl+C on a real terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from terminal_stage import Stage

from backend_specialist.terminal import run
from backend_specialist.terminal import stage as stages
from backend_specialist.terminal.files import Files
from backend_specialist.terminal.run import UsageError

WAIT = {"wait": "answer"}


def arguments(**given: Any) -> argparse.Namespace:
    usual = {
        "task": "Do it", "workspace": None, "file": None, "recipe": None, "agent": None, "output": None,
        "yes": False, "no": False, "json": False, "model": None,
    }  # fmt: skip
    return argparse.Namespace(**{**usual, **given})


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(str(tmp_path), lambda *_: None)


def test_task_has_only_the_keys_that_were_given(files: Files, tmp_path: Path) -> None:
    job = run._job(arguments(workspace=str(tmp_path), agent="a", recipe="r", model="m"))
    assert job.task(files) == {"instructions": "Do it", "agent": "a", "recipe": "r"}
    assert job.settings == {"model": "m"}


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        ("a.py:2-3", (1, 0), (3, 0)),
        ("a.py:2", (1, 0), (2, 0)),
        ("a.py:4-4", (3, 0), (3, 4)),
    ],
    ids=["whole lines", "one line", "a last line without an end"],
)
def test_range_of_a_file_covers_whole_lines(
    files: Files, tmp_path: Path, given: str, start: tuple[int, int], end: tuple[int, int]
) -> None:
    (tmp_path / "a.py").write_text("one\ntwo\nthree\nfour")
    task = run._job(arguments(workspace=str(tmp_path), file=given)).task(files)
    assert task["uri"] == (tmp_path / "a.py").as_uri()
    assert task["range"] == {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


def test_file_whose_name_looks_like_a_range_is_that_file(files: Files, tmp_path: Path) -> None:
    (tmp_path / "a.py:1").write_text("one\n")
    task = run._job(arguments(workspace=str(tmp_path), file="a.py:1")).task(files)
    assert "range" not in task


def test_wrong_arguments_are_usage_errors_that_say_what_to_do(tmp_path: Path) -> None:
    for wrong in (
        {"workspace": str(tmp_path / "none")},
        {"file": "none.py"},
        {"output": str(tmp_path)},
    ):
        with pytest.raises(UsageError):
            run._job(arguments(**{"workspace": str(tmp_path), **wrong}))
    assert run.main(arguments(workspace=str(tmp_path / "none"))) == 2


@pytest.fixture
def command(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let jobs run against a scripted server."""

    def use(*acts: dict[str, Any]) -> None:
        perform = stages.perform

        async def scripted(job: stages.Job, *rest: Any) -> Any:
            return await perform(
                stages.Job(
                    workspace=job.workspace, task=job.task, settings=job.settings, command=stage.command(acts)
                ),
                *rest,
            )  # fmt: skip

        monkeypatch.setattr(run, "perform", scripted)

    return use


def test_json_is_one_object_on_stdout_and_people_read_stderr(
    stage: Stage, command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    usage = {
        "inputTokens": 10,
        "outputTokens": 2,
        "cacheReadTokens": 0,
        "cacheWriteTokens": 0,
        "cost": None,
    }
    command(
        stage.proposal(file), WAIT, stage.apply(file), stage.review(file),
        {"event": {"kind": "usage", **usage}}, stage.status("completed"),
    )  # fmt: skip
    code = run.main(arguments(workspace=str(stage.root), yes=True, json=True))
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "sessionId": "s1", "status": "completed", "reason": None,
        "files": [{"path": "a.py", "created": False, "hunks": {"accepted": 1}}],
        "hunks": {"accepted": 1}, "usage": usage, "deliverable": None,
    }  # fmt: skip
    assert out.count("\n") == 1
    assert "Backend Implementation" in err
    assert code == 0


def test_deliverable_outside_of_the_workspace_is_saved_by_the_terminal(
    stage: Stage, command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command(stage.status("completed"))
    target = stage.scratch / "out.md"
    code = run.main(arguments(workspace=str(stage.root), output=str(target), yes=True, json=True))
    assert code == 0
    assert target.read_text() == "# Backend Implementation\n"
    assert json.loads(capsys.readouterr().out)["deliverable"] == str(target)
    assert "output" not in stage.commands("run")[0]


def test_deliverable_inside_of_the_workspace_goes_through_approval(
    stage: Stage, command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stage.file("docs/out.md", None, (0, 0, "", "# Backend Implementation\n"))
    command(
        stage.proposal(file), WAIT, stage.apply(file), stage.review(file), stage.status("completed")
    )
    target = str(stage.root / "docs" / "out.md")
    assert run.main(arguments(workspace=str(stage.root), output=target, yes=True, json=True)) == 0
    assert stage.commands("run")[0]["output"] == target
    assert json.loads(capsys.readouterr().out)["deliverable"] == target


def test_without_a_terminal_it_says_at_once_that_nothing_will_be_applied(
    stage: Stage, command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command(stage.status("completed"))
    run.main(arguments(workspace=str(stage.root)))
    assert capsys.readouterr().out.startswith("There is no terminal to ask on, so nothing will be")


# ---------------------------------------------------------------- on a real terminal

DRIVER = """
import asyncio, sys
from backend_specialist.terminal.asking import Asker
from backend_specialist.terminal.keyboard import Keyboard
from backend_specialist.terminal.screen import Screen
from backend_specialist.terminal.stage import Job, perform

async def main():
    screen = Screen(sys.stdout)
    job = Job(workspace=sys.argv[1], task=lambda _: {"instructions": "x"}, command=sys.argv[2:])
    report = await perform(job, screen, Asker(screen, Keyboard()))
    screen.say(report.summary())
    return report.exit_code

sys.exit(asyncio.run(main()))
"""


class Terminal:
    """A child process on a terminal of its own."""

    def __init__(self, *command: str, **more: str) -> None:
        self.fd, child = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=child, stdout=child, stderr=child, start_new_session=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "30", **more},
        )  # fmt: skip
        os.close(child)
        self.seen = ""
        self._watchdog = threading.Timer(30, self.process.kill)
        self._watchdog.start()

    def until(self, text: str) -> str:
        while text not in self.seen:
            data = os.read(self.fd, 4096)
            assert data, self.seen
            self.seen += data.decode("utf-8", "replace")
        return self.seen

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def end(self) -> int:
        try:
            while data := os.read(self.fd, 4096):
                self.seen += data.decode("utf-8", "replace")
        except OSError:
            pass
        self._watchdog.cancel()
        os.close(self.fd)
        return self.process.wait()


@pytest.fixture
def on_terminal(stage: Stage) -> Iterator[Any]:
    started: list[Terminal] = []

    def start(*acts: dict[str, Any]) -> Terminal:
        terminal = Terminal(sys.executable, "-c", DRIVER, str(stage.root), *stage.command(acts))
        started.append(terminal)
        return terminal

    yield start
    for terminal in started:
        terminal.process.kill()


def test_proposal_is_answered_with_real_keys_and_colours(stage: Stage, on_terminal: Any) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    terminal = on_terminal(
        stage.proposal(file), WAIT, stage.apply(file), stage.review(file), stage.status("completed")
    )
    assert "\x1b[32m+1" in terminal.until("why not:")
    terminal.type("a\n")
    assert terminal.end() == 0
    assert (stage.root / "a.py").read_text() == "1\n"


def test_keys_typed_before_the_question_are_no_answer(stage: Stage, on_terminal: Any) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    terminal = on_terminal(
        {"event": {"kind": "permission", "requestId": "r", "title": "Fetch?"}}, WAIT,
        stage.proposal(file), WAIT, stage.status("completed"),
    )  # fmt: skip
    terminal.until("[r]eject:")
    terminal.type("o\na\na\n")
    terminal.until("why not:")
    terminal.type("j\n")
    terminal.until("Why not?")
    terminal.type("\n")
    terminal.end()
    assert stage.commands("answer")[1]["decision"] == "reject"


def test_interrupt_cancels_the_session_and_leaves_nothing_running(
    stage: Stage, on_terminal: Any
) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    terminal = on_terminal(stage.proposal(file), {"wait": "cancel"}, stage.status("cancelled"))
    terminal.until("why not:")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 1
    assert "Session s1: cancelled" in " ".join(terminal.seen.split())
    assert stage.commands("cancel") == [{"sessionId": "s1"}]
    assert stage.methods()[-2:] == ["shutdown", "exit"]
    assert (stage.root / "a.py").read_text() == "one\n"


def test_second_interrupt_ends_a_server_that_does_not_listen(
    stage: Stage, on_terminal: Any
) -> None:
    terminal = on_terminal({"event": {"kind": "text", "text": "working\n"}}, {"wait": "never"})
    terminal.until("working")
    terminal.process.send_signal(signal.SIGINT)
    terminal.until("Ctrl+C again")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 1
    assert "cancelled" in terminal.seen


def test_end_of_input_is_no_answer(stage: Stage, on_terminal: Any) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    terminal = on_terminal(stage.proposal(file))
    terminal.until("why not:")
    terminal.type("\x04")
    assert terminal.end() == 1
    assert stage.commands("answer") == []
    assert "Nothing was applied" in " ".join(terminal.seen.split())


def test_interrupt_at_the_question_of_the_demo_is_an_interrupt() -> None:
    terminal = Terminal(
        sys.executable, "-m", "backend_specialist", "demo", ANTHROPIC_API_KEY="sk-none"
    )
    terminal.until("Use it?")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    assert "Stopped." in terminal.seen


def test_interrupt_after_the_reader_went_away_ends_the_session(
    stage: Stage, on_terminal: Any
) -> None:
    acts = ({"event": {"kind": "text", "text": "working\n"}}, {"wait": "cancel"})
    command = [sys.executable, "-c", DRIVER, str(stage.root), *stage.command(acts)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"working\n"
        process.stdout.close()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert stage.commands("cancel") == [{"sessionId": "s1"}]
    assert b"Exception in callback" not in said
    assert b"never retrieved" not in said


async def test_server_is_not_left_behind(stage: Stage) -> None:
    await stage.perform(stage.status("completed"))
    children = await asyncio.create_subprocess_exec(
        "pgrep", "-f", str(stage.scratch), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await children.communicate()
    assert output == b""
