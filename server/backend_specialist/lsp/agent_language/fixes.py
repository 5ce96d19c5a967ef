"""Quick fixes and refactorings of agent and recipe files.

Owns their form in the protocol. What they change is said where the problem is found; the editor makes the change.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from backend_specialist.domain.agent import Fix, Place
from backend_specialist.domain.document import Snapshot, newline_of
from backend_specialist.lsp.agent_language.diagnostics import diagnostic
from backend_specialist.lsp.agent_language.texts import OpenText, OpenTexts


class Fixes:
    """Gives the actions for a place in an agent or recipe file; none is ever preferred."""

    def __init__(self, texts: OpenTexts) -> None:
        self._texts = texts

    def offer(
        self, params: types.CodeActionParams, document: Snapshot | None
    ) -> list[types.CodeAction]:
        """Give what fits the range that the editor names in a document."""
        found = self._texts.of(document)
        return list(_actions(found, params.range)) if found else []


def _actions(found: OpenText, span: types.Range) -> Iterator[types.CodeAction]:
    lines = span.start.line, span.end.line
    titles: set[str] = set()
    for problem in found.text.item.problems:
        if not _overlaps(problem.place, *lines):
            continue
        for fix in problem.fixes:
            titles.add(fix.title)
            action = _action(found, fix, types.CodeActionKind.QuickFix.value)
            action.diagnostics = [diagnostic(found, problem)]
            yield action
    for path, fix in found.text.refactorings:
        key, value = found.text.places.get(f"{path}:key"), found.text.places.get(path)
        inside = any(place and _overlaps(place, *lines) for place in (key, value))
        if inside and fix.title not in titles:
            yield _action(found, fix, types.CodeActionKind.RefactorRewrite.value)


def _overlaps(place: Place, first: int, last: int) -> bool:
    """By lines: a cursor is somewhere in a line, and the problem elsewhere in it."""
    return place.line <= last and first <= place.end_line


def _action(found: OpenText, fix: Fix, kind: str) -> types.CodeAction:
    newline = newline_of(found.snapshot.text)
    edits = [
        types.TextEdit(range=found.range_of(each.place), new_text=each.text.replace("\n", newline))
        for each in fix.replacements
    ]
    changes = {found.snapshot.uri: edits}
    return types.CodeAction(title=fix.title, kind=kind, edit=types.WorkspaceEdit(changes=changes))
