"""The lines above an agent file: use it, and see what it may do.

Owns which there are. The commands behind them are ``lsp.agent_commands``'.
"""

from __future__ import annotations

from lsprotocol import types

from backend_specialist.domain.agent import AgentDefinition, Place
from backend_specialist.lsp.agent_language.texts import OpenTexts
from backend_specialist.lsp.arguments import PREFIX

_TOP = Place(line=0, column=0, end_line=0, end_column=0)
_LENSES = (("Use this agent", "useAgent"), ("Show effective permissions", "showPermissions"))


class Lenses:
    """Answers ``textDocument/codeLens``."""

    def __init__(self, texts: OpenTexts) -> None:
        self._texts = texts

    def answer(self, params: types.CodeLensParams) -> list[types.CodeLens] | None:
        """Give the lenses of an agent file; a recipe has none."""
        found = self._texts.at(params.text_document.uri)
        if found is None or not isinstance(found.text.item, AgentDefinition):
            return None
        argument = {"agent": found.text.item.name}
        return [
            types.CodeLens(
                range=found.range_of(_TOP),
                command=types.Command(title=title, command=PREFIX + name, arguments=[argument]),
            )
            for title, name in _LENSES
        ]
