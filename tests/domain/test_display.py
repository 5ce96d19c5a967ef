"""Texts made harmless."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.display import plain, terminal, visible

NASTY = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x07\x1b\x9b\x9d\r\n\t\x85\u202e\u2066\u200b\u2028\ufeff\ud83d]([m;0:"
        ),
    ),
    max_size=60,
)
FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b-\u200d\ufeff]")


@given(NASTY | NASTY.map(lambda text: text.replace(" ", "command:")), st.integers(0, 80))
def test_plain_is_total_and_gives_one_harmless_line(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit
    assert not {unicodedata.category(character) for character in shown} & FORBIDDEN
    assert not BIDI.search(shown)
    assert "](" not in shown
    shown.encode()


@given(NASTY)
def test_terminal_is_total_and_keeps_only_tabs_and_line_ends(text: str) -> None:
    shown = terminal(text)
    bare = shown.replace("\n", "").replace("\t", "")
    assert not {unicodedata.category(character) for character in bare} & FORBIDDEN
    assert not BIDI.search(shown)
    shown.encode()


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])))
def test_terminal_and_visible_leave_ordinary_text_alone(text: str) -> None:
    assert terminal(text) == visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\r\nlines\tand tabs\n", "two lines and tabs"),
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]8;;http://evil\x07link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\x", "x"),
        ("\x1b(Bx\x1bc", "x"),
        ("[Fix](command:workbench.action.x)", "[Fix] (command: workbench.action.x)"),
        ("[Fix]\u200b(Command:x)", "[Fix] (Command: x)"),
        ("Note: the command: ls", "Note: the command: ls"),
        ("abc\u202edef\u200b", "abcdef"),
        ("line\u2028separator\x85next", "line separator next"),
        ("\ud83d!", "!"),
        ("über 世界 😀", "über 世界 😀"),
    ],
)
def test_plain_neutralises(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_plain_is_bounded() -> None:
    assert plain("x" * 10_000) == "x" * 199 + "…"
    assert plain("abc", limit=2) == "a…"
    assert plain("abc", limit=0) == ""
    assert plain("abc", limit=3) == "abc"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\tc\n", "a\nb\tc\n"),
        ("a\rb", "a<U+000D>b"),
        ("\x1b[31mred", "<U+001B>[31mred"),
        ("if a:\u202e x", "if a:<U+202E> x"),
        ("table[key](value)", "table[key](value)"),
        ("\ud83d", "<U+D83D>"),
        ("tag\U000e0041", "tag<U+E0041>"),
    ],
)
def test_terminal_shows_what_hides(text: str, shown: str) -> None:
    assert terminal(text) == shown
