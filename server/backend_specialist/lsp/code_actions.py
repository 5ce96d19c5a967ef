"""Code actions: fitting recipes on a selection, what waits for the user, and fixes of agent files.

Owns which actions are offered where. Calls no model and reads no disk: it answers from what is in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsprotocol import types

from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.proposal import Proposal
from backend_specialist.domain.recipe import Recipe, fitting
from backend_specialist.lsp.agent_language.fixes import Fixes
from backend_specialist.lsp.approvals import Approvals
from backend_specialist.lsp.arguments import PREFIX
from backend_specialist.lsp.convert import from_position
from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.interrupted import Interrupted
from backend_specialist.lsp.questions import summary
from backend_specialist.sessions.catalog import Catalog
from backend_specialist.sessions.events import Event, Kind

MOST_LOOKED_AT = 20_000


class CodeActions:
    """Answers ``textDocument/codeAction``."""

    def __init__(
        self,
        documents: Documents,
        catalog: Catalog,
        approvals: Approvals,
        interrupted: Interrupted,
        fixes: Fixes,
    ) -> None:
        self._documents = documents
        self._catalog = catalog
        self._approvals = approvals
        self._interrupted = interrupted
        self._fixes = fixes

    def offer(
        self, params: types.CodeActionParams, document: Snapshot | None
    ) -> list[types.CodeAction]:
        """Give the actions for a place in a document, if that is open; none is ever preferred."""
        actions = [
            action
            for session_id, event in self._approvals.waiting()
            for action in self._pending(session_id, event)
        ]
        actions += [
            _action(f"Review the edits of “{title}”", "review", {"sessionId": session_id})
            for session_id, title in self._interrupted.sessions()
        ]
        actions += self._fixes.offer(params, document)
        actions += self._recipes(params, document)
        only = params.context.only
        if not only:
            return actions
        return [action for action in actions if _wanted(str(action.kind), only)]

    # ------------------------------------------------------------ what waits

    def _pending(self, session_id: str, event: Event) -> list[types.CodeAction]:
        argument = {"sessionId": session_id}
        if event.kind is not Kind.PROPOSAL:
            return [_action("Answer the specialist", "review", argument)]
        proposal: Proposal = event.source
        actions = [_action(f"Review proposed edits ({summary(proposal)})", "review", argument)]
        if not self._approvals.asks and self._approvals.opened(session_id):
            named = {**argument, "proposalId": proposal.id}
            actions += [
                _action("Apply proposed edits", "answer", {**named, "decision": "applyAll"}),
                _action("Reject proposed edits", "answer", {**named, "decision": "reject"}),
            ]
        return actions

    # ------------------------------------------------------------ recipes

    def _recipes(
        self, params: types.CodeActionParams, document: Snapshot | None
    ) -> list[types.CodeAction]:
        if document is None:
            return []
        recipes = fitting(
            self._catalog.recipes(),
            has_selection=params.range.start != params.range.end,
            has_diagnostic=bool(params.context.diagnostics),
            language=document.language,
            text=self._selected(document, params.range),
        )
        return [_run(recipe, params, document.version) for recipe in recipes]

    def _selected(self, document: Snapshot, span: types.Range) -> str:
        """The beginning of the selected text; nothing of it is sent anywhere."""
        start, end = (
            document.index.offset_at(from_position(place), self._documents.encoding)
            for place in (span.start, span.end)
        )
        return document.text[start : min(end, start + MOST_LOOKED_AT)]


def _run(recipe: Recipe, params: types.CodeActionParams, version: int | None) -> types.CodeAction:
    span = params.range
    argument = {
        "recipe": recipe.name,
        "uri": params.text_document.uri,
        "range": {"start": _position(span.start), "end": _position(span.end)},
        "version": version,
        "diagnostics": [_diagnostic(each) for each in params.context.diagnostics[:20]],
    }
    title = recipe.title if recipe.source == "built-in" else f"{recipe.title} ({recipe.source})"
    return _action(f"Backend Specialist: {title}", "run", argument, recipe.kind)


def _position(position: types.Position) -> Mapping[str, int]:
    return {"line": position.line, "character": position.character}


def _diagnostic(diagnostic: types.Diagnostic) -> Mapping[str, Any]:
    return {
        "message": diagnostic.message,
        "severity": int(diagnostic.severity or types.DiagnosticSeverity.Error),
        "source": diagnostic.source or "",
        "range": {
            "start": _position(diagnostic.range.start),
            "end": _position(diagnostic.range.end),
        },
    }


def _action(
    title: str, command: str, argument: Mapping[str, Any], kind: str = "quickfix"
) -> types.CodeAction:
    call = types.Command(title=title, command=PREFIX + command, arguments=[dict(argument)])
    return types.CodeAction(title=title, kind=kind, command=call)


def _wanted(kind: str, only: Sequence[types.CodeActionKind | str]) -> bool:
    """Whether a kind is one of ``only`` or below it, as LSP's hierarchy of kinds says."""
    names = [each.value if isinstance(each, types.CodeActionKind) else each for each in only]
    return any(name in ("", kind) or kind.startswith(name + ".") for name in names)
