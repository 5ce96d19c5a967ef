"""One document that the editor has open.

Owns its text, version and spelling. Knows no other document and no disk.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from backend_specialist.domain.document import (
    PositionEncoding,
    Range,
    Snapshot,
    TextFormat,
    Unreadable,
    apply_changes,
    newline_of,
)

_log = logging.getLogger(__name__)

Change = tuple[Range | None, str]

MOST_CHARACTERS = 10_000_000
MOST_PENDING = 2_000
LOST = (
    "The editor sent a change to this document that could not be understood, so its text is not known. "
    "Close the document and open it again."
)


def is_notebook(path: str) -> bool:
    """Whether a path names a notebook, whose stored text is not what the user sees."""
    return path.lower().endswith(".ipynb")


class OpenDocument:
    """A buffer of the editor, as far as the editor has told."""

    def __init__(self, *, uri: str, path: str, language: str, version: int, text: str) -> None:
        self.uri = uri
        self.path = path
        self._language = language
        self._version = version
        self._text = text
        self._encoding = PositionEncoding.UTF16
        self._pending: list[Change] = []
        self._fault = ""
        self._snapshot: Snapshot | None = None

    def change(self, version: int, changes: Sequence[Change], encoding: PositionEncoding) -> None:
        """Take the changes of one notification, whatever its version says: the order of arrival counts.

        They are applied together when somebody reads, so that typing in a large document costs nothing.
        """
        self._version = version
        self._snapshot = None
        if any(span is None for span, _ in changes):
            self._fault = ""
            self._pending.clear()
        self._pending += changes
        self._encoding = encoding
        if len(self._pending) > MOST_PENDING:
            self._settle()

    def lose(self) -> None:
        """Mark the text as no longer known, until the editor sends it whole."""
        self._fault = LOST

    def _settle(self) -> str:
        pending, self._pending = self._pending, []
        try:
            self._text = (
                apply_changes(self._text, pending, self._encoding) if pending else self._text
            )
        except Exception as error:  # noqa: BLE001 - whatever it was, the text is not known any more
            _log.error("A change could not be applied: %s", type(error).__name__)
            self.lose()
        return self._text

    @property
    def readable(self) -> bool:
        """Whether :attr:`snapshot` can be given: not while the text is unknown or too large."""
        return len(self._settle()) <= MOST_CHARACTERS and not self._fault

    @property
    def snapshot(self) -> Snapshot:
        """The text of this moment; raise :class:`Unreadable`."""
        text = self._settle()
        if self._fault:
            raise Unreadable("failed", self._fault)
        if len(text) > MOST_CHARACTERS:
            raise Unreadable(
                "too-large",
                f"The open document has {len(text):,} characters; at most "
                f"{MOST_CHARACTERS:,} are read. Work on a smaller file.",
            )
        if self._snapshot is None:
            self._snapshot = Snapshot(
                uri=self.uri,
                path=self.path,
                text=text,
                version=self._version,
                format=TextFormat(newline=newline_of(text)),
                language=self._language,
                notebook=is_notebook(self.path),
            )
        return self._snapshot
