"""The verdict on a workspace: its code under the hidden tests.

Owns when a task counts as passed: exactly the tests that the hidden files define ran, each of them passed, and the
canaries, which must fail, failed. The hidden tests are put beside the workspace here, when the session is over. The
judged code runs in the process of the tests, so whoever knows this file can still lie; what is kept out is what a model
might do in passing.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.place import Ended, Place
from evals.task import HERE, Task, files_in

PYTHON = HERE / ".venv" / "bin" / "python"
NODE_MODULES = HERE / "node_modules"
SECONDS = 60.0
_JUDGING = HERE / "judging"
_CANARY = ("canary", "test_canary")


class NoJudge(Exception):
    """What the hidden tests need is not installed. The message says how to get it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """``reason`` is empty for a pass; ``failed`` are the names of the tests that did not pass, with messages."""

    passed: bool
    reason: str = ""
    failed: Mapping[str, str]


def judge(task: Task, place: Place, seconds: float = SECONDS) -> Verdict:
    """Run the hidden tests on the workspace; raise :class:`NoJudge`."""
    hidden = place.root / "hidden"
    shutil.copytree(task.hidden, hidden)
    report = place.root / f"report-{secrets.token_hex(8)}.json"
    secret = secrets.token_hex(16)
    command = _node(place, hidden) if task.stack == "express" else _pytest(task, hidden)
    own = {"EVAL_WORKSPACE": str(place.workspace), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment = place.environment(os.environ) | own
    ended = place.run(
        command,
        environment=environment,
        seconds=seconds,
        stdin=json.dumps({"secret": secret, "report": str(report)}),
    )
    if ended.late:
        return _cut_short(
            f"The hidden tests did not end within {seconds:.0f} seconds and were stopped."
        )
    found = _report(report, secret)
    if found is None:
        return _cut_short(f"The hidden tests ended without a report: {_last_words(ended)}")
    return _verdict(task.hidden_tests(), found)


def _cut_short(reason: str) -> Verdict:
    return Verdict(passed=False, reason=reason, failed={})


def _last_words(ended: Ended) -> str:
    lines = (ended.out + ended.err).strip().splitlines()
    return f"exit code {ended.code}. {lines[-1][:300] if lines else 'Nothing was written.'}"


# ---------------------------------------------------------------- the two runners


def _pytest(task: Task, hidden: Path) -> list[str]:
    if not PYTHON.exists():
        raise NoJudge(
            "The frameworks of the tasks are not installed. Use make eval, which does it."
        )
    for name in ("pytest.ini", "test_canary.py"):
        shutil.copy(_JUDGING / name, hidden)
    runner = str(_JUDGING / "run_pytest.py")
    workspace = str(hidden.with_name("workspace"))
    return [str(PYTHON), "-I", "-B", runner, workspace, str(hidden), task.stack]


def _node(place: Place, hidden: Path) -> list[str]:
    node = shutil.which("node")
    if node is None or not NODE_MODULES.exists():
        raise NoJudge("Express tasks need Node 20.14 or later. Install it, then use make eval.")
    # Found from the workspace and from the hidden tests alike, and not a part of either.
    (place.root / "node_modules").symlink_to(NODE_MODULES)
    reporter = (f"--test-reporter={_JUDGING / 'report.mjs'}",)
    tests = [str(path) for path in files_in(hidden) if path.name.endswith(".test.mjs")]
    return [node, *reporter, str(_JUDGING / "run_node.mjs"), *tests]


# ---------------------------------------------------------------- reading the report


def _report(path: Path, secret: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("secret") == secret else None


def _verdict(expected: frozenset[str], report: Mapping[str, Any]) -> Verdict:
    tests: Mapping[str, list[list[str]]] = report["tests"]
    canaries = {name: runs for name, runs in tests.items() if name.startswith(_CANARY)}
    if not canaries:
        return _cut_short("The hidden tests were cut short: nothing ran.")
    if any(run[0] != "failed" for runs in canaries.values() for run in runs):
        return _cut_short("The runner was tampered with: a test that must fail did not.")
    failed = dict(_failed(expected, tests))
    extra = sorted(set(tests) - expected - set(canaries))
    if extra:
        return _cut_short(f"Tests ran that the hidden files do not define: {', '.join(extra)}.")
    reason = "; ".join(report["errors"]) or (
        f"{len(failed)} of {len(expected)} hidden tests failed" if failed else ""
    )
    return Verdict(passed=not reason, reason=reason, failed=failed)


def _failed(
    expected: frozenset[str], tests: Mapping[str, list[list[str]]]
) -> Iterator[tuple[str, str]]:
    for name in sorted(expected):
        runs = tests.get(name, [["did not run", ""]])
        bad = next((run for run in runs if run[0] != "passed"), None)
        if bad is not None:
            yield name, f"{bad[0]}: {bad[1]}"
