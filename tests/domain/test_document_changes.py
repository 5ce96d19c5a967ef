"""Incremental changes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.document import (
    LineIndex,
    Position,
    PositionEncoding,
    Range,
    Snapshot,
    apply_changes,
    digest,
)

UTF16 = PositionEncoding.UTF16
Change = tuple[Range | None, str]
TEXTS = st.text(alphabet="ab\n\r\x0c\u2028é😀", max_size=20)
POSITIONS = st.builds(Position, st.integers(-1, 9), st.integers(-1, 12))
CHANGES = st.tuples(st.none() | st.builds(Range, POSITIONS, POSITIONS), TEXTS)


def naive(text: str, changes: list[Change], encoding: PositionEncoding) -> str:
    for span, new in changes:
        if span is None:
            text = new
            continue
        index = LineIndex(text)
        start, end = sorted(index.offset_at(place, encoding) for place in (span.start, span.end))
        text = text[:start] + new + text[end:]
    return text


def span(*numbers: int) -> Range:
    line, character, end_line, end_character = numbers
    return Range(Position(line, character), Position(end_line, end_character))


@pytest.mark.parametrize(
    ("text", "changes", "after"),
    [
        ("", [(span(0, 0, 0, 0), "a")], "a"),
        ("abc", [(None, "x\ny"), (span(1, 0, 1, 1), "z")], "x\nz"),
        ("a\nb\n", [(span(2, 0, 2, 0), "c\n"), (span(3, 0, 3, 0), "d")], "a\nb\nc\nd"),
        ("a\x0cb\u2028c\nd", [(span(1, 0, 1, 1), "D")], "a\x0cb\u2028c\nD"),
        ("a\r\nb", [(span(0, 1, 1, 0), "")], "ab"),
        ("a\rb", [(span(1, 0, 1, 0), "\n"), (span(1, 0, 1, 0), "x")], "a\r\nxb"),
        ("a\rx\nb", [(span(1, 0, 1, 1), ""), (span(1, 0, 1, 0), "y")], "a\r\nyb"),
        ("😀a", [(span(0, 2, 0, 3), "b"), (span(0, 1, 0, 2), "c")], "cb"),
        ("abc", [(span(0, 2, 0, 1), "-")], "a-c"),
        ("a\nb", [(span(7, 3, 9, 1), "c")], "a\nbc"),
    ],
)
def test_apply_changes_follows_the_protocol(text: str, changes: list[Change], after: str) -> None:
    assert apply_changes(text, changes, UTF16) == after


@given(TEXTS, st.lists(CHANGES, max_size=6), st.sampled_from(PositionEncoding))
def test_apply_changes_equals_one_after_the_other(
    text: str, changes: list[Change], encoding: PositionEncoding
) -> None:
    assert apply_changes(text, changes, encoding) == naive(text, changes, encoding)


@pytest.mark.parametrize("line", ["x = compute(1, 2)  # plain text of a line\n", "é" * 40 + "\n"])
def test_apply_changes_is_fast_for_many_small_changes(line: str) -> None:
    text = line * (120_000 // len(line))
    lines = text.count("\n")
    changes: list[Change] = [
        (span(at % lines, at % 30, at % lines, at % 30), "y") for at in range(2000)
    ]
    seconds = []
    for _ in range(3):  # the best of three: the machine may be busy
        started = time.process_time()
        after = apply_changes(text, changes, UTF16)
        seconds.append(time.process_time() - started)
    assert len(after) == len(text) + 2000
    # One after the other they take over a second.
    assert min(seconds) < 0.5, seconds


def test_snapshot_knows_whether_it_is_open_and_its_digest() -> None:
    closed = Snapshot(uri="file:///a", path="/a", text="a\ud83d")
    assert not closed.open
    assert Snapshot(uri="file:///a", path="/a", text="", version=0).open
    assert closed.digest == digest("a\ud83d") != digest("a")
