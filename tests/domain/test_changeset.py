"""Hunks, file changes and the change set."""

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.changeset import (
    ChangeSet,
    FileChange,
    also_named,
    apply_hunks,
    change_from_json,
    change_to_json,
    counts,
    hunks,
    select,
)
from backend_specialist.domain.document import Snapshot, TextFormat, split_lines
from backend_specialist.domain.matching import matching_blocks

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "\n", "c\r\n", "d\r", "e", "\x0cf\n"]), max_size=12)
PAIRS = st.tuples(TEXTS.map("".join), TEXTS.map("".join))


def change(base: str | None, text: str, path: str = "/w/a.py") -> FileChange:
    uri = f"file://{path}"
    snapshot = None if base is None else Snapshot(uri=uri, path=path, text=base)
    return FileChange(path=path, uri=uri, label=path[3:], base=snapshot, text=text)


@pytest.mark.parametrize(
    ("base", "text", "expected"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", [(1, 2, "b\n", "B\n")]),
        ("a\n", "a\nb\n", [(1, 1, "", "b\n")]),
        ("a\n", "b\na\n", [(0, 0, "", "b\n")]),
        ("a\nb\n", "b\n", [(0, 1, "a\n", "")]),
        ("a\nb", "a\nb\n", [(1, 2, "b", "b\n")]),
        ("a\nb\nc\n", "A\nb\nC\n", [(0, 1, "a\n", "A\n"), (2, 3, "c\n", "C\n")]),
        ("a\n", "a\n", []),
        ("", "", []),
        ("", "a", [(0, 0, "", "a")]),
        (None, "", [(0, 0, "", "")]),
        (None, "a\nb\n", [(0, 0, "", "a\nb\n")]),
    ],
)
def test_hunks_cut_a_change(
    base: str | None, text: str, expected: list[tuple[int, int, str, str]]
) -> None:
    found = [(hunk.start, hunk.end, hunk.old, hunk.new) for hunk in hunks(change(base, text))]
    assert found == expected


def test_hunks_of_a_deletion_are_one() -> None:
    removal = FileChange(
        path="/w/a", uri="file:///w/a", label="a", base=change("a\n", "").base, text="", delete=True
    )
    (hunk,) = hunks(removal)
    assert (hunk.start, hunk.end, hunk.old, hunk.new) == (0, 1, "a\n", "")
    assert not removal.changes_nothing


@given(PAIRS)
def test_hunks_rebuild_the_text_never_touch_and_have_their_own_ids(pair: tuple[str, str]) -> None:
    base, text = pair
    found = hunks(change(base, text))
    assert apply_hunks(base, found) == text
    assert apply_hunks(base, ()) == base
    assert all(before.end < after.start for before, after in pairwise(found))
    assert all(hunk.old != hunk.new for hunk in found)
    assert all("".join(split_lines(base)[h.start : h.end]) == h.old for h in found)
    assert len({hunk.id for hunk in found}) == len(found)
    assert all(len(hunk.id) == 12 for hunk in found)


def test_hunk_ids_depend_on_path_and_place() -> None:
    (one,) = hunks(change("a\n", "b\n"))
    (other,) = hunks(change("a\n", "b\n", path="/w/b.py"))
    (shifted,) = hunks(change("x\na\n", "x\nb\n"))
    assert len({one.id, other.id, shifted.id}) == 3


@given(PAIRS, st.sets(st.integers(0, 9)))
def test_select_keeps_exactly_the_chosen_hunks(pair: tuple[str, str], chosen: set[int]) -> None:
    whole = change(*pair)
    every = hunks(whole)
    kept = [hunk for number, hunk in enumerate(every) if number in chosen]
    part = select(whole, frozenset(hunk.id for hunk in kept))
    if not kept:
        assert part is None
    else:
        assert part is not None
        assert part.text == apply_hunks(whole.base_text, kept)
        assert part.base == whole.base


def test_select_of_a_new_file_is_all_or_nothing() -> None:
    new = change(None, "")
    assert select(new, frozenset({hunks(new)[0].id})) is new
    assert select(new, frozenset({"unknown"})) is None


def test_counts_are_lines_over_all_files() -> None:
    assert counts([change("a\nb\n", "a\nB\nc\nd"), change(None, "x\ny\n", "/w/b")]) == (5, 1)
    assert counts([]) == (0, 0)


def test_change_set_keeps_the_order_of_first_touch() -> None:
    files = ChangeSet().with_file(change("a", "b", "/w/1")).with_file(change("a", "b", "/w/2"))
    files = files.with_file(change("a", "c", "/w/1"))
    assert list(files.texts.items()) == [("/w/1", "c"), ("/w/2", "b")]
    assert list(files.without("/w/1").without("/w/none").files) == ["/w/2"]
    assert files.get("/w/1") == change("a", "c", "/w/1")
    assert files.get("/w/3") is None


def test_change_set_leaves_out_what_changes_nothing() -> None:
    files = ChangeSet().with_file(change("a", "a", "/w/same")).with_file(change(None, "", "/w/new"))
    assert [file.path for file in files.changes] == ["/w/new"]
    assert files.texts == {"/w/new": ""}
    assert files.get("/w/same") is not None


CHANGES = st.builds(
    FileChange,
    path=st.text(),
    uri=st.text(),
    label=st.text(),
    base=st.none()
    | st.builds(
        Snapshot,
        uri=st.text(),
        path=st.text(),
        text=st.text(),
        version=st.none() | st.integers(),
        format=st.builds(
            TextFormat,
            encoding=st.text(),
            bom=st.booleans(),
            newline=st.sampled_from(["\n", "\r\n"]),
        ),
        language=st.text(),
        notebook=st.booleans(),
    ),
    text=st.text(),
    strategies=st.lists(st.text(), max_size=3).map(tuple),
    protected=st.text(),
    delete=st.booleans(),
)


@given(CHANGES)
def test_change_survives_json_exactly(whole: FileChange) -> None:
    assert change_from_json(json.loads(json.dumps(change_to_json(whole)))) == whole


@given(PAIRS)
def test_matching_blocks_are_equal_ascending_and_apart(pair: tuple[str, str]) -> None:
    a, b = split_lines(pair[0]), split_lines(pair[1])
    blocks = matching_blocks(a, b)
    assert all(n and a[i : i + n] == b[j : j + n] for i, j, n in blocks)
    for (i, j, n), (next_i, next_j, _) in pairwise(blocks):
        assert i + n <= next_i
        assert j + n <= next_j
        assert (i + n, j + n) != (next_i, next_j)


@pytest.mark.parametrize(
    ("base", "text"),
    [
        ("x\n" * 20_000, "".join(f"x\n{'y' * (n % 3)}\n" for n in range(20_000))),
        ("".join(f"{n}\n" for n in range(20_000)), "".join(f"{n * 2}\n" for n in range(20_000))),
        (
            "".join(f"{n % 97}\n" for n in range(20_000)),
            "".join(f"{n % 89}\n" for n in range(20_000)),
        ),
    ],
)
def test_hunks_of_huge_texts_take_bounded_time(base: str, text: str) -> None:
    started = time.process_time()
    found = hunks(change(base, text))
    assert time.process_time() - started < 2
    assert apply_hunks(base, found) == text


def test_matching_blocks_prefer_lines_that_occur_once() -> None:
    base = ["def a():\n", "    pass\n", "\n", "def b():\n", "    pass\n", "\n"]
    text = [*base[:3], "def new():\n", "    pass\n", "\n", *base[3:]]
    assert matching_blocks(base, text) == [(0, 0, 3), (3, 6, 3)]


def test_further_names_are_kept_once_and_one_of_them_may_be_protected() -> None:
    known = also_named(change("a\n", "b\n", "/w/share/x.json"), ["share/x.json", "copy/x.json"])
    assert (known.subjects, known.protected) == (("share/x.json", "copy/x.json"), "")
    named = also_named(known, ["share/x.json", ".vscode/x.json", "copy/x.json"])
    assert named.subjects == ("share/x.json", "copy/x.json", ".vscode/x.json")
    assert named.protected.endswith("A link names it .vscode/x.json.")
    assert also_named(named, ["AGENTS.md"]).protected == named.protected
    assert change_from_json(json.loads(json.dumps(change_to_json(named)))) == named


def test_change_that_was_stored_without_further_names_has_none() -> None:
    raw = change_to_json(change("a\n", "b\n"))
    del raw["aliases"]
    assert change_from_json(raw).subjects == ("a.py",)
