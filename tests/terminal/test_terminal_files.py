"""The buffers of the terminal's editor: what may be saved, and how."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.document import LineIndex, PositionEncoding
from backend_specialist.terminal import saving, workspace_edit
from backend_specialist.terminal.files import Files
from backend_specialist.terminal.saving import Refused


class Notices:
    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    def __call__(self, method: str, params: Any) -> None:
        self.sent.append((method, params))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    root = tmp_path / "root"
    root.mkdir()
    files = Files(str(root), Notices())
    files.encoding = PositionEncoding.UTF16
    return files


def event(path: Path, *, created: bool, hunks: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    file = {
        "path": str(path), "uri": path.as_uri(), "label": path.name, "created": created, "hunks": hunks, **more,
    }  # fmt: skip
    return {"proposalId": "p", "sessionId": "s", "title": "t", "round": 1, "files": [file]}


def hunk(start: int, end: int, old: str, new: str) -> dict[str, Any]:
    lines = {
        "start": {"line": start, "character": 0},
        "end": {"line": end, "character": 0},
    }
    return {"id": f"{start}-{end}", "range": lines, "old": old, "new": new}


def edit(path: Path, *spans: tuple[int, int, str], **more: Any) -> dict[str, Any]:
    edits = [
        {
            "range": {
                "start": {"line": start, "character": 0},
                "end": {"line": end, "character": 0},
            },
            "newText": new,
        }
        for start, end, new in spans
    ]
    document = {"uri": path.as_uri(), "version": None, **more}
    return {"edit": {"documentChanges": [{"textDocument": document, "edits": edits}]}}


async def accept(files: Files, proposal: dict[str, Any]) -> None:
    shown = await files.show(proposal)
    files.accept(shown, shown.hunk_ids)


def below(files: Files, name: str) -> Path:
    return Path(files._root) / name


async def test_saved_file_keeps_mode_mark_line_ends_and_encoding(files: Files) -> None:
    path = below(files, "a.py")
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    path.chmod(0o750)
    await accept(
        files, event(path, created=False, hunks=[hunk(1, 2, "two\r\n", "zwei\r\ndrei\r\n")])
    )
    assert await files.apply(edit(path, (1, 2, "zwei\r\ndrei\r\n"))) == {"applied": True}
    assert path.read_bytes() == b"\xef\xbb\xbfone\r\nzwei\r\ndrei\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert os.listdir(files._root) == ["a.py"]


async def test_text_that_the_encoding_has_no_form_for_is_refused(files: Files) -> None:
    path = below(files, "a.py")
    path.write_bytes("# größe\n".encode("cp1252"))
    await accept(files, event(path, created=False, hunks=[hunk(0, 1, "# größe\n", "# → größe\n")]))
    answer = await files.apply(edit(path, (0, 1, "# → größe\n")))
    assert answer["applied"] is False
    assert "U+2192" in answer["failureReason"]
    assert path.read_bytes() == "# größe\n".encode("cp1252")


async def test_edit_of_a_file_that_only_shifted_is_applied(files: Files) -> None:
    path = below(files, "a.py")
    path.write_text("one\ntwo\nthree\n")
    await accept(files, event(path, created=False, hunks=[hunk(2, 3, "three\n", "3\n")]))
    path.write_text("zero\none\ntwo\nthree\n")
    assert await files.apply(edit(path, (3, 4, "3\n"))) == {"applied": True}
    assert path.read_text() == "zero\none\ntwo\n3\n"


async def test_edit_of_a_file_that_changed_under_it_is_refused(files: Files) -> None:
    path = below(files, "a.py")
    path.write_text("one\n")
    await accept(files, event(path, created=False, hunks=[hunk(0, 1, "one\n", "1\n")]))
    path.write_text("ONE\n")
    answer = await files.apply(edit(path, (0, 1, "1\n")))
    assert answer["applied"] is False
    assert "changed on disk" in answer["failureReason"]
    assert path.read_text() == "ONE\n"


async def test_edit_that_is_not_what_was_shown_is_refused(files: Files) -> None:
    path = below(files, "a.py")
    path.write_text("one\ntwo\n")
    await accept(files, event(path, created=False, hunks=[hunk(0, 1, "one\n", "1\n")]))
    for wrong in ((0, 1, "1 \n"), (1, 2, "1\n"), (0, 2, "1\n")):
        answer = await files.apply(edit(path, wrong))
        assert answer["applied"] is False, wrong
    assert path.read_text() == "one\ntwo\n"


async def test_edit_of_an_old_version_is_refused(files: Files) -> None:
    path = below(files, "a.py")
    path.write_text("one\n")
    await accept(files, event(path, created=False, hunks=[hunk(0, 1, "one\n", "1\n")]))
    answer = await files.apply(edit(path, (0, 1, "1\n"), version=3))
    assert "version 3" in answer["failureReason"]


async def test_one_bad_file_refuses_the_whole_edit(files: Files) -> None:
    good, bad = below(files, "a.py"), below(files, "b.py")
    good.write_text("one\n")
    bad.write_text("one\n")
    proposal = event(good, created=False, hunks=[hunk(0, 1, "one\n", "1\n")])
    proposal["files"] += event(bad, created=False, hunks=[hunk(0, 1, "one\n", "2\n")])["files"]
    await accept(files, proposal)
    both = edit(good, (0, 1, "1\n"))
    both["edit"]["documentChanges"] += edit(bad, (0, 1, "other\n"))["edit"]["documentChanges"]
    assert (await files.apply(both))["applied"] is False
    assert good.read_text() == "one\n"


async def test_new_file_never_replaces_one_that_came_meanwhile(files: Files) -> None:
    path = below(files, "new.py")
    await accept(files, event(path, created=True, hunks=[hunk(0, 0, "", "mine\n")]))
    path.write_text("theirs\n")
    params = edit(path, (0, 0, "mine\n"))
    create = {"kind": "create", "uri": path.as_uri(), "options": {"ignoreIfExists": True}}
    params["edit"]["documentChanges"].insert(0, create)
    answer = await files.apply(params)
    assert answer["applied"] is False
    assert "it did not when it was proposed" in answer["failureReason"]
    assert path.read_text() == "theirs\n"


async def test_file_is_deleted_only_when_its_whole_text_was_shown(files: Files) -> None:
    path = below(files, "a.py")
    path.write_text("one\n")
    proposal = event(path, created=False, deleted=True, hunks=[hunk(0, 1, "one\n", "")])
    await accept(files, proposal)
    delete = {"edit": {"documentChanges": [{"kind": "delete", "uri": path.as_uri()}]}}
    path.write_text("one\ntwo\n")
    assert (await files.apply(delete))["applied"] is False
    path.write_text("one\n")
    assert (await files.apply(delete)) == {"applied": True}
    assert not path.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "rename", "uri": "file:///x", "oldUri": "file:///x", "newUri": "file:///y"},
        {"kind": "create", "uri": "file:///x", "options": {"overwrite": True}},
        {"kind": "delete", "uri": "file:///x", "options": {"recursive": True}},
        {"textDocument": {}},
        "nonsense",
    ],
)
async def test_what_was_not_offered_or_is_malformed_is_refused(files: Files, change: Any) -> None:
    assert (await files.apply({"edit": {"documentChanges": [change]}}))["applied"] is False


@pytest.mark.parametrize("uri", ["untitled:a", "http://x/a.py", "file://host/a.py"])
def test_only_files_of_this_machine_have_a_path(uri: str) -> None:
    with pytest.raises(Refused):
        saving.path_of(uri)


def test_path_and_uri_are_inverse(tmp_path: Path) -> None:
    path = str(tmp_path / "a b#c?%20 ü.py")
    assert saving.path_of(saving.uri_of(path)) == path


def test_places_outside_of_the_workspace_are_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "root-other"
    root.mkdir()
    outside.mkdir()
    (root / "link").symlink_to(outside)
    for path in (outside / "a.py", root / "link" / "a.py", root / ".." / "a.py", root):
        with pytest.raises(Refused):
            saving.contained(str(path), str(root))
    assert saving.contained(str(root / "new" / "a.py"), str(root))


def test_file_that_changed_in_the_last_moment_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"theirs")
    with pytest.raises(Refused):
        saving.replace(str(path), b"base", b"mine")
    assert path.read_bytes() == b"theirs"
    assert os.listdir(tmp_path) == ["a.py"]


def test_special_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused):
        saving.load(str(tmp_path / "pipe"))


@given(
    st.text(alphabet="ab\n\r😀é\u2028\x0c", max_size=30),
    st.integers(0, 30),
    st.integers(0, 30),
    st.sampled_from(list(PositionEncoding)),
)
def test_text_edit_lands_where_the_server_meant_it(
    text: str, one: int, other: int, encoding: PositionEncoding
) -> None:
    index = LineIndex(text)
    places = sorted(index.position_at(min(at, len(text)), encoding) for at in (one, other))
    start, end = (index.offset_at(place, encoding) for place in places)
    raw = {
        "range": {
            "start": {"line": places[0].line, "character": places[0].character},
            "end": {"line": places[1].line, "character": places[1].character},
        },
        "newText": "X",
    }
    edits = workspace_edit.text_edits(text, [raw], encoding)
    assert workspace_edit.apply(text, edits) == text[:start] + "X" + text[end:]


def test_overlapping_edits_are_refused() -> None:
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 2}}
    raw = {"range": place, "newText": ""}
    with pytest.raises(Refused):
        workspace_edit.text_edits("abc\n", [raw, raw], PositionEncoding.UTF16)
