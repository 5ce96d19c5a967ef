from __future__ import annotations

import pytest
from lsprotocol import types

from backend_specialist.domain.document import Position, PositionEncoding, Range
from backend_specialist.lsp.convert import from_changes, from_range, negotiate, to_range


@pytest.mark.parametrize(
    ("sentence", "capabilities", "encoding"),
    [
        ("Nothing is said.", {}, "utf-16"),
        ("The first is taken.", {"general": {"positionEncodings": ["utf-8", "utf-16"]}}, "utf-8"),
        (
            "The order is the client's.",
            {"general": {"positionEncodings": ["utf-32", "utf-8"]}},
            "utf-32",
        ),
        ("Unknown ones are skipped.", {"general": {"positionEncodings": ["x", "utf-8"]}}, "utf-8"),
        ("None is known.", {"general": {"positionEncodings": [None, {}, "utf-7"]}}, "utf-16"),
        ("Not a list.", {"general": {"positionEncodings": "utf-8"}}, "utf-16"),
        ("Not an object.", {"general": []}, "utf-16"),
    ],
)
def test_negotiate_follows_the_client(
    sentence: str, capabilities: dict[str, object], encoding: str
) -> None:
    assert negotiate(capabilities) is PositionEncoding(encoding), sentence


def test_ranges_come_back_as_they_went() -> None:
    span = Range(Position(1, 2), Position(3, 4))
    assert from_range(to_range(span)) == span


def test_from_changes_tells_the_whole_document_from_a_part() -> None:
    part = types.TextDocumentContentChangePartial(
        range=to_range(Range(Position(0, 1), Position(0, 2))), text="x"
    )
    whole = types.TextDocumentContentChangeWholeDocument(text="y")
    assert from_changes([part, whole]) == [
        (Range(Position(0, 1), Position(0, 2)), "x"),
        (None, "y"),
    ]
