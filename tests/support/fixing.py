"""What a text is after a fix, done the way an editor does it."""

from __future__ import annotations

from backend_specialist.domain.agent import Fix
from backend_specialist.domain.document import Position, PositionEncoding, Range, apply_changes


def fixed(text: str, fix: Fix) -> str:
    ordered = sorted(
        fix.replacements, key=lambda each: (each.place.line, each.place.column), reverse=True
    )
    changes = [
        (
            Range(
                Position(each.place.line, each.place.column),
                Position(each.place.end_line, each.place.end_column),
            ),
            each.text,
        )
        for each in ordered
    ]
    return apply_changes(text, changes, PositionEncoding.UTF32)
