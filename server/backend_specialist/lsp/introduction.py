"""What the server says of itself in its answer to ``initialize``.

Owns the answer, which is the same for every editor but for the encoding of positions. So what the editor can do is not
read here: to make objects of all of it keeps the event loop busy, and nobody would look at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder

if TYPE_CHECKING:
    from backend_specialist.lsp.server import SpecialistServer


def introduction(server: SpecialistServer) -> types.InitializeResult:
    """Give the answer of a server with all its features registered."""
    protocol = server.protocol
    registered = protocol.fm
    builder = ServerCapabilitiesBuilder(
        types.ClientCapabilities(),
        {*registered.features, *registered.builtin_features},
        registered.feature_options,
        [],
        types.TextDocumentSyncKind.Incremental,
        position_encoding=types.PositionEncodingKind(server.documents.encoding),
    )
    capabilities: types.ServerCapabilities = builder.build()  # type: ignore[no-untyped-call] # pygls does not say
    capabilities.execute_command_provider = types.ExecuteCommandOptions(
        commands=list(server.commands)
    )
    # pygls takes the options of this feature and never says them, so no editor would ask for our documents.
    if capabilities.workspace is not None:
        capabilities.workspace.text_document_content = registered.feature_options.get(
            types.WORKSPACE_TEXT_DOCUMENT_CONTENT
        )
    return types.InitializeResult(capabilities=capabilities, server_info=protocol.server_info)
