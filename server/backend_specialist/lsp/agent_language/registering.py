"""The standard methods for agent and recipe files.

Owns the list of them, apart from code actions, which have more than this to offer. Does nothing itself, and imports
nothing that does: the features are loaded behind the answer to ``initialize``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from lsprotocol import types

from backend_specialist.lsp.server import NAME, SpecialistServer

if TYPE_CHECKING:
    from backend_specialist.lsp.agent_language.language import AgentLanguage

Load = Callable[[], Awaitable["AgentLanguage"]]


def register(server: SpecialistServer, load: Load) -> None:
    """Register everything; called once, before the server runs."""
    _register_diagnostics(server, load)

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

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: types.CodeLensParams) -> list[types.CodeLens] | None:
        return (await load()).lenses.answer(params)


def _register_diagnostics(server: SpecialistServer, load: Load) -> None:
    options = types.DiagnosticOptions(
        identifier=NAME, inter_file_dependencies=False, workspace_diagnostics=False
    )

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def pull(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return (await load()).diagnostics.pull(params)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        (await load()).diagnostics.push(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        (await load()).diagnostics.push(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        (await load()).diagnostics.withdraw(params.text_document.uri)
