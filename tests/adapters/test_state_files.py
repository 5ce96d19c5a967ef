"""The state directory is private, and never in a workspace."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from backend_specialist.adapters.state_files import (
    StateFailed,
    StateFiles,
    create_private,
    state_directory,
    write_private,
)

VARIABLE = "BACKEND_SPECIALIST_STATE_DIR"


def mode(path: str | Path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o377])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_directory_is_what_the_variable_names() -> None:
    assert state_directory({VARIABLE: "/var/state/../mine"}) == "/var/mine"
    assert state_directory({VARIABLE: "~/state"}) == os.path.expanduser("~/state")


def test_directory_without_variable_is_absolute_and_named_after_the_program() -> None:
    path = state_directory({})
    assert os.path.isabs(path)
    assert os.path.basename(path) == "backend-specialist"


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)  # nobody has that number
    with pytest.raises(StateFailed, match=f"Set HOME, or set {VARIABLE}"):
        state_directory({})


def test_relative_directory_is_refused() -> None:
    with pytest.raises(StateFailed, match="relative"):
        state_directory({VARIABLE: "state"})


def test_prepare_creates_a_private_directory(tmp_path: Path, umask: int) -> None:
    (tmp_path / "a").mkdir()
    StateFiles(str(tmp_path / "a/b")).prepare()
    assert mode(tmp_path / "a/b") == 0o700


def test_prepare_closes_an_empty_directory(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    StateFiles(str(tmp_path)).prepare()
    assert mode(tmp_path) == 0o700


def test_prepare_leaves_a_directory_with_another_use_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(StateFailed, match="chmod 700"):
        StateFiles(str(tmp_path)).prepare()
    assert mode(tmp_path) == 0o755


def test_prepare_refuses_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(StateFailed, match="symbolic link"):
        StateFiles(str(tmp_path / "link")).prepare()


def test_prepare_refuses_another_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: found + 1)
    with pytest.raises(StateFailed, match="another user"):
        StateFiles(str(tmp_path)).prepare()


def test_prepare_says_why_when_a_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateFailed, match=r"cannot be used.*" + VARIABLE):
        StateFiles(str(tmp_path / "file/state")).prepare()


@pytest.mark.parametrize(
    ("root", "state"),
    [
        ("work", "work"),
        ("work", "work/.state"),
        ("work", "work/a/b/c"),
        ("link", "work/.state"),
        ("work", "link/.state"),
    ],
)
def test_directory_in_a_workspace_is_refused_before_it_exists(
    tmp_path: Path, root: str, state: str
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "link").symlink_to("work")
    files = StateFiles(str(tmp_path / state))
    with pytest.raises(StateFailed, match="lies in the workspace"):
        files.check_outside(["/nowhere", str(tmp_path / root)])
    assert list((tmp_path / "work").iterdir()) == []


def test_directory_next_to_a_workspace_is_fine(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    StateFiles(str(tmp_path / "work-state")).check_outside([str(tmp_path / "work")])
    StateFiles(str(tmp_path / "state")).check_outside([])


def test_written_file_has_exactly_its_mode(tmp_path: Path, umask: int) -> None:
    write_private(str(tmp_path / "a"), "one\r\ntwo\n")
    create_private(str(tmp_path / "b"))
    assert (mode(tmp_path / "a"), mode(tmp_path / "b")) == (0o600, 0o600)
    assert (tmp_path / "a").read_bytes() == b"one\r\ntwo\n"


def test_write_replaces_a_link_and_not_its_target(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / "a").symlink_to("target")
    write_private(str(tmp_path / "a"), "new")
    assert (tmp_path / "target").read_text() == "kept"
    assert (tmp_path / "a").read_text() == "new"


def test_failed_write_keeps_the_old_text_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    write_private(str(tmp_path / "a"), "old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_private(str(tmp_path / "a"), "new")
    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_create_keeps_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("kept")
    create_private(str(tmp_path / "a"))
    assert (tmp_path / "a").read_text() == "kept"


def test_document_is_read_only_and_private(tmp_path: Path, umask: int) -> None:
    files = StateFiles(str(tmp_path / "state"))
    files.prepare()
    path = files.write_document("s1", "p1.diff", "+ één\n")
    assert path == str(tmp_path / "state/documents/s1/p1.diff")
    assert Path(path).read_text(encoding="utf-8") == "+ één\n"
    assert mode(path) == 0o400
    assert mode(os.path.dirname(path)) == 0o700


def test_document_can_be_written_again_and_goes_with_its_session(tmp_path: Path) -> None:
    files = StateFiles(str(tmp_path))
    files.write_document("s1", "p1.diff", "old")
    path = files.write_document("s1", "p1.diff", "new \ud800")
    assert Path(path).read_text() == "new ?"
    files.write_document("s2", "p1.diff", "other")
    files.remove_session("s1")
    files.remove_session("unknown")
    assert os.listdir(tmp_path / "documents") == ["s2"]


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "/etc/passwd", "a\0b", "x" * 200])
def test_document_of_a_strange_name_is_refused(tmp_path: Path, name: str) -> None:
    files = StateFiles(str(tmp_path))
    with pytest.raises(StateFailed):
        files.write_document(name, "p", "")
    with pytest.raises(StateFailed):
        files.write_document("s", name, "")
    assert os.listdir(tmp_path) == []


def test_document_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "documents").touch()
    with pytest.raises(StateFailed, match="could not be written"):
        StateFiles(str(tmp_path)).write_document("s", "p", "text")
