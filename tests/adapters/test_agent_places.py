import os
from pathlib import Path

import pytest

from backend_specialist.adapters.agent_places import (
    DEFAULT_AGENT,
    Places,
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


def test_a_user_without_a_home_has_no_directories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)  # nobody has that number
    places = Places()
    assert (places.user, places.claude) == ((), ""), "a relative one would be the workspace's"
