"""The body of a web answer: whether it is text, and its characters.

Owns content types, content encodings and character sets, within a limit of decoded bytes. Reads
from no network.
"""

from __future__ import annotations

import codecs
import re
import zlib
from typing import TYPE_CHECKING

from backend_specialist.domain.ports import FetchFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 5 * 1024 * 1024

_LONGEST_TYPE = 255
"""Characters of a media type: RFC 6838 allows 127 on either side of the slash."""
_TEXTUAL = re.compile(
    r"application/(?:x-)?(?:javascript|ecmascript|typescript|sh|python|ruby|httpd-php|sql|graphql|ndjson|json-lines)"
    r"|application/(?:x-yaml|rtf|x-www-form-urlencoded)|message/http"
)
_TEXTUAL_FORMATS = frozenset({"json", "xml", "yaml", "toml"})
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_KNOWN_CHARSET = re.compile(
    r"utf-?8(-sig)?|utf-?(16|32)([-_]?[lb]e)?|(us-)?ascii|iso[-_]?8859[-_]?\d{1,2}|latin-?1|"
    r"(windows|cp)-?125\d|koi8-?[ru]|shift[-_]?jis|euc[-_]?(jp|kr)|gb(2312|k|18030)|big5(-hkscs)?"
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED = 4096


class Unpacker:
    """Undoes a content encoding piece by piece, and stops at the limit, whatever the piece would unpack to."""

    def __init__(self, encoding: str, *, limit: int = MAX_BYTES) -> None:
        self._limit = limit
        self._body = bytearray()
        self._inflater = _inflater(encoding)

    @property
    def packed(self) -> bool:
        """Whether there is anything to undo (then :meth:`feed` costs time)."""
        return self._inflater is not None

    def feed(self, data: bytes) -> None:
        """Take a piece; raise ``FetchFailed`` for too much or for damaged data."""
        if self._inflater is not None:
            try:
                data = self._inflater.decompress(data, self._limit + 1 - len(self._body))
            except zlib.error:
                raise FetchFailed("The server sent damaged compressed data. Try again.") from None
        self._body += data
        if len(self._body) > self._limit:
            raise FetchFailed(
                f"The page is larger than {self._limit // 1024 // 1024} MB. Fetch a smaller part of it."
            )

    def body(self) -> bytes:
        """Everything; raise ``FetchFailed`` when it ended early."""
        if self._inflater is not None and self._body and not self._inflater.eof:
            raise FetchFailed("The server's answer was cut short. Try again.")
        return bytes(self._body)


def content_type(headers: Mapping[str, str]) -> str:
    """Give the media type, lower case; raise ``FetchFailed`` for one that is not text."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and not _is_text(kind):
        raise FetchFailed(
            f"This is {kind[:100]}, and only text can be read here (HTML, plain text, JSON, XML and the like)."
        )
    return kind


def _is_text(kind: str) -> bool:
    if len(kind) > _LONGEST_TYPE:
        return False
    family, _, name = kind.partition("/")
    textual = bool(name) if family == "text" else name.rpartition("+")[2] in _TEXTUAL_FORMATS
    return textual or _TEXTUAL.fullmatch(kind) is not None


def text_of(body: bytes, content_type_header: str) -> str:
    """Give a body's characters; what cannot be decoded becomes U+FFFD. Raise ``FetchFailed`` for binary data."""
    charset = _charset(body, content_type_header)
    if not charset.startswith(("utf-16", "utf-32", "utf16", "utf32")) and b"\0" in body[:_SNIFFED]:
        raise FetchFailed("The server sent binary data, and only text can be read here.")
    return body.decode(charset, "replace")


def _charset(body: bytes, header: str) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return name
    found = _CHARSET.search(header) or _CHARSET.search(body[:1024].decode("latin-1"))
    name = found[1].lower() if found else "utf-8"
    return name if _KNOWN_CHARSET.fullmatch(name) and _exists(name) else "utf-8"


def _exists(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _inflater(encoding: str) -> zlib._Decompress | None:
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip" | "deflate":
            return zlib.decompressobj(zlib.MAX_WBITS | 32)
        case other:
            raise FetchFailed(f"The server used an encoding that was not asked for ({other[:40]}).")
