"""Editors as they were seen to behave, for the fake editor.

The capabilities of VS Code and of Neovim are captured: ``capabilities/`` holds what the real clients compute, each file
says by which call. Those of the others are what their sources say, as far as this server reads them. A function here is
an apply handler, or makes one: it plays what the editor does with an edit *and* what it says about it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.fake_editor import (
    NO_ANSWER,
    FakeEditor,
    Guise,
    Json,
    honest_apply,
    is_stale,
    operations_of,
    perform,
)

Apply = Callable[[FakeEditor, Json], Awaitable[Any]]

METHOD_NOT_FOUND = {"error": {"code": -32601, "message": "Method not found"}}


def captured(name: str) -> Guise:
    """A client with the capabilities that were captured from it."""
    said = json.loads((Path(__file__).parent / "capabilities" / f"{name}.json").read_text())
    return Guise(name=said["client"], capabilities=said["capabilities"])


def declared(*encodings: str, show_document: bool = True, **workspace: Any) -> Json:
    """The few capabilities that matter to this server."""
    return {
        "workspace": {"workspaceFolders": True, **workspace},
        "window": {"workDoneProgress": True, "showDocument": {"support": show_document}},
        "general": {"positionEncodings": list(encodings)},
    }


# ---------------------------------------------------------------- VS Code


async def vscode_apply(editor: FakeEditor, params: Json) -> Any:
    """A stale version is refused without a word; else the answer comes first and the change after it."""
    operations = operations_of(params)
    if any(is_stale(editor, operation) for operation in operations):
        return {"applied": False}
    for operation in operations:
        editor.after_answer(lambda operation=operation: perform(editor, operation))
    return {"applied": True}


def preview(ticked: Callable[[Json], bool]) -> Apply:
    """The Refactor Preview. All boxes begin unticked; ``ticked`` says which text edits the user ticks.

    To tick the text of a created file ticks the creation. Nothing ticked, and *Discard*, give the same ``false``.
    """

    async def apply(editor: FakeEditor, params: Json) -> Any:
        annotations = params["edit"].get("changeAnnotations", {})
        operations = operations_of(params)
        assert all(annotations[name]["needsConfirmation"] for name in annotation_ids(operations))
        kept = []
        for operation in operations:
            if "kind" in operation:
                kept.append(operation)
            elif edits := [edit for edit in operation["edits"] if ticked(edit)]:
                kept.append({**operation, "edits": edits})
        filled = {operation["textDocument"]["uri"] for operation in kept if "edits" in operation}
        kept = [one for one in kept if one.get("kind") != "create" or one["uri"] in filled]
        kept = [one for one in kept if one.get("kind") != "delete" or ticked(one)]
        if not kept:
            return {"applied": False}
        for operation in kept:
            editor.after_answer(lambda operation=operation: perform(editor, operation))
        return {"applied": True}

    return apply


def annotation_ids(operations: list[Json]) -> set[str]:
    """Every annotation that is named anywhere; Neovim 0.12 stops at one that is not defined."""
    parts = [part for operation in operations for part in (operation, *operation.get("edits", ()))]
    return {part["annotationId"] for part in parts if "annotationId" in part}


# ---------------------------------------------------------------- Neovim 0.11


def neovim_apply(*, attaches: bool = True) -> Apply:
    """The answer is always yes; the change is told later, versions jump, a buffer begins with one empty line.

    Only the first document is checked for its version. With ``attaches`` false the other documents have a file type
    that is not ours, so that they are edited in hidden buffers which the server is never told of.
    """

    async def apply(editor: FakeEditor, params: Json) -> Any:
        for number, operation in enumerate(operations_of(params)):
            if number == 0 and is_newer(editor, operation):
                continue
            editor.after_answer(
                lambda operation=operation: perform(
                    editor, operation, jump=5, opens=attaches, blank="\n"
                )
            )
        return {"applied": True}

    return apply


def is_newer(editor: FakeEditor, operation: Json) -> bool:
    """Whether the buffer is newer than the edit; version 0 never counts."""
    document = operation.get("textDocument", {})
    buffer = editor.buffers.get(document.get("uri", ""))
    return bool(document.get("version")) and buffer is not None and buffer[1] > document["version"]


# ---------------------------------------------------------------- Emacs, Helix, Kate


def eglot_declines(**said: Any) -> Apply:
    """The user says no in the minibuffer, and this is what comes back."""

    async def apply(editor: FakeEditor, params: Json) -> Any:
        return said if "error" in said else {**said}

    return apply


async def helix_apply(editor: FakeEditor, params: Json) -> Any:
    """Document by document; a stale one ends it, those before stay edited."""
    for number, operation in enumerate(operations_of(params)):
        if is_stale(editor, operation):
            reason = {"failureReason": "document has changed", "failedChange": number}
            return {"applied": False, **reason}
        perform(editor, operation)
    return {"applied": True}


async def method_not_found(editor: FakeEditor, params: Json) -> Any:
    """The editor knows no such request."""
    return METHOD_NOT_FOUND


async def never(editor: FakeEditor, params: Json) -> Any:
    """No answer, ever."""
    return NO_ANSWER


async def kate_apply(editor: FakeEditor, params: Json) -> Any:
    """An edit is taken only within two seconds of a command; created files do not exist for it."""
    if editor.now - editor.last_command > 2:
        return {"applied": False}
    return await honest_apply(editor, params)


# ---------------------------------------------------------------- the guises

_FILES = ["create", "rename", "delete"]


def vscode(**options: Any) -> Guise:
    return replace(captured("vscode"), apply=vscode_apply, options=options)


def neovim(**options: Any) -> Guise:
    return replace(captured("neovim"), apply=neovim_apply(), options=options)


def eglot(**options: Any) -> Guise:
    """eglot 1.17: no resource operations."""
    said = declared(
        "utf-32", "utf-8", "utf-16", applyEdit=True, workspaceEdit={"documentChanges": True}
    )
    return Guise(name="Eglot", capabilities=said, apply=honest_apply, options=options)


def helix(**options: Any) -> Guise:
    """Helix 25.01: no questions; shows documents without saying so."""
    said = declared(
        "utf-8",
        "utf-32",
        "utf-16",
        show_document=False,
        applyEdit=True,
        workspaceEdit={
            "documentChanges": True,
            "resourceOperations": _FILES,
            "failureHandling": "abort",
        },
    )
    others = {"window/showMessageRequest": method_not_found}
    return Guise(name="helix", capabilities=said, apply=helix_apply, others=others, options=options)


def kate(*, applies: bool, **options: Any) -> Guise:
    """Kate says neither its name nor that it applies edits, though it does; ``applies`` has it say so."""
    said = declared("utf-16", applyEdit=applies)
    others = {"window/showDocument": never}
    return Guise(
        name="",
        capabilities=said,
        apply=kate_apply,
        others=others,
        options=options,
    )


def unknown(**options: Any) -> Guise:
    """A client that nobody has heard of, and that claims to have annotations."""
    edits = {
        "documentChanges": True,
        "resourceOperations": _FILES,
        "changeAnnotationSupport": {"groupsOnLabel": True},
    }
    said = declared("utf-16", applyEdit=True, workspaceEdit=edits)
    return Guise(name="Some Editor", capabilities=said, apply=honest_apply, options=options)
