"""The commands of ``workspace/executeCommand``.

Owns the translation of a command into a call, and of its result into JSON. All return at once: what takes long
runs in the session's own task.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from backend_specialist.domain.ports import TrustRefused
from backend_specialist.domain.proposal import Answer
from backend_specialist.lsp.approvals import Approvals
from backend_specialist.lsp.arguments import COMMANDS, PREFIX, checked
from backend_specialist.lsp.contents import Contents
from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.errors import InvalidArgument
from backend_specialist.lsp.picking import Picker
from backend_specialist.lsp.recipe_actions import RecipeActions
from backend_specialist.lsp.requested import Requested
from backend_specialist.lsp.rights import Rights
from backend_specialist.lsp.uris import path_of
from backend_specialist.sessions.catalog import Catalog
from backend_specialist.sessions.stored import Refused
from backend_specialist.sessions.supervisor import Supervisor

Arguments = Mapping[str, Any]

_DECISIONS = ("applyAll", "review", "reject", "apply")
_PERMISSIONS = ("once", "session", "reject")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


async def _nothing(*_: str) -> None:
    return None


class Commands:
    """``run`` is called for each command, with its raw JSON arguments. ``on_trust`` is awaited when the
    trust in a root has changed, ``on_deleted`` when a session (id) was deleted.
    """

    def __init__(  # noqa: PLR0913 - one part for each kind of command
        self,
        supervisor: Supervisor,
        approvals: Approvals,
        contents: Contents,
        *,
        catalog: Catalog,
        documents: Documents,
        rights: Rights,
        recipes: RecipeActions,
        picker: Picker,
    ) -> None:
        self._recipes = recipes
        self._rights = rights
        self._picker = picker
        self._supervisor = supervisor
        self._approvals = approvals
        self._contents = contents
        self._catalog = catalog
        self.on_trust: Callable[[], Awaitable[None]] = _nothing
        self.on_deleted: Callable[[str], Awaitable[None]] = _nothing
        self._requested = Requested(documents, catalog)
        self._table: Mapping[str, Callable[[Arguments], Awaitable[object]]] = {
            "run": self._run,
            "pickRecipe": self._pick_recipe,
            "reply": self._reply,
            "cancel": self._cancel,
            "review": self._review,
            "answer": self._answer,
            "revert": self._revert,
            "listSessions": self._list_sessions,
            "showTranscript": self._show_transcript,
            "showDeliverable": self._show_deliverable,
            "saveDeliverable": self._save_deliverable,
            "deleteSession": self._delete_session,
            "listRecipes": self._list_recipes,
            "listAgents": self._list_agents,
            "useAgent": self._use_agent,
            "showPermissions": self._show_permissions,
            "listApprovals": self._list_approvals,
            "revokeApproval": self._revoke_approval,
            "explainPermission": self._explain_permission,
            "trust": self._trust,
        }

    async def run(self, name: str, arguments: list[Any]) -> object:
        """Run one command; raises :class:`InvalidArgument`."""
        if name not in COMMANDS:
            raise InvalidArgument("command", f"There is no command {name!r}.")
        short = name.removeprefix(PREFIX)
        try:
            return await self._table[short](checked(short, arguments))
        except Refused as refused:
            raise InvalidArgument(refused.key, str(refused)) from refused

    # ------------------------------------------------------------ sessions

    async def _run(self, given: Arguments) -> object:
        return {"sessionId": await self._supervisor.run(await self._requested.task(given))}

    async def _pick_recipe(self, given: Arguments) -> object:
        return {"recipes": self._picker.open(given, lambda it: self.run(f"{PREFIX}run", [it]))}

    async def _reply(self, given: Arguments) -> object:
        if not given["text"].strip():
            raise InvalidArgument("text", "The reply is empty; say what the specialist should do.")
        await self._supervisor.reply(given["sessionId"], given["text"])
        return {"sessionId": given["sessionId"]}

    async def _cancel(self, given: Arguments) -> object:
        return {"cancelled": await self._supervisor.cancel(given.get("sessionId"))}

    async def _review(self, given: Arguments) -> object:
        return {"sessionId": await self._approvals.open(given.get("sessionId"))}

    async def _answer(self, given: Arguments) -> object:
        if ("proposalId" in given) == ("requestId" in given):
            raise InvalidArgument("proposalId", "Name either the proposalId or the requestId.")
        session_id = given["sessionId"]
        if "proposalId" in given:
            await self._supervisor.answer(session_id, _answer_of(given))
        else:
            text = _request_answer(given)
            await self._supervisor.answer_request(session_id, given["requestId"], text)
        return {"sessionId": session_id}

    async def _revert(self, given: Arguments) -> object:
        return {"sessionId": await self._supervisor.revert(given["sessionId"])}

    async def _list_sessions(self, given: Arguments) -> object:
        return await self._supervisor.queries.sessions(given.get("sessionId"))

    async def _show_transcript(self, given: Arguments) -> object:
        return {"uri": await self._contents.show("transcript", given["sessionId"])}

    async def _show_deliverable(self, given: Arguments) -> object:
        return {"uri": await self._contents.show("deliverable", given["sessionId"])}

    async def _save_deliverable(self, given: Arguments) -> object:
        session_id, path = given["sessionId"], given["path"]
        return {"sessionId": await self._supervisor.save_deliverable(session_id, path)}

    async def _delete_session(self, given: Arguments) -> object:
        deleted = await self._supervisor.delete(given["sessionId"])
        await self.on_deleted(given["sessionId"])
        return {"deleted": deleted}

    # ------------------------------------------------------------ agents, recipes and rights

    async def _list_recipes(self, given: Arguments) -> object:
        recipes = self._catalog.recipes()
        if "place" in given:
            document, selection, diagnostics = await self._requested.place(given["place"])
            has_diagnostic = bool(diagnostics)
            recipes = self._recipes.fitting(document, selection, has_diagnostic=has_diagnostic)
        return [
            {
                "name": recipe.name,
                "title": recipe.title,
                "description": recipe.description,
                "kind": recipe.kind,
                "when": recipe.when,
                "source": recipe.source,
            }
            for recipe in recipes
        ]

    async def _list_agents(self, _: Arguments) -> object:
        return [
            {
                "name": agent.name,
                "description": agent.description,
                "mode": agent.mode,
                "model": agent.model,
                "source": agent.source,
                "permissions": self._rights.overview(agent),
            }
            for agent in self._catalog.agents()
            if not agent.hidden
        ]

    async def _use_agent(self, given: Arguments) -> object:
        agent = self._requested.agent(given["agent"])
        self._catalog.choose(agent.name)
        return {"agent": agent.name}

    async def _show_permissions(self, given: Arguments) -> object:
        agent = self._requested.agent(given.get("agent"))
        text = f"# What {agent.name} may do\n\n{self._rights.table(agent)}\n"
        name = f"permissions-{_NOT_IN_A_NAME.sub('-', agent.name)}.md"
        return {"uri": await self._contents.show_text("agents", name, text)}

    async def _explain_permission(self, given: Arguments) -> object:
        agent = self._requested.agent(given.get("agent"))
        return self._rights.explain(agent, given["permission"], given["subject"])

    async def _list_approvals(self, _: Arguments) -> object:
        return self._supervisor.approvals()

    async def _revoke_approval(self, given: Arguments) -> object:
        return {"revoked": await self._supervisor.revoke(given["approvalId"])}

    async def _trust(self, given: Arguments) -> object:
        path = path_of(given["rootUri"])
        if path is None:
            raise InvalidArgument("rootUri", f"{given['rootUri']!r} is not the URI of a folder.")
        try:
            await asyncio.to_thread(self._catalog.trust, path, trusted=given["trusted"])
        except TrustRefused as refused:
            raise InvalidArgument("rootUri", str(refused)) from refused
        await self.on_trust()
        return {"rootUri": given["rootUri"], "trusted": given["trusted"]}


def _answer_of(given: Arguments) -> Answer:
    decision = given.get("decision")
    if decision not in _DECISIONS:
        raise InvalidArgument("decision", f"'decision' must be one of {', '.join(_DECISIONS)}.")
    hunks = given.get("hunks") or []
    if not all(isinstance(item, str) for item in hunks):
        raise InvalidArgument("hunks", "'hunks' must be a list of hunk ids.")
    if decision == "apply" and not hunks:
        raise InvalidArgument("hunks", "'apply' needs the ids of the hunks; use 'reject' for none.")
    return Answer(
        proposal_id=given["proposalId"],
        decision=decision,
        hunks=frozenset(hunks),
        reason=str(given.get("reason", "")).strip(),
    )


def _request_answer(given: Arguments) -> str | None:
    if "decision" not in given:
        text: str | None = given.get("text")
        return text
    if given["decision"] not in _PERMISSIONS:
        raise InvalidArgument("decision", f"'decision' must be one of {', '.join(_PERMISSIONS)}.")
    return str(given["decision"])
