"""The parts of an agent or recipe file: symbols and folding.

Owns their form in the protocol. What the parts are is ``domain.agent_text``'s.
"""

from __future__ import annotations

from lsprotocol import types

from backend_specialist.domain.agent import Place
from backend_specialist.domain.agent_text import Heading
from backend_specialist.domain.display import plain
from backend_specialist.lsp.agent_language.texts import OpenText, OpenTexts

_NESTED = ("permission", "tools", "options", "thinking")
_MOST_SYMBOLS = 2000


class Outline:
    """Answers ``textDocument/documentSymbol`` and ``textDocument/foldingRange``."""

    def __init__(self, texts: OpenTexts) -> None:
        self._texts = texts

    def symbols(self, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        """Give fields with their rules, then the headings as a tree."""
        found = self._texts.at(params.text_document.uri)
        if found is None:
            return None
        return [*_fields(found), *_tree(found, list(found.text.headings())[:_MOST_SYMBOLS])]

    def folding(self, params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
        """Give the front matter, what is nested in it, and what stands under each heading."""
        found = self._texts.at(params.text_document.uri)
        if found is None:
            return None
        text = found.text
        spans = [(0, text.header_end)] if text.header_end else []
        for path, place in text.places.items():
            key = text.places.get(f"{path}:key")
            if key and path.partition(".")[0] in _NESTED:
                spans.append((key.line, place.end_line))
        spans += [(heading.line, heading.last_line) for heading in text.headings()]
        return [
            types.FoldingRange(start_line=first, end_line=last)
            for first, last in dict.fromkeys(spans)
            if first < last
        ]


def _fields(found: OpenText) -> list[types.DocumentSymbol]:
    """The fields of the front matter; each map in it has its entries as children."""
    below: dict[str, list[types.DocumentSymbol]] = {"": []}
    keys = [path for path in found.text.places if path.endswith(":key")][:_MOST_SYMBOLS]
    for path in (key.removesuffix(":key") for key in keys):
        parent = next((other for other in _holders(path) if other in below), "")
        children: list[types.DocumentSymbol] = []
        below[path] = children
        name = path[len(parent) + 1 :] if parent else path
        below[parent].append(_field(found, path, name, children))
    return below[""]


def _holders(path: str) -> list[str]:
    """The paths that may hold a path, the longest first; a key may have dots in it."""
    cuts = [number for number, char in enumerate(path) if char == "."]
    return [path[:cut] for cut in reversed(cuts)]


def _field(
    found: OpenText, path: str, name: str, children: list[types.DocumentSymbol]
) -> types.DocumentSymbol:
    places, lines = found.text.places, found.text.lines
    key = places[f"{path}:key"]
    value = places.get(path, key)
    end = max((key.end_line, key.end_column), (value.end_line, value.end_column))
    whole = Place(line=key.line, column=key.column, end_line=end[0], end_column=end[1])
    scalar = value.line == value.end_line and value.line < len(lines)
    detail = lines[value.line][value.column : value.end_column] if scalar and value != key else ""
    return types.DocumentSymbol(
        name=plain(name, 100) or "?",
        detail=plain(detail, 100),
        kind=types.SymbolKind.Property,
        range=found.range_of(whole),
        selection_range=found.range_of(key),
        children=children,
    )


def _tree(found: OpenText, headings: list[Heading]) -> list[types.DocumentSymbol]:
    top: list[types.DocumentSymbol] = []
    open_: list[tuple[int, list[types.DocumentSymbol]]] = [(0, top)]
    for heading in headings:
        while open_[-1][0] >= heading.level:
            open_.pop()
        children: list[types.DocumentSymbol] = []
        open_[-1][1].append(
            types.DocumentSymbol(
                name=plain(heading.title, 100) or "#",
                kind=types.SymbolKind.String,
                range=found.lines(heading.line, heading.last_line),
                selection_range=found.lines(heading.line, heading.line),
                children=children,
            )
        )
        open_.append((heading.level, children))
    return top
