"""The whole way, with a scripted model: the real product, real tools, real hidden tests."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Call, Reply, Script
from evals import __main__ as program
from evals import session
from evals.attempt import attempt
from evals.judge import PYTHON, NoJudge, judge
from evals.place import place
from evals.result import Result, table
from evals.task import chosen

TASK = "flask-rate-limit"
KEY = "sk-of-the-test"


def run(
    capsys: pytest.CaptureFixture[str], results: Path, *argv: str
) -> tuple[str, dict[str, Any], Path]:
    """What was printed, what was kept, and where."""
    assert program.main(argv, results) == 0
    (kept,) = results.iterdir()
    return capsys.readouterr().out, json.loads((kept / "results.json").read_text()), kept


def test_replayed_solution_passes_on_every_stack(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    names = (TASK, "django-n-plus-one", "express-endpoint", "fastapi-idempotency-key")
    said, kept, where = run(capsys, tmp_path, "--model", "scripted/solution", *names)
    assert [each["task"] for each in kept["tasks"] if each["passed"]] == list(names)
    assert kept["scripted"]
    assert said.startswith("Scripted: no model is asked.")
    assert "| Total of 4 |  | 4 passed | 8 |" in said
    assert all(each["turns"] == 2 and each["tokens_read"] > 0 for each in kept["tasks"])
    record = [json.loads(line) for line in (where / f"{TASK}.jsonl").read_text().splitlines()]
    called = {
        block["name"] for line in record if line["kind"] == "assistant" for block in tools(line)
    }
    assert called == {"edit", "write", "deliver"}


def tools(line: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in line["data"]["message"]["content"] if part["type"] == "tool_use"]


def test_session_that_does_nothing_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said, kept, _ = run(capsys, tmp_path, "--model", "scripted/nothing", TASK)
    (result,) = kept["tasks"]
    assert not result["passed"]
    assert "hidden tests failed" in result["reason"]
    assert "test_burst_then_refusal" in result["failed"]
    assert "0 passed" in said


def test_session_that_dies_fails_with_its_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said, kept, _ = run(capsys, tmp_path, "--model", "scripted/dying", TASK)
    (result,) = kept["tasks"]
    assert not result["passed"]
    assert result["reason"].startswith("The session ended as failed: ")
    assert "400" in result["reason"]
    assert "failed: The session ended as failed" in said


async def test_session_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    forever = Reply(text="wait", delay=600.0)
    result, _ = await _asked(monkeypatch, [forever], seconds=5)
    assert not result.passed
    assert "did not end within 5 seconds" in result.reason


async def test_harness_that_is_terminated_leaves_nothing(tmp_path: Path) -> None:
    asked = asyncio.Event()

    def wait(_: Mapping[str, Any]) -> Reply:
        asked.set()
        return Reply(text="wait", delay=600.0)

    async with ScriptedApi({"any": wait}) as api:
        command = (sys.executable, "-m", "evals", "--model", "anthropic/any", TASK)
        own = {"ANTHROPIC_BASE_URL": await api.start(), "TMPDIR": str(tmp_path)}
        process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **own})
        await asyncio.wait_for(asked.wait(), 60)
        assert [each.name[:5] for each in tmp_path.iterdir()] == ["eval-"]
        process.terminate()
        assert await process.wait() == 143
    assert not list(tmp_path.iterdir())
    found = await asyncio.create_subprocess_exec("pgrep", "-f", "--", f"--workspace {tmp_path}")
    assert await found.wait() == 1, "the session still runs"


async def test_model_cannot_read_hidden_tests_or_the_solution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It knows where they are, which is more than it is told."""
    (task,) = chosen([TASK])
    hidden, solution = task.hidden / "test_rate_limit.py", task.solution / "quotes" / "limits.py"
    calls = (
        Call("read", {"filePath": str(hidden)}),
        Call("read", {"filePath": str(solution)}),
        Call("grep", {"pattern": "Bucket", "path": str(task.directory)}),
        Call("glob", {"pattern": "**/*", "path": str(task.directory)}),
        Call("glob", {"pattern": "**/*"}),
        Call("grep", {"pattern": "Bucket|test_burst"}),
    )
    report = {"service": {}, "database": {}, "testing_documentation": {}}
    deliver = Call("deliver", {"summary": "Nothing.", **report})
    result, sent = await _asked(monkeypatch, [Reply(tools=calls), Reply(tools=(deliver,))])
    answers = json.dumps(
        [
            message
            for request in sent
            for message in request["messages"]
            if message["role"] == "user"
        ]
    )
    assert "quotes/application.py" in answers, "the workspace is seen"
    for kept in (
        "test_burst_then_refusal",
        "class Bucket",
        "limits.py:",
        "hidden/test_rate_limit.py\\n",
    ):
        assert kept not in answers
    assert not result.passed


async def _asked(
    monkeypatch: pytest.MonkeyPatch, script: Script, seconds: float = session.SECONDS
) -> tuple[Result, list[dict[str, Any]]]:
    """An attempt with the model behind an endpoint that the environment names, as a real one is."""
    async with ScriptedApi({"any": script}) as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", await api.start())
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        (task,) = chosen([TASK])
        result, record = await asyncio.to_thread(attempt, task, "anthropic/any", seconds)
        assert KEY not in record
        return result, [dict(request) for request in api.requests]


def test_missing_key_ends_the_run_with_the_products_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert (
        program.main(
            ["--model", "anthropic/claude-sonnet-4-5", TASK, "django-n-plus-one"], tmp_path
        )
        == 2
    )
    said = capsys.readouterr().err
    assert "ANTHROPIC_API_KEY" in said
    assert "2 of 2" not in said


def test_unknown_task_and_script_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert program.main(["--model", "scripted/solution", "nope"], tmp_path) == 2
    assert "There is no task 'nope'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        program.main(["--model", "scripted/nope"], tmp_path)
    assert "scripted/solution, scripted/nothing, scripted/dying" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_missing_frameworks_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    (task,) = chosen([TASK])
    monkeypatch.setattr("evals.judge.PYTHON", PYTHON.with_name("missing"))
    with place(task.start) as here, pytest.raises(NoJudge, match="make eval"):
        judge(task, here)


def test_table_sums_and_keeps_what_is_unknown_unknown() -> None:
    common = {
        "stack": "flask",
        "reason": "",
        "turns": 2,
        "tokens_read": 1000,
        "tokens_written": 5,
        "seconds": 1.4,
    }
    priced = Result(task="a", passed=True, cost=0.25, **common)
    unpriced = Result(
        task="b", passed=False, cost=None, **{**common, "reason": "it | broke\n" + "x" * 200}
    )
    head, _, first, second, total = table([priced, unpriced]).splitlines()
    assert head.count("|") == second.count("|")
    assert first == "| a | flask | passed | 2 | 1,000 | 5 | $0.2500 | 1 s |"
    assert "failed: it / broke xxx" in second
    assert total == "| Total of 2 |  | 1 passed | 4 | 2,000 | 10 | unknown | 3 s |"
