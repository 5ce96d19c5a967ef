"""The standard methods that the server answers, registered in one place.

Owns the list of features. Does nothing itself: each entry calls the module that owns the matter. Those modules are
not imported here: the editor has its answer to ``initialize`` while they are still loading.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lsprotocol import types

from backend_specialist.lsp.agent_language import registering
from backend_specialist.lsp.progress import session_of
from backend_specialist.lsp.server import NAME, SpecialistServer
from backend_specialist.lsp.uris import OUR_SCHEME

if TYPE_CHECKING:
    from backend_specialist.lsp.agent_language.language import AgentLanguage
    from backend_specialist.lsp.code_actions import CodeActions
    from backend_specialist.lsp.contents import Contents
    from backend_specialist.lsp.diagnostics import Diagnostics
    from backend_specialist.lsp.task_files import TaskFiles
    from backend_specialist.sessions.supervisor import Supervisor

SECTION = "backendSpecialist"

KINDS = (
    types.CodeActionKind.RefactorRewrite,
    types.CodeActionKind.QuickFix,
    types.CodeActionKind.Refactor,
    types.CodeActionKind.Source,
)


Layers = Sequence[object]


class Parts(Protocol):
    """Who is called."""

    @property
    def actions(self) -> CodeActions: ...  # noqa: D102 - named by its type
    @property
    def contents(self) -> Contents: ...  # noqa: D102
    @property
    def supervisor(self) -> Supervisor: ...  # noqa: D102
    @property
    def language(self) -> AgentLanguage: ...  # noqa: D102
    @property
    def tasks(self) -> TaskFiles: ...  # noqa: D102
    @property
    def diagnostics(self) -> Diagnostics: ...  # noqa: D102

    async def settle(self, layers: Layers | None) -> None:
        """Take layers of settings, later ones over earlier ones; ``None`` stands for those of last time."""
        ...


Load = Callable[[], Awaitable[Parts]]
"""Gives the parts, at once when they are loaded; those who wait go on in the order in which they came."""


def register(server: SpecialistServer, load: Load) -> None:
    """Register everything; called once, before the server runs."""
    _register_settings(server, load)
    _register_diagnostics(server, load)

    async def language() -> AgentLanguage:
        return (await load()).language

    registering.register(server, language)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=list(KINDS))
    )
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        # The positions of the request are those of this moment, whatever is typed until the parts are there. What
        # needs no text is offered without one.
        document = server.documents.readable_at(params.text_document.uri)
        return (await load()).actions.offer(params, document)

    @server.feature(
        types.WORKSPACE_TEXT_DOCUMENT_CONTENT,
        types.TextDocumentContentOptions(schemes=[OUR_SCHEME]),
    )
    async def text_document_content(
        params: types.TextDocumentContentParams,
    ) -> types.TextDocumentContentResult:
        contents = (await load()).contents
        return types.TextDocumentContentResult(text=await contents.text(params.uri))

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    async def cancel_progress(params: types.WorkDoneProgressCancelParams) -> None:
        session_id = session_of(params.token)
        if session_id is not None:
            await (await load()).supervisor.cancel(session_id)


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

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: types.CodeLensParams) -> list[types.CodeLens] | None:
        parts = await load()
        return parts.language.lenses.answer(params) or parts.tasks.lenses(params)


def _register_settings(server: SpecialistServer, load: Load) -> None:
    async def settle(given: Awaitable[Layers | None]) -> None:
        server.settling = asyncio.ensure_future(_settled(load, given, after=server.settling))
        # Only the end of the server cancels this, and pygls would write the cancellation to the log as an error.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(server.settling)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        await settle(_pulled(server))

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def changed(params: types.DidChangeConfigurationParams) -> None:
        said = params.settings
        pushed = said.get(SECTION) if isinstance(said, Mapping) else None
        await settle(_pulled(server) if pushed is None else _given(server.options, pushed))

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(_: types.DidChangeWorkspaceFoldersParams) -> None:
        await settle(_last_time())


async def _settled(
    load: Load, given: Awaitable[Layers | None], after: asyncio.Future[None] | None
) -> None:
    """In the order in which they came; the parts are loaded while the editor says what the settings are."""
    parts, layers = await asyncio.gather(load(), given)
    if after is not None:
        await asyncio.wait({after})
    await parts.settle(layers)


async def _last_time() -> None:
    return None


async def _given(options: Mapping[str, Any], settings: object) -> Layers:
    """The editor's settings over the initialisation options, but for ``trusted``: settings may be a workspace's."""
    if isinstance(settings, Mapping):
        settings = {key: value for key, value in settings.items() if key != "trusted"}
    return (options, settings)


async def _pulled(server: SpecialistServer) -> Layers:
    """The initialisation options, and the editor's settings over them where the editor can be asked."""
    if not server.profile.configuration:
        return (server.options,)
    params = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION)])
    answer = await server.requests.ask(types.WORKSPACE_CONFIGURATION, params)
    pulled = answer.value[0] if isinstance(answer.value, list) and answer.value else None
    return await _given(server.options, pulled)
