"""Recipes as code actions: the few that fit a place best, and the others behind one action.

Owns their choice and their words. Calls no model and reads no disk: what is asked at each move of a cursor is answered
from memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lsprotocol import types

from backend_specialist.domain.display import plain
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.recipe import MOST_OFFERED, Recipe, fitting
from backend_specialist.lsp.actions import action
from backend_specialist.lsp.convert import from_position
from backend_specialist.lsp.documents import Documents
from backend_specialist.sessions.catalog import Catalog
from backend_specialist.sessions.labels import label_of
from backend_specialist.sessions.stacks import Stacks

MOST_LOOKED_AT = 20_000
_NAME = "Backend Specialist"
_MORE_KIND = "refactor.rewrite"


class RecipeActions:
    """Gives the actions of recipes for a place."""

    def __init__(self, documents: Documents, catalog: Catalog, stacks: Stacks) -> None:
        self._documents = documents
        self._catalog = catalog
        self._stacks = stacks

    def offer(
        self,
        params: types.CodeActionParams,
        document: Snapshot,
        *,
        wanted: Callable[[str], bool],
        more: bool,
    ) -> list[types.CodeAction]:
        """At most six of the kinds that are ``wanted``, and with ``more`` one for all that are left."""
        place = _place(params, document.version)
        fitting_here = self.fitting(
            document,
            self._offsets(params.range, document),
            has_diagnostic=bool(params.context.diagnostics),
        )
        recipes = [each for each in fitting_here if wanted(each.kind)]
        actions = [
            action(f"{_NAME}: {self.title(each)}", "run", {"recipe": each.name, **place}, each.kind)
            for each in recipes[:MOST_OFFERED]
        ]
        left = [each.name for each in recipes[MOST_OFFERED:]]
        if left and more:
            argument = {"recipes": left, **place}
            actions.append(action(f"{_NAME}: More…", "pickRecipe", argument, _MORE_KIND))
        return actions

    def title(self, recipe: Recipe) -> str:
        """What a recipe is called, with its source if it is not ours."""
        title = plain(recipe.title, 100)
        if recipe.source == "built-in":
            return title
        return f"{title} ({plain(label_of(self._documents.roots, recipe.source), 100)})"

    def fitting(
        self,
        document: Snapshot | None,
        selection: tuple[int, int] | None,
        *,
        has_diagnostic: bool,
    ) -> tuple[Recipe, ...]:
        """The recipes for a place, best first; ``selection`` are offsets, and without a document few fit."""
        start, end = selection or (0, 0)
        return fitting(
            self._catalog.recipes(),
            has_selection=start != end,
            has_diagnostic=has_diagnostic,
            language=document.language if document else None,
            # The beginning is enough, and nothing of it is sent anywhere.
            text=document.text[start : min(end, start + MOST_LOOKED_AT)] if document else "",
            stack=self._stacks.words(document.path) if document else frozenset(),
        )

    def _offsets(self, span: types.Range, document: Snapshot) -> tuple[int, int]:
        start, end = (
            document.index.offset_at(from_position(place), self._documents.encoding)
            for place in (span.start, span.end)
        )
        return start, end


def _place(params: types.CodeActionParams, version: int | None) -> Mapping[str, Any]:
    """The place as ``run`` takes it."""
    return {
        "uri": params.text_document.uri,
        "range": _range(params.range),
        "version": version,
        "diagnostics": [_diagnostic(each) for each in params.context.diagnostics[:20]],
    }


def _diagnostic(diagnostic: types.Diagnostic) -> Mapping[str, Any]:
    return {
        "message": diagnostic.message,
        "severity": int(diagnostic.severity or types.DiagnosticSeverity.Error),
        "source": diagnostic.source or "",
        "range": _range(diagnostic.range),
    }


def _range(span: types.Range) -> Mapping[str, Any]:
    start, end = (
        {"line": each.line, "character": each.character} for each in (span.start, span.end)
    )
    return {"start": start, "end": end}
