"""The commands of ``workspace/executeCommand``.

Owns their dispatch: a name with raw arguments becomes one checked call. What a command does belongs to
``lsp.session_commands`` and ``lsp.agent_commands``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.lsp.arguments import COMMANDS, PREFIX, Arguments, Command, checked
from backend_specialist.lsp.errors import InvalidArgument
from backend_specialist.lsp.picking import Picker
from backend_specialist.sessions.stored import Refused


class Commands:
    """Runs the commands of these tables, and the picker, whose answer is a command again."""

    def __init__(self, *tables: Mapping[str, Command], picker: Picker) -> None:
        self._picker = picker
        self._table: dict[str, Command] = {"pickRecipe": self._pick_recipe}
        for table in tables:
            self._table.update(table)

    async def run(self, name: str, arguments: list[Any]) -> object:
        """Run one command, with its raw JSON arguments; raises :class:`InvalidArgument`."""
        if name not in COMMANDS:
            raise InvalidArgument("command", f"There is no command {name!r}.")
        short = name.removeprefix(PREFIX)
        try:
            return await self._table[short](checked(short, arguments))
        except Refused as refused:
            raise InvalidArgument(refused.key, str(refused)) from refused

    async def _pick_recipe(self, given: Arguments) -> object:
        return {"recipes": self._picker.open(given, lambda it: self.run(f"{PREFIX}run", [it]))}
