"""The standard methods that the server answers, registered in one place.

Owns the list of features. Does nothing itself: each entry calls the module that owns the matter.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lsprotocol import types

from backend_specialist.lsp.code_actions import KINDS, CodeActions
from backend_specialist.lsp.contents import SCHEME, Contents
from backend_specialist.lsp.progress import session_of
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.sessions.supervisor import Refused, Supervisor

SECTION = "backendSpecialist"

Settle = Callable[[object], Awaitable[None]]

log = logging.getLogger(__name__)


def register(
    server: SpecialistServer,
    *,
    actions: CodeActions,
    contents: Contents,
    supervisor: Supervisor,
    settle: Settle,
) -> None:
    """Register everything; called once, before the server runs."""
    _register_settings(server, settle)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=list(KINDS))
    )
    def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        return actions.offer(params)

    @server.feature(
        types.WORKSPACE_TEXT_DOCUMENT_CONTENT, types.TextDocumentContentOptions(schemes=[SCHEME])
    )
    async def text_document_content(
        params: types.TextDocumentContentParams,
    ) -> types.TextDocumentContentResult:
        try:
            return types.TextDocumentContentResult(text=await contents.text(params.uri))
        except Refused as refused:
            return types.TextDocumentContentResult(text=f"{refused}\n")

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    async def cancel_progress(params: types.WorkDoneProgressCancelParams) -> None:
        session_id = session_of(params.token)
        if session_id is not None:
            await supervisor.cancel(session_id)


def _register_settings(server: SpecialistServer, settle: Settle) -> None:
    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        server.settling = asyncio.ensure_future(_settle_first(server, settle))
        await server.settling

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def changed(params: types.DidChangeConfigurationParams) -> None:
        said = params.settings
        pushed = said.get(SECTION) if isinstance(said, Mapping) else None
        if isinstance(pushed, Mapping):
            await settle(_over(server.options, pushed))
        else:
            await settle(await _pulled(server, server.options))


async def _settle_first(server: SpecialistServer, settle: Settle) -> None:
    await settle(await _pulled(server, server.options))


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
