"""The standard methods that the server answers, registered in one place.

Owns the list of features. Does nothing itself: each entry calls the module that owns the matter. Those modules are
not imported here: the editor has its answer to ``initialize`` while they are still loading.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from lsprotocol import types

from backend_specialist.lsp.progress import session_of
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.lsp.uris import OUR_SCHEME

if TYPE_CHECKING:
    from backend_specialist.lsp.code_actions import CodeActions
    from backend_specialist.lsp.contents import Contents
    from backend_specialist.sessions.supervisor import Supervisor

SECTION = "backendSpecialist"

KINDS = (
    types.CodeActionKind.RefactorRewrite,
    types.CodeActionKind.QuickFix,
    types.CodeActionKind.Refactor,
    types.CodeActionKind.Source,
)


class Parts(Protocol):
    """Who is called."""

    @property
    def actions(self) -> CodeActions: ...  # noqa: D102 - named by its type
    @property
    def contents(self) -> Contents: ...  # noqa: D102
    @property
    def supervisor(self) -> Supervisor: ...  # noqa: D102

    async def settle(self, raw: object) -> None:
        """Take the settings."""
        ...


Load = Callable[[], Awaitable[Parts]]
"""Gives the parts, at once when they are loaded; those who wait go on in the order in which they came."""


def register(server: SpecialistServer, load: Load) -> None:
    """Register everything; called once, before the server runs."""
    _register_settings(server, load)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=list(KINDS))
    )
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        # The positions of the request are those of this moment, whatever is typed until the parts are there.
        document = server.documents.at(params.text_document.uri)
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


def _register_settings(server: SpecialistServer, load: Load) -> None:
    async def settle(
        said: Awaitable[Mapping[str, Any]], before: asyncio.Future[None] | None
    ) -> None:
        # The parts are loaded while the editor says what the settings are.
        parts, settings = await asyncio.gather(load(), said)
        if before is not None:
            await asyncio.wait([before])
        await parts.settle(settings)

    async def in_turn(said: Awaitable[Mapping[str, Any]]) -> None:
        """What was said later holds, however long it takes to learn what was said before."""
        server.settling = asyncio.ensure_future(settle(said, server.settling))
        await server.settling

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        await in_turn(_pulled(server, server.options))

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def changed(params: types.DidChangeConfigurationParams) -> None:
        said = params.settings
        pushed = said.get(SECTION) if isinstance(said, Mapping) else None
        await in_turn(
            _pushed(server, pushed)
            if isinstance(pushed, Mapping)
            else _pulled(server, server.options)
        )


async def _pushed(server: SpecialistServer, given: Mapping[str, Any]) -> Mapping[str, Any]:
    return _over(server.options, given)


async def _pulled(server: SpecialistServer, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The editor's settings over the initialisation options, where the editor can be asked."""
    if not server.profile.configuration:
        return options
    params = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION)])
    answer = await server.requests.ask(types.WORKSPACE_CONFIGURATION, params)
    given = answer.value[0] if isinstance(answer.value, list) and answer.value else None
    return _over(options, given) if isinstance(given, Mapping) else options


def _over(options: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The editor's settings over the initialisation options, but for ``trusted``: settings may be a workspace's."""
    return {**options, **given, "trusted": options.get("trusted")}
