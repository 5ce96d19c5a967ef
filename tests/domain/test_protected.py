import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.protected import protected

# fmt: off
PROTECTED = [
    ".git/hooks/pre-commit", ".git", ".git::$INDEX_ALLOCATION/config", "GIT~1/config",
    ".vscode/settings.json", "my.code-workspace", ".idea/workspace.xml",
    ".devcontainer/devcontainer.json", ".claude/settings.json", ".opencode/agent/x.md",
    ".cursor/rules", ".zed/tasks.json", ".helix/config.toml", ".nvim.lua", ".exrc",
    ".dir-locals.el", ".envrc", ".husky/pre-push", ".mcp.json", ".github/workflows/ci.yml",
    ".gitlab-ci.yml", ".gitlab-ci.yaml", "Jenkinsfile", "Jenkinsfile.release",
    ".circleci/config.yml", "azure-pipelines.yml", ".travis.yml", ".bashrc", ".zshrc", ".profile",
    "Microsoft.PowerShell_profile.ps1", "AGENTS.md", "sub/AGENTS.md", "CLAUDE.md",
    "CLAUDE.local.md", "opencode.json", "opencode.jsonc", "agents/specialist.md", "team/agent/x.md",
    "agents/commands/add-tests.md", ".backend-specialist/settings.json", "sub/.vscode/tasks.json",
    ".VSCode/settings.json", ".vscode./tasks.json", ".vs\u200ccode/x", "．git/config",
    "sub\\.git\\config", "JENKINSFILE",
]
ORDINARY = [
    "src/app.py", "README.md", "docs/agents.rst", "vscode/x", "git/x", "agents/main.py",
    "src/workflows/ci.py", ".gitignore", "tests/test_ci.py", "profile.py", "ci/build.py",
    "docs/claude/notes.md", "Makefile", "package.json",
]
# fmt: on


@pytest.mark.parametrize("label", PROTECTED)
def test_protected_paths_have_a_question_of_their_own(label: str) -> None:
    assert "question of its own" in protected(label)


@pytest.mark.parametrize("label", [*ORDINARY, ""])
def test_protected_does_not_mean_ordinary_files(label: str) -> None:
    assert protected(label) == ""


def test_protected_says_who_would_act() -> None:
    assert protected(".github/workflows/ci.yml").startswith("The CI ")
    assert protected(".vscode/tasks.json").startswith("An editor ")


@given(st.text())
def test_protected_takes_any_text(label: str) -> None:
    assert isinstance(protected(label), str)


def test_a_hostile_path_costs_no_more_than_its_length() -> None:
    began = time.process_time()
    assert not protected("agent/" * 50_000 + "x")
    assert time.process_time() - began < 5
