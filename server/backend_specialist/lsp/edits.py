"""File changes as the protocol's workspace edit.

Owns the form: one text edit a hunk, explicit versions, files created without ever replacing one. Decides nothing and
sends nothing. Ranges are those of the text without its byte order mark, which editors take off when they open a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lsprotocol import types

from backend_specialist.domain.changeset import FileChange, Hunk, hunks
from backend_specialist.domain.document import LineIndex, Position, PositionEncoding, Range
from backend_specialist.lsp.convert import to_range

_Operation = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """How the edit is to be written. ``confirm`` has the editor's own preview ask for each text edit.

    With ``replaces_last_line`` the text of a created or empty file replaces the one empty line that a buffer has (seen
    in Neovim, which would keep that line below the text). Without ``document_changes`` only the ``changes`` map is
    left: no versions, no files, no questions.
    """

    encoding: PositionEncoding
    document_changes: bool = True
    confirm: bool = False
    replaces_last_line: bool = False


def workspace_edit(changes: Sequence[FileChange], form: Form) -> types.WorkspaceEdit:
    """Write changes, each over its base text, as one edit."""
    if not form.document_changes:
        return types.WorkspaceEdit(
            changes={change.uri: _plain_edits(change, form) for change in changes}
        )
    operations: list[_Operation] = []
    for number, change in enumerate(changes):
        operations += _operations(change, form, str(number) if form.confirm else None)
    return types.WorkspaceEdit(
        document_changes=operations,
        change_annotations=_annotations(changes) if form.confirm else None,
    )


def _annotations(changes: Sequence[FileChange]) -> dict[str, types.ChangeAnnotation]:
    return {
        str(number): types.ChangeAnnotation(
            label=change.label, description=_deed(change), needs_confirmation=True
        )
        for number, change in enumerate(changes)
    }


def _deed(change: FileChange) -> str:
    if change.delete:
        return "delete this file"
    return "edit this file" if change.base else "create this file"


def _operations(change: FileChange, form: Form, annotation: str | None) -> list[_Operation]:
    if change.delete:
        return [
            types.DeleteFile(
                uri=change.uri,
                options=types.DeleteFileOptions(recursive=False, ignore_if_not_exists=True),
                annotation_id=annotation,
            )
        ]
    created: list[_Operation] = []
    if change.base is None:
        # Without the option editors were seen to empty a file that is there.
        options = types.CreateFileOptions(ignore_if_exists=True)
        created.append(types.CreateFile(uri=change.uri, options=options, annotation_id=annotation))
    edits = _text_edits(change, form, annotation)
    return [*created, edits] if edits.edits else created


def _text_edits(change: FileChange, form: Form, annotation: str | None) -> types.TextDocumentEdit:
    version = change.base.version if change.base else None
    plain = _plain_edits(change, form)
    return types.TextDocumentEdit(
        text_document=types.OptionalVersionedTextDocumentIdentifier(
            uri=change.uri, version=version
        ),
        edits=plain
        if annotation is None
        else [
            types.AnnotatedTextEdit(
                range=edit.range, new_text=edit.new_text, annotation_id=annotation
            )
            for edit in plain
        ],
    )


def _plain_edits(change: FileChange, form: Form) -> list[types.TextEdit]:
    if form.replaces_last_line and change.text and not change.base_text:
        whole = Range(Position(0, 0), Position(1, 0))
        return [types.TextEdit(range=to_range(whole), new_text=change.text)]
    index = LineIndex(change.base_text)
    return [
        types.TextEdit(range=to_range(_span(index, hunk, form.encoding)), new_text=hunk.new)
        for hunk in hunks(change)
        if hunk.old != hunk.new
    ]


def _span(index: LineIndex, hunk: Hunk, encoding: PositionEncoding) -> Range:
    return Range(
        index.position_at(index.line_start(hunk.start), encoding),
        index.position_at(index.line_start(hunk.end), encoding),
    )
