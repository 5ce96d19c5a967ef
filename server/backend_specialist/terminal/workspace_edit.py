"""A ``workspace/applyEdit`` request, read and computed.

Owns the form of ``documentChanges`` and the application of text edits to a text. Touches no file.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend_specialist.domain.document import LineIndex, Position, PositionEncoding
from backend_specialist.terminal.saving import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class TextEdit:
    """Replaces the offsets ``[start, end)`` of a text."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, kw_only=True)
class FileEdit:
    """All that is asked for one file. ``edits`` are the protocol's, in the order of the request."""

    uri: str
    version: int | None = None
    create: bool = False
    ignore_if_exists: bool = False
    delete: bool = False
    edits: tuple[Mapping[str, Any], ...] = ()


def parse(edit: Mapping[str, Any]) -> tuple[FileEdit, ...]:
    """Read a workspace edit, one entry a file; raise :class:`Refused` for what was not offered."""
    changes = edit.get("documentChanges")
    if not isinstance(changes, list) or edit.get("changes"):
        raise Refused("The edit does not use documentChanges, which this editor needs.")
    files: dict[str, FileEdit] = {}
    for change in changes:
        uri = change["uri"] if "kind" in change else change["textDocument"]["uri"]
        files[uri] = _with(files.get(uri, FileEdit(uri=uri)), change)
    return tuple(files.values())


def _with(file: FileEdit, change: Mapping[str, Any]) -> FileEdit:
    options = change.get("options") or {}
    match change.get("kind"):
        case None:
            version = change["textDocument"].get("version")
            return replace(file, version=version, edits=(*file.edits, *change["edits"]))
        case "create" if not options.get("overwrite"):
            return replace(file, create=True, ignore_if_exists=bool(options.get("ignoreIfExists")))
        case "delete" if not options.get("recursive"):
            return replace(file, delete=True)
        case _:
            raise Refused(f"The edit of {file.uri} is of a kind that this editor does not offer.")


def text_edits(
    text: str, raw: Iterable[Mapping[str, Any]], encoding: PositionEncoding
) -> tuple[TextEdit, ...]:
    """Give edits with offsets into ``text``, ascending; raise :class:`Refused` if two overlap."""
    index = LineIndex(text)
    edits = sorted((_edit(index, item, encoding) for item in raw), key=lambda e: e.start)
    for first, second in itertools.pairwise(edits):
        if second.start < first.end:
            raise Refused("Two edits of one file overlap.")
    return tuple(edits)


def _edit(index: LineIndex, raw: Mapping[str, Any], encoding: PositionEncoding) -> TextEdit:
    start = index.offset_at(_position(raw["range"]["start"]), encoding)
    end = index.offset_at(_position(raw["range"]["end"]), encoding)
    if end < start:
        raise Refused("The range of an edit runs backwards.")
    return TextEdit(start=start, end=end, new=raw["newText"])


def _position(raw: Mapping[str, Any]) -> Position:
    return Position(raw["line"], raw["character"])


def apply(text: str, edits: Iterable[TextEdit]) -> str:
    """Give the text with all of its edits."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join([*parts, text[at:]])
