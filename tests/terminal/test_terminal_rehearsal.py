"""The script of the demo: its edits fit the sample, and the sample's tests pass on them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.openapi_process import problems
from backend_specialist.adapters.scripts import script_from_json
from backend_specialist.domain.claims import claims_from_json, doubts, named_files
from backend_specialist.terminal import demo
from backend_specialist.terminal.asking import Asker
from backend_specialist.terminal.demo import SAMPLE, Cast
from backend_specialist.terminal.keyboard import Keyboard
from backend_specialist.terminal.report import Report
from backend_specialist.terminal.sample_tests import run_tests
from backend_specialist.terminal.screen import Screen

SCRIPT = (resources.files("backend_specialist") / "rehearsals" / "demo.json").read_text("utf-8")


def calls(*names: str) -> Iterator[dict[str, Any]]:
    """The tool calls of the script, first alternatives only."""
    for step in json.loads(SCRIPT):
        reply = step[0] if isinstance(step, list) else step
        for tool in reply.get("tools", ()):
            if tool["name"] in names:
                yield tool["input"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "orders"))


@pytest.fixture
def changed(copy: Path) -> Path:
    for call in calls("edit", "write"):
        path = copy / call["filePath"]
        if "content" in call:
            path.write_text(call["content"], encoding="utf-8")
            continue
        text = path.read_text(encoding="utf-8")
        assert text.count(call["oldString"]) == 1, call
        path.write_text(text.replace(call["oldString"], call["newString"]), encoding="utf-8")
    return copy


async def test_tests_of_the_sample_pass_before_the_demo(copy: Path) -> None:
    code, output = await run_tests(str(copy))
    assert code == 0, output
    assert "9 passed" in output


async def test_tests_of_the_sample_pass_after_the_scripted_edits(changed: Path) -> None:
    code, output = await run_tests(str(changed))
    assert code == 0, output
    assert "22 passed" in output


async def test_new_tests_of_the_sample_fail_without_the_scripted_route(changed: Path) -> None:
    """They test something: the route as it was makes them fail."""
    shutil.copy(Path(SAMPLE) / "app" / "main.py", changed / "app" / "main.py")
    code, _ = await run_tests(str(changed))
    assert code == 1


def test_script_is_valid_and_touches_enough_files() -> None:
    assert script_from_json(SCRIPT)
    touched = {call["filePath"] for call in calls("edit", "write")}
    assert len(touched) >= 4
    assert len({call["filePath"] for call in calls("write")}) >= 1


def test_claims_of_the_script_are_borne_out_by_its_files(changed: Path) -> None:
    claims = claims_from_json(next(calls("deliver")))
    texts = {name: (changed / name).read_text(encoding="utf-8") for name in named_files(claims)}
    assert doubts(claims, texts) == ()


def test_contract_of_the_script_is_openapi() -> None:
    (contract,) = [call["api_contract"] for call in calls("deliver") if "api_contract" in call]
    assert problems(contract) == []


@pytest.mark.parametrize("rule", ["check", "format --check"])
def test_sample_and_script_are_clean_code(changed: Path, rule: str) -> None:
    """The newcomer reads it: the scripted code is held to the same rules as the sample's."""
    options = ("--no-cache", "--isolated", "--line-length", "100", ".")
    command = [sys.executable, "-m", "ruff", *rule.split(), *options]
    found = subprocess.run(command, cwd=changed, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


async def test_tests_that_cannot_run_are_said_and_are_no_failure(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installation without pytest has done its job all the same."""
    monkeypatch.setattr(demo, "missing_packages", lambda: ("pytest",))
    screen = Screen(sys.stdout)
    asker = Asker(screen, Keyboard(), yes=True, no=False)
    cast = Cast(model=demo.REHEARSAL, scripted=True)
    assert await demo._check(Report(saved={"app/main.py"}), str(copy), cast, asker, screen)
    assert "pip install pytest" in " ".join(capsys.readouterr().out.split())
    assert not await demo._check(Report(), str(copy), cast, asker, screen)
