"""A change on a text that has moved."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.rebase import only_shifted, rebase

PATH, URI = "/w/a.py", "file:///w/a.py"


def snapshot(text: str, version: int | None = None) -> Snapshot:
    return Snapshot(uri=URI, path=PATH, text=text, version=version)


def change(base: str | None, text: str, **more: bool) -> FileChange:
    before = None if base is None else snapshot(base)
    return FileChange(path=PATH, uri=URI, label="a.py", base=before, text=text, **more)


@pytest.mark.parametrize(
    ("why", "base", "proposed", "current", "merged"),
    [
        ("typed above", "a\nb\nc\n", "a\nb\nC\n", "0\na\nb\nc\n", "0\na\nb\nC\n"),
        ("typed below", "a\nb\nc\n", "A\nb\nc\n", "a\nb\nc\nd", "A\nb\nc\nd"),
        ("typed in the hunk", "a\nb\nc\n", "a\nB\nc\n", "a\nb!\nc\n", None),
        ("typed next to the hunk", "a\nb\nc\n", "a\nB\nc\n", "a\nb\nc!\n", None),
        ("the same change", "a\nb\nc\n", "a\nB\nc\n", "a\nB\nc\n", "a\nB\nc\n"),
        ("partly the same", "a\nb\nc\nd\n", "A\nb\nc\nD\n", "A\nb\nc\nd\n", "A\nb\nc\nD\n"),
        ("nothing moved", "a\n", "b\n", "a\n", "b\n"),
        ("both insert here", "a\n", "a\nb\n", "a\nc\n", None),
        ("deleted by the user", "a\nb\nc\n", "a\nB\nc\n", "a\nc\n", None),
        ("emptied by the user", "a\nb\nc\n", "a\nB\nc\n", "", None),
        ("other line ends", "a\nb\nc\n", "a\nB\nc\n", "a\r\nb\r\nc\r\n", None),
        (
            "a form feed is no line end",
            "a\x0cb\nc\nd\n",
            "a\x0cb\nc\nD\n",
            "x\x0cb\nc\nd\n",
            "x\x0cb\nc\nD\n",
        ),
    ],
)
def test_rebase_merges_or_refuses(
    why: str, base: str, proposed: str, current: str, merged: str | None
) -> None:
    result = rebase(change(base, proposed), snapshot(current, 7))
    assert (result and result.text) == merged, why
    assert result is None or result.base == snapshot(current, 7)


@pytest.mark.parametrize(("current", "fits"), [("new\n", True), ("other\n", False), ("", False)])
def test_rebase_of_a_new_file_wants_no_other_text_there(current: str, fits: bool) -> None:
    result = rebase(change(None, "new\n"), snapshot(current))
    assert (result is not None) == fits
    assert result is None or result.changes_nothing


@pytest.mark.parametrize(("current", "fits"), [("made\n", True), ("made\nmore\n", False)])
def test_rebase_of_a_deletion_wants_the_same_text(current: str, fits: bool) -> None:
    result = rebase(change("made\n", "", delete=True), snapshot(current))
    assert (result is not None) == fits
    assert result is None or result.delete


def test_only_shifted_tells_a_shift_from_another_text() -> None:
    before = change("a\nb\nc\n", "a\nB\nc\n")
    shifted = rebase(before, snapshot("0\na\nb\nc\n"))
    assert shifted is not None
    assert only_shifted(before, shifted)
    assert only_shifted(before, before)
    assert not only_shifted(before, change("a\nb\nc\n", "a\nBB\nc\n"))
    assert not only_shifted(before, replace(before, path="/w/b.py"))
    assert not only_shifted(change(None, "x\n"), change("", "x\n"))
    assert not only_shifted(change("x\n", ""), change("x\n", "", delete=True))


def test_only_shifted_sees_a_hunk_that_is_done_already() -> None:
    before = change("a\nb\nc\nd\n", "A\nb\nc\nD\n")
    after = rebase(before, snapshot("A\nb\nc\nd\n"))
    assert after is not None
    assert len(hunks(after)) == 1
    assert not only_shifted(before, after)


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "e\n"]), max_size=8).map("".join)


@given(LINES, LINES, LINES)
def test_rebase_is_symmetric_and_respects_both_sides(base: str, one: str, two: str) -> None:
    mine, theirs = (
        rebase(change(base, one), snapshot(two)),
        rebase(change(base, two), snapshot(one)),
    )
    assert (mine is None) == (theirs is None)
    if mine is not None and theirs is not None:
        assert mine.text == theirs.text


@given(st.data())
def test_rebase_keeps_typing_away_from_the_hunk(data: st.DataObject) -> None:
    base = [f"line {number}\n" for number in range(10)]
    at = data.draw(st.integers(0, 9))
    proposed = [*base[:at], "proposed\n", *base[at + 1 :]]
    places = [place for place in range(11) if place < at or place > at + 1]
    typed = data.draw(st.sampled_from(places))
    current = "".join([*base[:typed], "typed\n", *base[typed:]])
    before = change("".join(base), "".join(proposed))
    after = rebase(before, snapshot(current))
    assert after is not None
    assert after.text == current.replace(f"line {at}\n", "proposed\n")
    assert only_shifted(before, after)
