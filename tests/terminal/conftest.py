"""Fixtures of the terminal's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal_stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    root, scratch = tmp_path / "project", tmp_path / "scratch"
    root.mkdir()
    scratch.mkdir()
    return Stage(root=root, scratch=scratch)
