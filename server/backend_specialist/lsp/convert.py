"""Positions between the protocol's types and ours.

Owns the agreement on the unit of a position. Computes no offset (``domain.document`` does).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lsprotocol import types

from backend_specialist.domain.agent import Place
from backend_specialist.domain.document import Position, PositionEncoding, Range
from backend_specialist.domain.lines import units


def negotiate(capabilities: Mapping[str, Any]) -> PositionEncoding:
    """Choose the first encoding of the client's list that exists; UTF-16 when it has none."""
    general = capabilities.get("general")
    offered = general.get("positionEncodings") if isinstance(general, Mapping) else None
    for name in offered if isinstance(offered, list) else ():
        if name in tuple(PositionEncoding):
            return PositionEncoding(name)
    return PositionEncoding.UTF16


def to_position(position: Position) -> types.Position:
    """Give the protocol's position."""
    return types.Position(line=position.line, character=position.character)


def to_range(span: Range) -> types.Range:
    """Give the protocol's range."""
    return types.Range(start=to_position(span.start), end=to_position(span.end))


def from_position(position: types.Position) -> Position:
    """Read the protocol's position."""
    return Position(position.line, position.character)


def from_range(span: types.Range) -> Range:
    """Read the protocol's range."""
    return Range(from_position(span.start), from_position(span.end))


def range_in(lines: Sequence[str], place: Place, encoding: PositionEncoding) -> types.Range:
    """Give a place of a text in the unit of positions that was agreed on; behind the last line it is a column of 0."""

    def position(line: int, column: int) -> types.Position:
        text = lines[line] if line < len(lines) else ""
        return types.Position(line=line, character=units(text[:column], encoding))

    return types.Range(
        start=position(place.line, place.column), end=position(place.end_line, place.end_column)
    )


def from_changes(
    changes: Iterable[types.TextDocumentContentChangeEvent],
) -> list[tuple[Range | None, str]]:
    """Read content changes; ``None`` stands for the whole document."""
    return [
        (
            from_range(change.range)
            if isinstance(change, types.TextDocumentContentChangePartial)
            else None,
            change.text,
        )
        for change in changes
    ]
