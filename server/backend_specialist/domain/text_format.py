"""How a text is stored as bytes.

Owns byte order marks, encodings and newline styles. Reads no file.
"""

from __future__ import annotations

import codecs
from contextlib import suppress
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PROBE = 4096
_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - set(b"\t\n\r\f"))


@dataclass(frozen=True, kw_only=True, slots=True)
class TextFormat:
    """How a text is stored: kept when an edit is saved."""

    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "\n"


class Unreadable(Exception):
    """A document that cannot be given as text.

    ``kind`` is one of ``missing``, ``directory``, ``binary``, ``too-large``, ``encoding``,
    ``special`` (device, FIFO, socket), ``outside``, ``secret``, ``failed``. The message is for the
    model and the user.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def decode(data: bytes) -> tuple[str, TextFormat]:
    """Give the text and the format of stored bytes; :func:`encode` is the exact inverse.

    A byte order mark decides. Without one the bytes are UTF-8, else Windows-1252, else (for its
    five undefined bytes) Latin-1. Both fall-backs map every byte to one character of its own, so
    bytes that were not edited are written back as they were, even if the true encoding was a third
    one. Raises :class:`Unreadable` (``binary``, ``encoding``).
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _decode_marked(data[len(mark) :], encoding)
            return _checked(text), TextFormat(encoding=encoding, bom=True, newline=newline_of(text))
    if b"\0" in data:
        raise Unreadable("binary", "The file is binary (it holds a NUL byte): it is not text.")
    text, encoding = _decode_unmarked(data)
    return _checked(text), TextFormat(encoding=encoding, newline=newline_of(text))


def encode(text: str, format: TextFormat) -> bytes:
    """Give the bytes to store; raise :class:`Unreadable` for a character without a byte form."""
    mark = next((m for m, encoding in _MARKS if encoding == format.encoding), b"")
    try:
        body = text.encode(format.encoding)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise Unreadable(
            "encoding",
            f"The file is stored as {format.encoding}, which has no form for "
            f"U+{ord(character):04X}. Use another character, or convert the file to UTF-8 first.",
        ) from error
    return mark + body if format.bom else body


def newline_styles(text: str) -> tuple[str, ...]:
    """The line ends that a text uses, the most frequent first; ``\\n`` if it has none."""
    pairs = text.count("\r\n")
    counts = {"\n": text.count("\n") - pairs, "\r\n": pairs, "\r": text.count("\r") - pairs}
    used = [style for style in sorted(counts, key=lambda style: -counts[style]) if counts[style]]
    return tuple(used) or ("\n",)


def newline_of(text: str) -> str:
    """The line end that a text uses most, ``\\n`` when in doubt."""
    return newline_styles(text)[0]


def with_newlines(text: str, newline: str) -> str:
    """Give the text with every line end turned into ``newline``."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain if newline == "\n" else plain.replace("\n", newline)


def _decode_marked(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            "encoding", f"The file begins with the mark of {encoding} but is not valid {encoding}."
        ) from error


def _decode_unmarked(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding), encoding
    return data.decode("latin-1"), "latin-1"


def _checked(text: str) -> str:
    probe = text[:_PROBE]
    controls = len(probe) - len(probe.translate(_CONTROLS))
    if "\0" in text or controls > 0.3 * len(probe):
        raise Unreadable("binary", "The file is binary (control characters): it is not text.")
    return text
