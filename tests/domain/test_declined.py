"""What was declined is known again in its place, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.declined import Declined, declined
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.proposal import HunkOutcome, Result, proposals

PATH, URI = "/w/a.py", "file:///w/a.py"
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=8).map("".join)
TYPED = st.lists(st.sampled_from(["1\n", "2\n"]), max_size=3).map("".join)


def change(base: str | None, text: str, path: str = PATH) -> FileChange:
    before = None if base is None else Snapshot(uri=URI, path=path, text=base)
    return FileChange(path=path, uri=URI, label="a.py", base=before, text=text)


def all_of(refused: FileChange) -> Declined:
    return Declined(change=refused, ids=frozenset(hunk.id for hunk in hunks(refused)))


@pytest.mark.parametrize(("why", "refused", "now", "same"), [
    ("the same again", ("a\nb\n", "A\nb\n"), ("a\nb\n", "A\nb\n"), True),
    ("another text", ("a\nb\n", "A\nb\n"), ("a\nb\n", "B\nb\n"), False),
    ("its lines have shifted", ("a\nb\n", "a\nB\n"), ("0\n0\na\nb\n", "0\n0\na\nB\n"), True),
    ("with another edit", ("a\nb\nc\n", "A\nb\nc\n"), ("a\nb\nc\n", "A\nb\nC\n"), True),
    ("the other of two like it", ("a\nb\na\n", "A\nb\na\n"), ("a\nb\na\n", "a\nb\nA\n"), False),
    ("inserted there again", ("a\nb\nc\n", "a\nx\nb\nc\n"), ("0\na\nb\nc\n", "0\na\nx\nb\nc\n"), True),
    ("inserted elsewhere", ("a\nb\nc\n", "a\nx\nb\nc\n"), ("a\nb\nc\n", "a\nb\nx\nc\n"), False),
    ("inserted after a line typed there", ("a\nb\n", "a\nx\nb\n"), ("a\n0\nb\n", "a\n0\nx\nb\n"), False),
    ("inserted at the top again", ("a\n", "x\na\n"), ("a\nb\n", "x\na\nb\n"), True),
    ("appended again", ("a\n", "a\nx\n"), ("0\na\n", "0\na\nx\n"), True),
    ("created again", (None, "x\n"), (None, "x\n"), True),
    ("created with another text", (None, "x\n"), (None, "y\n"), False),
    ("written into a file that is there now", (None, "x\n"), ("", "x\n"), False),
])  # fmt: skip
def test_same_edit_in_the_same_place_is_known_again(
    why: str, refused: tuple[str | None, str], now: tuple[str | None, str], same: bool
) -> None:
    assert bool(all_of(change(*refused)).again(change(*now))) is same, why


def test_same_edit_of_another_file_is_another_one() -> None:
    assert not all_of(change("a\n", "b\n")).again(change("a\n", "b\n", "/w/b.py"))


@given(base=LINES, text=LINES, above=TYPED, below=TYPED)
def test_lines_typed_elsewhere_hide_no_edit(base: str, text: str, above: str, below: str) -> None:
    # One line that stays parts them from the edits.
    refused = change(f"[\n{base}]\n", f"[\n{text}]\n")
    now = change(f"{above}[\n{base}]\n{below}", f"{above}[\n{text}]\n{below}")
    assert all_of(refused).again(now) == {hunk.id for hunk in hunks(now)}


@given(base=LINES, text=LINES, other=LINES)
def test_nothing_is_known_again_that_says_something_else(base: str, text: str, other: str) -> None:
    refused, now = change(base, text), change(base, other)
    known = all_of(refused).again(now)
    assert known == {h.id for h in hunks(now)} & {h.id for h in hunks(refused)}


@given(base=LINES, text=LINES, result=st.sampled_from(Result), data=st.data())
def test_only_what_the_user_decided_is_declined(
    base: str, text: str, result: Result, data: st.DataObject
) -> None:
    proposed = change(base, text)
    ids = [hunk.id for hunk in hunks(proposed)]
    chosen = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    outcomes = [HunkOutcome(path=PATH, label="a.py", hunk=each, result=result) for each in chosen]
    (proposal,) = proposals([proposed], round=1, title="t")
    found = {hunk.id for each in declined(proposal, outcomes) for hunk in each.hunks}
    assert found == (chosen if result in (Result.REFUSED, Result.UNVERIFIED) else set())
