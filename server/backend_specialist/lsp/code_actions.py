"""Code actions: fitting recipes on a selection, what waits for the user, tasks and fixes of agent files.

Owns which actions are offered where. Calls no model and reads no disk: it answers from what is in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from lsprotocol import types

from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.proposal import Proposal
from backend_specialist.lsp.actions import action, is_wanted
from backend_specialist.lsp.agent_language.fixes import Fixes
from backend_specialist.lsp.approvals import Approvals
from backend_specialist.lsp.interrupted import Interrupted
from backend_specialist.lsp.questions import summary
from backend_specialist.lsp.recipe_actions import RecipeActions
from backend_specialist.sessions.events import Event, Kind

Offer = Callable[[types.CodeActionParams], Iterable[types.CodeAction]]


class CodeActions:
    """Answers ``textDocument/codeAction``; ``others`` offer what needs no more than the request."""

    def __init__(
        self,
        recipes: RecipeActions,
        approvals: Approvals,
        interrupted: Interrupted,
        fixes: Fixes,
        others: Sequence[Offer],
    ) -> None:
        self._recipes = recipes
        self._approvals = approvals
        self._interrupted = interrupted
        self._others = others
        self._fixes = fixes

    def offer(
        self, params: types.CodeActionParams, document: Snapshot | None
    ) -> list[types.CodeAction]:
        """Give the actions for a place in a document, if that is open; none is ever preferred."""
        actions = [
            one
            for session_id, event in self._approvals.waiting()
            for one in self._pending(session_id, event)
        ]
        actions += [
            action(f"Review the edits of “{title}”", "review", {"sessionId": session_id})
            for session_id, title in self._interrupted.sessions()
        ]
        actions += self._fixes.offer(params, document)
        actions += [one for offer in self._others for one in offer(params)]
        wanted = partial(is_wanted, only=params.context.only)
        if document is not None:
            more = self._approvals.asks
            actions += self._recipes.offer(params, document, wanted=wanted, more=more)
        return [one for one in actions if wanted(str(one.kind))]

    def _pending(self, session_id: str, event: Event) -> list[types.CodeAction]:
        argument = {"sessionId": session_id}
        if event.kind is not Kind.PROPOSAL:
            return [action("Answer the specialist", "review", argument)]
        proposal: Proposal = event.source
        actions = [action(f"Review proposed edits ({summary(proposal)})", "review", argument)]
        if not self._approvals.asks and self._approvals.opened(session_id):
            named = {**argument, "proposalId": proposal.id}
            actions += [
                action("Apply proposed edits", "answer", {**named, "decision": "applyAll"}),
                action("Reject proposed edits", "answer", {**named, "decision": "reject"}),
            ]
        return actions
