"""``backend-specialist check`` as it is called, in this process."""

import contextlib
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import yaml
from hypothesis import strategies as st

from backend_specialist.cli import main
from backend_specialist.command_line.problem_formats import CODES, FORMATS
from support.front_matters import HOSTILE
from support.project import write_project

FILES = """
-- .opencode/agent/shop.md --
---
permisson:
  edit: deny
steps: many
---
Do it.
-- .opencode/command/deploy.md --
---
title: Deploy
---
!`make deploy`
-- .claude/agents/reviewer.md --
---
tools: Read, Bash
---
Review.
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path, FILES)


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["check", *arguments])
    return code, capsys.readouterr().out


def test_check_prints_a_line_for_each_problem(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = checked(capsys, str(project))
    assert code == 1
    assert [line.removeprefix(f"{project}/")[:52] for line in out.splitlines()] == [
        ".opencode/agent/shop.md:2:1: error: The key 'permiss",
        ".opencode/agent/shop.md:4:8: error: 'steps' must be ",
        ".opencode/command/deploy.md:4:1: error: Commands of ",
        ".claude/agents/reviewer.md:2:14: info: There is no t",
    ]


def test_check_knows_the_agents_that_a_recipe_may_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(
        tmp_path,
        """
-- .opencode/agent/shop.md --
Do it.
-- .opencode/command/known.md --
---
agent: shop
---
Do it.
-- .opencode/command/ours.md --
---
agent: specialist-backend
---
Do it.
-- .backend-specialist/commands/unknown.md --
---
agent: shopp
---
Do it.
""",
    )
    code, out = checked(capsys, str(tmp_path))
    assert code == 1
    fault = (
        f"{tmp_path}/.backend-specialist/commands/unknown.md:2:8: error: There is no agent 'shopp'."
    )
    assert out == f"{fault} Did you mean 'shop'?\n"
    alone = str(tmp_path / ".opencode/command/known.md")
    assert checked(capsys, alone) == (0, "")


def test_check_knows_a_single_file_by_its_folder(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = checked(capsys, str(project / ".claude/agents/reviewer.md"))
    assert (code, len(out.splitlines())) == (0, 1)
    code, out = checked(capsys, str(project / ".opencode/command/deploy.md"))
    assert "can start a program" in out


FOLDERS = """
-- .opencode/commands/bad.md --
---
title: Bad
---
!`rm -rf /`
-- .opencode/commands/agents/deeper.md --
---
title: Deeper
---
!`rm -rf /`
-- .opencode/agents/good.md --
Do it.
-- .claude/agents/reviewer.md --
---
tools: Read, Bash
---
Review.
-- agents/own.md --
Do it.
-- agents/commands/bad.md --
---
title: Bad
---
!`rm -rf /`
-- commands/bad.md --
---
title: Bad
---
!`rm -rf /`
"""


@pytest.mark.parametrize(
    ("here", "path", "errors"),
    [
        (".", ".opencode/commands", 2),
        (".opencode", "commands", 2),
        (".opencode/commands", ".", 2),
        (".opencode/commands", "bad.md", 1),
        (".opencode/commands", "agents", 1),
        (".opencode/commands/agents", "deeper.md", 1),
        (".opencode", ".", 2),
        (".opencode", "agents", 0),
        (".opencode/agents", ".", 0),
        (".opencode/agents", "good.md", 0),
        (".claude", "agents", 0),
        (".claude/agents", ".", 0),
        (".", "agents", 1),
        ("agents", ".", 1),
        ("agents", "commands", 1),
        ("agents/commands", "bad.md", 1),
        (".", "commands", 1),
        ("commands", ".", 1),
        ("commands", "bad.md", 1),
    ],
)
def test_check_knows_a_folder_wherever_it_is_called(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    here: str,
    path: str,
    errors: int,
) -> None:
    # A directory above that is called like a folder of recipes says nothing about a configuration below it.
    project = write_project(tmp_path / "commands" / "shop", FOLDERS)
    monkeypatch.chdir(project / here)
    for given in (path, str(project / here / path)):
        code, out = checked(capsys, given)
        assert out.count("can start a program") == errors, out
        assert out.count(": error: ") == errors, out
        assert "'title' is not known" not in out
        assert code == (1 if errors else 0)
        assert all(Path(line.partition(":")[0]).is_file() for line in out.splitlines())


def test_check_gives_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = checked(capsys, "--format", "json", str(project))
    found = json.loads(out)
    assert code == 1
    assert [(item["kind"], item["name"]) for item in found["checked"]] == [
        ("agent", "shop"), ("recipe", "deploy"), ("agent", "reviewer"),
    ]  # fmt: skip
    first = found["problems"][0]
    assert first["range"] == {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 10}
    assert (first["severity"], first["code"]) == ("error", "unknown-key")
    assert first["fixes"] == ["Change to 'permission'", "Remove 'permisson'"]


def sarif(capsys: pytest.CaptureFixture[str], path: Path) -> dict[str, Any]:
    _, out = checked(capsys, "--format", "sarif", str(path))
    (run,) = json.loads(out)["runs"]
    return run


def test_check_gives_sarif_with_fixes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = sarif(capsys, project)
    assert run["columnKind"] == "unicodeCodePoints"
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("unknown-key", "error")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"file://{project}/.opencode/agent/shop.md"
    (change,) = first["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["deletedRegion"] == place["region"]
    assert replacement["insertedContent"] == {"text": "permission"}
    assert {result["level"] for result in run["results"]} == {"error", "note"}


def test_check_describes_every_code_that_it_gives(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = sarif(capsys, project)
    described = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert described == set(CODES)
    assert {result["ruleId"] for result in run["results"]} <= described


@hypothesis.given(HOSTILE, st.sampled_from([*FORMATS]))
def test_check_takes_any_yaml(text: str, form: str) -> None:
    with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stdout(io.StringIO()):
        for name in ("agents/a.md", "commands/a.md", "b.md"):
            path = Path(directory) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        assert main(["check", "--format", form, directory, f"{directory}/b.md"]) in (0, 1)


def test_check_of_a_path_that_does_not_exist_is_a_mistake_in_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(capsys, str(tmp_path / "nowhere"))[0] == 2


def test_pre_commit_hook_is_this_command_on_these_files(project: Path) -> None:
    (hook,) = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"] == "backend-specialist check"
    wanted = [
        path.relative_to(project).as_posix() for path in project.rglob("*.md") if path.is_file()
    ]
    assert all(re.search(hook["files"], path) for path in wanted)
    assert not re.search(hook["files"], "docs/agents/x.md")
