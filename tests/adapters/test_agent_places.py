from pathlib import Path

import pytest

from backend_specialist.adapters.agent_places import (
    DEFAULT_AGENT,
    built_in_directory,
    user_directories,
)


def test_built_in_directory_is_beside_the_code_or_the_repository_only() -> None:
    directory = Path(built_in_directory())
    assert (directory / f"{DEFAULT_AGENT}.md").is_file()
    assert (
        directory.parent / "pyproject.toml"
    ).is_file() or directory.parent.name == "backend_specialist"


def test_user_directories_follow_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert str(tmp_path / "opencode") in user_directories()
