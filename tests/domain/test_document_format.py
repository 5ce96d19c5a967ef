"""Bytes and texts."""

import codecs

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from backend_specialist.domain.document import (
    TextFormat,
    Unreadable,
    decode,
    encode,
    newline_of,
    with_newlines,
)
from backend_specialist.domain.text_format import newline_styles


@pytest.mark.parametrize(
    ("data", "text", "encoding", "bom"),
    [
        (b"", "", "utf-8", False),
        ("é\n".encode(), "é\n", "utf-8", False),
        (codecs.BOM_UTF8 + "é".encode(), "é", "utf-8", True),
        (codecs.BOM_UTF8 * 2 + b"a", "\ufeffa", "utf-8", True),
        (codecs.BOM_UTF16_LE + "aé".encode("utf-16-le"), "aé", "utf-16-le", True),
        (codecs.BOM_UTF16_BE + "😀".encode("utf-16-be"), "😀", "utf-16-be", True),
        (b"caf\xe9 \x93x\x94", "café “x”", "cp1252", False),
        (b"caf\xe9 and \x81", "café and \x81", "latin-1", False),
    ],
)
def test_decode_keeps_text_and_format(data: bytes, text: str, encoding: str, bom: bool) -> None:
    got, form = decode(data)
    assert (got, form.encoding, form.bom) == (text, encoding, bom)
    assert encode(got, form) == data


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"a\0b", "binary"),
        (b"text first " * 1000 + b"\0", "binary"),
        (b"\x01\x02\x03\x04abc", "binary"),
        (codecs.BOM_UTF32_LE + "a".encode("utf-32-le"), "binary"),
        (codecs.BOM_UTF16_LE + b"a", "encoding"),
        (codecs.BOM_UTF16_LE + b"\x3d\xd8", "encoding"),
        (codecs.BOM_UTF8 + b"\xff", "encoding"),
    ],
)
def test_decode_refuses_what_is_not_text(data: bytes, kind: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(data)
    assert caught.value.kind == kind


def test_decode_looks_for_control_characters_only_at_the_start() -> None:
    text, _ = decode(b"a" * 4096 + b"\x01" * 9000)
    assert len(text) == 13096


@pytest.mark.parametrize("text", ["\x1b[31mred\x1b[0m text", "a\x0cb\t\r\n", "\x01abc"])
def test_decode_accepts_a_few_control_characters(text: str) -> None:
    assert decode(text.encode())[0] == text


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode))
def test_encode_is_the_exact_inverse_of_decode(data: bytes) -> None:
    try:
        text, form = decode(data)
    except Unreadable:
        reject()
    assert encode(text, form) == data


@given(st.text(max_size=30), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
def test_decode_reads_what_encode_wrote_with_a_mark(text: str, encoding: str) -> None:
    form = TextFormat(encoding=encoding, bom=True, newline=newline_of(text))
    try:
        got = decode(encode(text, form))
    except Unreadable:
        reject()
    assert got == (text, form)


def test_encode_says_which_character_has_no_form() -> None:
    with pytest.raises(Unreadable, match=r"cp1252.*U\+2192.*UTF-8") as caught:
        encode("a → b", TextFormat(encoding="cp1252"))
    assert caught.value.kind == "encoding"


@pytest.mark.parametrize(
    ("text", "newline", "styles"),
    [
        ("", "\n", ("\n",)),
        ("a\r\nb\r\nc\n", "\r\n", ("\r\n", "\n")),
        ("a\r\nb\n", "\n", ("\n", "\r\n")),
        ("a\rb", "\r", ("\r",)),
        ("a\r\n\rb\r", "\r", ("\r", "\r\n")),
    ],
)
def test_newline_of_is_the_most_frequent(text: str, newline: str, styles: tuple[str, ...]) -> None:
    assert newline_of(text) == newline
    assert newline_styles(text) == styles
    assert decode(text.encode())[1].newline == newline


def test_with_newlines_converts_every_style() -> None:
    assert with_newlines("a\r\nb\rc\n\n", "\r\n") == "a\r\nb\r\nc\r\n\r\n"
    assert with_newlines("a\r\nb", "\n") == "a\nb"
