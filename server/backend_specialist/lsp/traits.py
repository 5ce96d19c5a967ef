"""What the connected editor can do: what it said, corrected by what is known of it by name.

Owns the lists of editor names. Reads the raw ``initialize`` parameters and asks the editor nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backend_specialist.domain.ports import EditorTraits

# Editors whose preview was seen to ask before it applies. Others advertise annotations and apply at once.
ASKS_BY_PREVIEW = frozenset(
    {
        "Visual Studio Code",
        "Visual Studio Code - Insiders",
        "code-server",
        "VSCodium",
        "Cursor",
        "Windsurf",
    }
)
# They do not advertise `documentChanges` and process them all the same.
PROCESSES_DOCUMENT_CHANGES = frozenset({"Neovim"})
# It shows documents without saying so.
SHOWS_DOCUMENTS = frozenset({"helix"})
# It answers `window/showMessageRequest` with "method not found".
NO_MESSAGE_REQUESTS = frozenset({"helix"})
DRAWABLE = frozenset({"proposal", "question", "permission", "error", "preview"})
"""What a client may say that it draws; with ``preview`` it asks before it applies an edit that needs it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientProfile:
    """The editor as the protocol edge sees it.

    ``asks_unsolicited``: a question may appear by itself without taking the user's keystrokes.
    """

    traits: EditorTraits = field(default_factory=EditorTraits)
    document_changes: bool = False
    asks_unsolicited: bool = False
    message_requests: bool = True
    shows_documents: bool = False
    content_provider: bool = False
    progress: bool = False
    configuration: bool = False
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False

    def drawing(self, kinds: Iterable[str]) -> ClientProfile:
        """Give the profile of a client that draws these kinds of question itself."""
        return replace(self, traits=replace(self.traits, draws=DRAWABLE & frozenset(kinds)))


def profile_of(params: Mapping[str, Any]) -> ClientProfile:
    """Read the parameters of ``initialize``; anything malformed counts as absent."""
    name = _text(_at(params, "clientInfo", "name"))
    said = _mapping(params.get("capabilities"))
    return ClientProfile(
        traits=_traits(name, said, params.get("initializationOptions")),
        document_changes=_document_changes(name, said),
        asks_unsolicited=name in ASKS_BY_PREVIEW,
        message_requests=name not in NO_MESSAGE_REQUESTS,
        shows_documents=name in SHOWS_DOCUMENTS
        or _at(said, "window", "showDocument", "support") is True,
        content_provider=isinstance(_at(said, "workspace", "textDocumentContent"), Mapping),
        progress=_at(said, "window", "workDoneProgress") is True,
        configuration=_at(said, "workspace", "configuration") is True,
        pulls_diagnostics=isinstance(_at(said, "textDocument", "diagnostic"), Mapping),
        refreshes_diagnostics=_at(said, "workspace", "diagnostics", "refreshSupport") is True,
    )


def _traits(name: str, said: Mapping[str, Any], options: object) -> EditorTraits:
    operations = _at(said, "workspace", "workspaceEdit", "resourceOperations")
    known = operations if isinstance(operations, list) else []
    structured = _document_changes(name, said)
    annotates = isinstance(
        _at(said, "workspace", "workspaceEdit", "changeAnnotationSupport"), Mapping
    )
    draws = _draws(options)
    return EditorTraits(
        name=name,
        applies_edits=_at(said, "workspace", "applyEdit") is True,
        creates_files=structured and "create" in known,
        deletes_files=structured and "delete" in known,
        confirms_edits=structured and annotates and (name in ASKS_BY_PREVIEW or "preview" in draws),
        draws=draws,
    )


def _document_changes(name: str, said: Mapping[str, Any]) -> bool:
    return (
        name in PROCESSES_DOCUMENT_CHANGES
        or _at(said, "workspace", "workspaceEdit", "documentChanges") is True
    )


def _draws(options: object) -> frozenset[str]:
    wanted = _mapping(options).get("ui")
    if not isinstance(wanted, list):
        return frozenset()
    return DRAWABLE & {one for one in wanted if isinstance(one, str)}


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = _mapping(value).get(key)
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
