"""What became of a proposal."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend_specialist.domain.changeset import FileChange, Hunk, apply_hunks, hunks
from backend_specialist.domain.document import Snapshot, split_lines
from backend_specialist.domain.outcome import compare, line_label
from backend_specialist.domain.proposal import Result

PATH, URI = "/w/a.py", "file:///w/a.py"
A, R, X = Result.ACCEPTED, Result.REFUSED, Result.ALTERED


def change(base: str | None, text: str, *, delete: bool = False) -> FileChange:
    before = None if base is None else Snapshot(uri=URI, path=PATH, text=base)
    return FileChange(path=PATH, uri=URI, label="a.py", base=before, text=text, delete=delete)


def every_id(whole: FileChange) -> frozenset[str]:
    return frozenset(hunk.id for hunk in hunks(whole))


def results(whole: FileChange, actual: str | None, *, gone: bool = False) -> list[Result]:
    outcomes = compare(whole, actual, every_id(whole), gone=gone)
    assert [outcome.hunk for outcome in outcomes] == [hunk.id for hunk in hunks(whole)]
    return [outcome.result for outcome in outcomes]


BASE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
TEXT = "one\nTWO\nthree\nfour\nfive\nseven\nnew\n"  # a replacement, a deletion, an insertion


@pytest.mark.parametrize(
    ("why", "actual", "expected"),
    [
        ("all applied", TEXT, [A, A, A]),
        ("nothing applied", BASE, [R, R, R]),
        ("only the first", BASE.replace("two", "TWO"), [A, R, R]),
        ("only the deletion", BASE.replace("six\n", ""), [R, A, R]),
        ("only the insertion", BASE + "new\n", [R, R, A]),
        ("typed above all", "zero\n" + TEXT, [A, A, A]),
        ("typed between", TEXT.replace("four\n", "4\n4.5\n"), [A, A, A]),
        ("tweaked the replacement", TEXT.replace("TWO", "TWO!"), [X, A, A]),
        ("tweaked the insertion", TEXT.replace("new", "newer"), [A, A, X]),
        ("typed beside the hunk", TEXT.replace("TWO\n", "TWO\n2.5\n"), [X, A, A]),
        ("typed beside and above", TEXT.replace("TWO\n", "1.5\nTWO\n"), [X, A, A]),
        ("changed the line beside the hunk", TEXT.replace("three", "3"), [A, A, A]),
        ("typed after the last hunk", TEXT + "newer\n", [A, A, X]),
        ("typed where the last hunk was refused", BASE + "newer\n", [R, R, X]),
        ("removed the hunk", TEXT.replace("TWO\n", ""), [X, A, A]),
        ("changed what was to be deleted", BASE.replace("six", "6"), [R, X, R]),
        ("replaced all", "something\nelse\n", [X, X, X]),
        ("emptied the file", "", [X, X, X]),
    ],
)
def test_compare_judges_each_hunk_from_the_text(
    why: str, actual: str, expected: list[Result]
) -> None:
    assert results(change(BASE, TEXT), actual) == expected, why


def test_compare_does_not_believe_what_was_wanted() -> None:
    whole = change(BASE, TEXT)
    for wanted in (frozenset[str](), every_id(whole)):
        assert [o.result for o in compare(whole, TEXT, wanted)] == [A, A, A]
        assert [o.result for o in compare(whole, BASE, wanted)] == [R, R, R]


def test_compare_says_where_and_why() -> None:
    whole = change(BASE, TEXT)
    outcomes = compare(whole, TEXT.replace("TWO", "TWO!"), frozenset(), reason="no shouting")
    assert [(o.path, o.label, o.lines) for o in outcomes] == [
        (PATH, "a.py", "2"),
        (PATH, "a.py", "6"),
        (PATH, "a.py", "8"),
    ]
    assert [(o.actual, o.reason) for o in outcomes] == [
        ("TWO!\n", "no shouting"),
        ("", ""),
        ("", ""),
    ]


def test_compare_bounds_the_text_it_reports() -> None:
    (outcome,) = compare(
        change("a\nb\nc\n", "a\nB\nc\n"), "a\n" + "x" * 9_000 + "\nc\n", frozenset()
    )
    assert outcome.result is X
    assert len(outcome.actual) == 2_000


def test_compare_without_a_text_verifies_nothing() -> None:
    assert results(change(BASE, TEXT), None) == [Result.UNVERIFIED] * 3
    assert results(change(None, TEXT), None) == [Result.UNVERIFIED]
    assert compare(change(BASE, BASE), BASE, frozenset()) == ()


@pytest.mark.parametrize(
    ("why", "text", "actual", "gone", "expected"),
    [
        ("created", "x\n", "x\n", False, A),
        ("created, the editor ended the last line", "x", "x\n", False, A),
        ("created, with the editor's line ends", "x\ny\n", "x\r\ny\r\n", False, A),
        ("created but never filled", "x\n", "", False, R),
        ("created but never filled, with a line end", "x\n", "\n", False, R),
        ("not created", "x\n", None, True, R),
        ("created and edited", "x\n", "x\ny\n", False, X),
        ("created empty, as proposed", "", "", False, A),
        ("an empty file not created", "", None, True, R),
        ("an empty file, and something in it", "", "x\n", False, X),
    ],
)
def test_compare_knows_created_files(
    why: str, text: str, actual: str | None, gone: bool, expected: Result
) -> None:
    assert results(change(None, text), actual, gone=gone) == [expected], why


@pytest.mark.parametrize(
    ("why", "actual", "gone", "expected"),
    [
        ("deleted", None, True, A),
        ("not deleted", "x\n", False, R),
        ("not deleted, emptied", "", False, X),
        ("not deleted, edited", "x\ny\n", False, X),
        ("not seen", None, False, Result.UNVERIFIED),
    ],
)
def test_compare_knows_deleted_files(
    why: str, actual: str | None, gone: bool, expected: Result
) -> None:
    assert results(change("x\n", "", delete=True), actual, gone=gone) == [expected], why


def test_compare_of_a_file_that_vanished_is_altered() -> None:
    assert results(change(BASE, TEXT), None, gone=True) == [X, X, X]


@pytest.mark.parametrize(
    ("why", "base", "text", "actual", "expected"),
    [
        ("at the start", "a\nb\n", "n\na\nb\n", "n\na\nb\n", [A]),
        ("at the start, refused", "a\nb\n", "n\na\nb\n", "a\nb\nc\n", [R]),
        ("all of the text", "a\n", "b\n", "b\n", [A]),
        ("all of the text deleted", "a\nb\n", "", "", [A]),
        ("all of the text kept", "a\nb\n", "", "a\nb\n", [R]),
        ("an empty file filled", "", "a\n", "a\n", [A]),
        ("an empty file left", "", "a\n", "", [R]),
        ("no line end at the end", "a\nb\nc", "a\nb\nC", "a\nb\nC", [A]),
        ("the editor ended the last line", "a\nb\nc", "a\nb\nC", "a\nb\nC\n", [A]),
        ("the editor ended the last line elsewhere", "a\nb\nc", "A\nb\nc", "A\nb\nc\n", [A]),
        ("the editor chose the line ends", "a\r\nb\r\n", "a\r\nB\n", "a\r\nB\r\n", [A]),
        ("only the line end was to change", "a\nb", "a\nb\n", "a\nb\n", [A]),
        ("only the line end was to change, refused", "a\nb", "a\nb\n", "a\nb", [R]),
        ("only the line end was to change, else", "a\nb", "a\nb\n", "a\nb\r\n", [X]),
    ],
)
def test_compare_knows_the_ends_of_texts_and_lines(
    why: str, base: str, text: str, actual: str, expected: list[Result]
) -> None:
    assert results(change(base, text), actual) == expected, why


def test_compare_of_a_move_is_not_fooled_by_equal_lines() -> None:
    base = "x\na\nb\nc\nd\n"
    moved = change(base, "a\nb\nc\nx\nd\n")
    assert results(moved, base) == [R, R]
    assert results(moved, "a\nb\nc\nx\nd\n") == [A, A]
    assert results(moved, "a\nb\nc\nd\n") == [A, R]
    assert results(moved, "x\na\nb\nc\nx\nd\n") == [R, A]


# ------------------------------------------------------------ any subset, any typing elsewhere

LINES = st.lists(st.sampled_from(["a\n", "b\n", "\n", "c\r\n", "}\n"]), max_size=12)


def parts(whole: FileChange, kept: Sequence[Hunk]) -> list[tuple[list[str], bool]]:
    """The lines of the base with some hunks applied: stretches (``True``) and hunks between."""
    lines, at, found = split_lines(whole.base_text), 0, []
    for hunk in hunks(whole):
        found += [(lines[at : hunk.start], True)]
        found += [(split_lines(hunk.new if hunk in kept else hunk.old), False)]
        at = hunk.end
    return [*found, (lines[at:], True)]


def type_somewhere(
    data: st.DataObject, pieces: list[tuple[list[str], bool]], *, change_lines: bool
) -> str:
    """Let the user type, an unchanged line or more away from each hunk."""
    text: list[str] = []
    number = 0
    for place, (lines, free) in enumerate(pieces):
        first = 1 if place else 0
        last = len(lines) - (1 if place < len(pieces) - 1 else 0)
        for index, line in enumerate([*lines, ""]):
            away = free and first <= index <= last
            if away and data.draw(st.booleans()):
                number += 1
                text.append(f"typed {number}\n")
            touchable = change_lines and free and first <= index < last
            if touchable and data.draw(st.booleans()):
                text += data.draw(st.sampled_from([[], [f"changed {index}\n"]]))
            else:
                text.append(line)
    return "".join(text)


def subset(data: st.DataObject, whole: FileChange) -> list[Hunk]:
    return [hunk for hunk in hunks(whole) if data.draw(st.booleans())]


def expected_results(whole: FileChange, kept: list[Hunk]) -> list[Result]:
    return [A if hunk in kept else R for hunk in hunks(whole)]


@given(LINES, LINES, st.data())
def test_compare_finds_any_subset_among_typed_lines(
    base: list[str], text: list[str], data: st.DataObject
) -> None:
    whole = change("".join(base), "".join(text))
    kept = subset(data, whole)
    actual = type_somewhere(data, parts(whole, kept), change_lines=False)
    outcomes = compare(whole, actual, frozenset(hunk.id for hunk in kept))
    assert [outcome.result for outcome in outcomes] == expected_results(whole, kept)


@given(LINES, LINES, st.data())
def test_compare_finds_any_subset_that_was_not_wanted(
    base: list[str], text: list[str], data: st.DataObject
) -> None:
    whole = change("".join(base), "".join(text))
    every, kept = hunks(whole), subset(data, whole)
    plain = apply_hunks(whole.base_text, kept)
    others = [c for size in range(len(every) + 1) for c in combinations(every, size)]
    assume(sum(apply_hunks(whole.base_text, other) == plain for other in others) == 1)
    wanted = frozenset(hunk.id for hunk in subset(data, whole))
    actual = type_somewhere(data, parts(whole, kept), change_lines=False)
    outcomes = compare(whole, actual, wanted)
    assert [outcome.result for outcome in outcomes] == expected_results(whole, kept)


@given(st.data())
def test_compare_finds_any_subset_among_changed_and_removed_lines(data: st.DataObject) -> None:
    base = [f"line {number}\n" for number in range(data.draw(st.integers(0, 14)))]
    text: list[str] = []
    for number, line in enumerate([*base, ""]):
        new = [f"new {number}\n"]
        text += data.draw(st.sampled_from([[line], [line], [], new, [*new, line]]))
    whole = change("".join(base), "".join(text))
    kept = subset(data, whole)
    wanted = frozenset(hunk.id for hunk in subset(data, whole))
    actual = type_somewhere(data, parts(whole, kept), change_lines=True)
    outcomes = compare(whole, actual, wanted)
    assert [outcome.result for outcome in outcomes] == expected_results(whole, kept)


@given(LINES.map("".join), LINES.map("".join), LINES.map("".join) | st.text(max_size=20))
def test_compare_is_total_and_never_says_accepted_of_a_text_without_the_new_lines(
    base: str, text: str, actual: str
) -> None:
    whole = change(base, text)
    for hunk, outcome in zip(hunks(whole), compare(whole, actual, every_id(whole)), strict=True):
        bare = actual.replace("\r", "")
        if outcome.result is A:
            assert hunk.new.replace("\r", "").rstrip("\n") in bare
        if outcome.result is R:
            assert hunk.old.replace("\r", "").rstrip("\n") in bare


# ------------------------------------------------------------ large texts


def large() -> tuple[FileChange, list[str]]:
    base = [f"line {number % 50} of {number}\n" for number in range(5_000)]
    text = [f"new {n}\n" if n % 100 == 50 else line for n, line in enumerate(base)]
    return change("".join(base), "".join(text)), text


@pytest.mark.parametrize("size", [1, 30, 3_000])
def test_compare_of_large_texts_is_right(size: int) -> None:
    whole, _ = large()
    kept = list(hunks(whole))[::2]
    text = split_lines(apply_hunks(whole.base_text, kept))
    typed = [f"typed {number}\n" for number in range(size)]
    actual = "".join([*text[:2_020], *typed, *text[2_020:]])
    assert results(whole, actual) == [A, R] * 25


def test_compare_of_a_large_text_in_another_order_accepts_nothing_wrongly() -> None:
    whole, text = large()
    assert set(results(whole, "".join(text[::-1]))) <= {X}


def test_line_label_counts_from_one() -> None:
    (several,) = hunks(change("a\nb\nc\n", "x\ny\nc\n"))
    (one,) = hunks(change("a\nb\n", "a\nc\n"))
    (end,) = hunks(change("a\nb\n", "a\nb\nc\n"))
    (new,) = hunks(change(None, "a\n"))
    assert [line_label(hunk) for hunk in (several, one, end, new)] == ["1-2", "2", "3", "1"]
