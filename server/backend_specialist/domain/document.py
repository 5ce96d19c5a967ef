"""Texts, their positions and how they are stored as bytes.

Owns the snapshot of a document, and is the one door to lines, formats and incremental changes.
LSP lines end with ``\\n``, ``\\r\\n`` or ``\\r`` and with nothing else, unlike ``str.splitlines``.
Reads no file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from backend_specialist.domain.incremental import apply_changes
from backend_specialist.domain.lines import (
    LineIndex,
    Position,
    PositionEncoding,
    Range,
    split_lines,
)
from backend_specialist.domain.text_format import (
    TextFormat,
    Unreadable,
    decode,
    encode,
    newline_of,
    with_newlines,
)

__all__ = [
    "LineIndex",
    "Position",
    "PositionEncoding",
    "Range",
    "Snapshot",
    "TextFormat",
    "Unreadable",
    "apply_changes",
    "decode",
    "digest",
    "encode",
    "newline_of",
    "split_lines",
    "with_newlines",
]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One document's text at one moment.

    ``uri`` is the editor's own spelling. ``path`` is the absolute path below a root, or the URI
    itself for a document without one (``untitled:``). ``version`` is the editor's, ``None`` when
    the text came from the disk. ``text`` has the file's own newlines and no BOM.
    """

    uri: str
    path: str
    text: str
    version: int | None = None
    format: TextFormat = field(default_factory=TextFormat)
    language: str = ""
    notebook: bool = False

    @property
    def open(self) -> bool:
        """Whether the editor holds this text in a buffer."""
        return self.version is not None

    @cached_property
    def index(self) -> LineIndex:
        """Converts between positions and offsets of the text."""
        return LineIndex(self.text)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text, as hex."""
        return digest(self.text)


def digest(text: str) -> str:
    """SHA-256 of a text, as hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
