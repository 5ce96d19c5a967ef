"""The picker behind *More…*: a question about which recipe to run, in an editor that has no list of its own.

Owns that question. It opens because the user asked for it, and an answer runs the recipe as the code action would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from backend_specialist.lsp.errors import InvalidArgument
from backend_specialist.lsp.recipe_actions import RecipeActions
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.sessions.catalog import Catalog

Run = Callable[[Mapping[str, Any]], Awaitable[object]]


class Picker:
    """Asks one question at a time; a newer one takes the place of one that is open."""

    def __init__(self, server: SpecialistServer, catalog: Catalog, recipes: RecipeActions) -> None:
        self._server = server
        self._catalog = catalog
        self._recipes = recipes
        self._asking: asyncio.Task[None] | None = None

    def open(self, given: Mapping[str, Any], run: Run) -> list[str]:
        """Ask in the background; gives the names of the recipes that there are to choose from."""
        place = {key: value for key, value in given.items() if key != "recipes"}
        known = {each.name: each for each in self._catalog.recipes()}
        named = [known[name] for name in map(str, given["recipes"]) if name in known]
        titles = {self._recipes.title(each): each.name for each in named}
        if not titles:
            raise InvalidArgument("recipes", "None of these recipes is there any more.")
        if self._asking is not None:
            self._asking.cancel()
        asking = self._ask(titles, lambda name: run({**place, "recipe": name}))
        self._asking = asyncio.create_task(asking, name="pick a recipe")
        return list(titles.values())

    async def _ask(
        self, titles: Mapping[str, str], run: Callable[[str], Awaitable[object]]
    ) -> None:
        question = "Backend Specialist: which recipe?"
        answer = await self._server.requests.choose(question, list(titles))
        if answer.value is None:
            return
        try:
            await run(titles[answer.value])
        except InvalidArgument as error:
            self._server.say(str(error))
