"""The standard methods for agent and recipe files.

Owns the list of them, apart from what other files have as well: code actions, code lenses and diagnostics. Does nothing
itself, and imports nothing that does: the features are loaded behind the answer to ``initialize``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from lsprotocol import types

from backend_specialist.lsp.server import SpecialistServer

if TYPE_CHECKING:
    from backend_specialist.lsp.agent_language.language import AgentLanguage

Load = Callable[[], Awaitable["AgentLanguage"]]


def register(server: SpecialistServer, load: Load) -> None:
    """Register everything; called once, before the server runs."""

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        return (await load()).outline.symbols(params)

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folding(params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
        return (await load()).outline.folding(params)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return (await load()).hover.answer(params)

    @server.feature(types.TEXT_DOCUMENT_COMPLETION)
    async def completion(params: types.CompletionParams) -> types.CompletionList | None:
        return (await load()).completion.answer(params)
