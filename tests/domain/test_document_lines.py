"""Lines and positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.document import LineIndex, Position, PositionEncoding, split_lines
from backend_specialist.domain.lines import units

TEXTS = st.text(alphabet="ab\n\r\x0c\x85\u2028é世😀", max_size=30)
ENCODINGS = st.sampled_from(PositionEncoding)
UTF8, UTF16, UTF32 = PositionEncoding.UTF8, PositionEncoding.UTF16, PositionEncoding.UTF32


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a\n"]),
        ("a\nb", ["a\n", "b"]),
        ("a\r\nb\rc\n", ["a\r\n", "b\r", "c\n"]),
        ("\n\r\n\r\r\n", ["\n", "\r\n", "\r", "\r\n"]),
        ("a\x0cb\u2028c\x85d\x1ce\x0bf\u2029g\n", ["a\x0cb\u2028c\x85d\x1ce\x0bf\u2029g\n"]),
        ("\x0c\r\nx", ["\x0c\r\n", "x"]),
    ],
)
def test_split_lines_ends_lines_as_lsp_does(text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines


@given(TEXTS)
def test_split_lines_loses_nothing(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(line.endswith(("\n", "\r")) for line in lines[:-1])
    assert not any(mark in line.rstrip("\r\n") for line in lines for mark in "\r\n")


@pytest.mark.parametrize(("text", "count"), [("", 1), ("a", 1), ("a\n", 2), ("a\r\n\r\n", 3)])
def test_line_index_counts_an_empty_last_line(text: str, count: int) -> None:
    assert LineIndex(text).line_count == count


def test_line_index_finds_lines_and_their_starts() -> None:
    index = LineIndex("ab\r\nc\n")
    assert [index.line_start(line) for line in (-1, 0, 1, 2, 9)] == [0, 0, 4, 6, 6]
    assert [index.line_of(offset) for offset in (-1, 0, 3, 4, 5, 6, 99)] == [0, 0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("encoding", "character", "offset"),
    [
        (UTF16, 1, 1),
        (UTF16, 2, 1),  # the middle of the surrogate pair
        (UTF16, 3, 2),
        (UTF16, 4, 3),
        (UTF16, 99, 4),
        (UTF8, 3, 1),  # the middle of the four bytes
        (UTF8, 5, 2),
        (UTF8, 6, 2),  # the middle of the two bytes
        (UTF8, 7, 3),
        (UTF32, 2, 2),
        (UTF32, 99, 4),
        (UTF32, -1, 0),
    ],
)
def test_offset_at_clamps_to_characters_and_lines(
    encoding: PositionEncoding, character: int, offset: int
) -> None:
    index = LineIndex("x\na😀éb\r\nz")
    assert index.offset_at(Position(1, character), encoding) == 2 + offset


def test_offset_at_clamps_lines_outside_the_text() -> None:
    index = LineIndex("ab\ncd")
    assert index.offset_at(Position(-1, 5), UTF16) == 0
    assert index.offset_at(Position(2, 0), UTF16) == 5


def test_position_at_never_lands_inside_a_line_end() -> None:
    assert LineIndex("ab\r\nc").position_at(3, UTF16) == Position(0, 2)
    assert LineIndex("ab").position_at(-4, UTF16) == Position(0, 0)
    assert LineIndex("ab").position_at(9, UTF16) == Position(0, 2)


def test_positions_survive_lone_surrogates() -> None:
    index = LineIndex("a\ud83db")
    assert index.offset_at(Position(0, 2), UTF16) == 2
    assert index.position_at(3, UTF8) == Position(0, 5)


@given(TEXTS, ENCODINGS, st.integers(-2, 40))
def test_position_at_and_offset_at_are_inverse(
    text: str, encoding: PositionEncoding, offset: int
) -> None:
    index = LineIndex(text)
    clamped = max(0, min(offset, len(text)))
    inside = text[clamped - 1 : clamped + 1] == "\r\n" and clamped > 0
    position = index.position_at(offset, encoding)
    assert index.offset_at(position, encoding) == clamped - inside
    assert position.line == index.line_of(clamped)


@given(TEXTS, ENCODINGS, st.integers(-1, 8), st.integers(-1, 40))
def test_offset_at_is_the_last_character_not_behind_the_position(
    text: str, encoding: PositionEncoding, line: int, character: int
) -> None:
    index = LineIndex(text)
    offset = index.offset_at(Position(line, character), encoding)
    assert 0 <= offset <= len(text)
    if 0 <= line < index.line_count:
        start = index.line_start(line)
        body = [*split_lines(text), ""][line].rstrip("\r\n")
        fits = [
            start + size
            for size in range(len(body) + 1)
            if units(body[:size], encoding) <= max(0, character)
        ]
        assert offset == max(fits)
