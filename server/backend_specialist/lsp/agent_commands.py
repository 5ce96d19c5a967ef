"""The commands about agents, recipes and what they may do.

Owns the translation of each into a call, and of its result into JSON. Runs no session. Checks no shape:
``lsp.arguments`` did.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

from backend_specialist.domain.ports import TrustRefused
from backend_specialist.lsp.arguments import Arguments, Command
from backend_specialist.lsp.contents import Contents
from backend_specialist.lsp.errors import InvalidArgument
from backend_specialist.lsp.recipe_actions import RecipeActions
from backend_specialist.lsp.requested import Requested
from backend_specialist.lsp.rights import Rights
from backend_specialist.lsp.uris import path_of
from backend_specialist.sessions.catalog import Catalog

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


async def _nothing() -> None:
    return None


class AgentCommands:
    """``table`` has them by name; ``on_trust`` is awaited when the trust in a root has changed."""

    def __init__(
        self,
        catalog: Catalog,
        contents: Contents,
        requested: Requested,
        *,
        rights: Rights,
        recipes: RecipeActions,
    ) -> None:
        self._catalog = catalog
        self._contents = contents
        self._requested = requested
        self._rights = rights
        self._recipes = recipes
        self.on_trust: Callable[[], Awaitable[None]] = _nothing
        self.table: Mapping[str, Command] = {
            "listRecipes": self._list_recipes,
            "listAgents": self._list_agents,
            "useAgent": self._use_agent,
            "showPermissions": self._show_permissions,
            "explainPermission": self._explain_permission,
            "trust": self._trust,
        }

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
