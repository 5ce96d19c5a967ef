"""``backend-specialist trust`` as it is called, in this process."""

from pathlib import Path

import pytest

from backend_specialist.cli import main
from support.project import write_project

FILES = """
-- .opencode/agent/shop.md --
---
permission:
  edit: ask
---
Do it.
-- .claude/agents/reviewer.md --
---
tools: Read
---
Review.
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BACKEND_SPECIALIST_STATE_DIR", str(tmp_path / "state"))
    return write_project(tmp_path / "shop", FILES)


def trusted(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["trust", *arguments])
    return code, capsys.readouterr().out


def test_trust_shows_what_it_would_mean_and_then_only_what_changed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = trusted(capsys, str(project), "--yes")
    assert code == 0
    assert "agent shop: the model of the settings; edit ask" in out
    assert "agent reviewer: the model of the settings; * deny" in out
    code, out = trusted(capsys, str(project), "--yes")
    assert code == 0
    assert "trusted already" in out
    shop = project / ".opencode/agent/shop.md"
    shop.write_text(shop.read_text().replace("ask", "allow"))
    code, out = trusted(capsys, str(project), "--yes")
    assert "has changed since you trusted it" in out
    assert "edit allow" in out
    assert "reviewer" not in out


def test_trust_is_not_given_where_nobody_can_be_asked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trusted(capsys, str(project))[0] == 1
    code, out = trusted(capsys, str(project), "--yes")
    assert code == 0
    assert "brings along" in out


def test_trust_of_a_directory_without_files_has_nothing_to_do(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plain").mkdir()
    code, out = trusted(capsys, str(tmp_path / "plain"), "--yes")
    assert code == 0
    assert "nothing to trust" in out
