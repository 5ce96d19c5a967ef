from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import converters, types

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import (
    Position,
    PositionEncoding,
    Range,
    Snapshot,
    apply_changes,
)
from backend_specialist.lsp.edits import Form, workspace_edit

FORM = Form(encoding=PositionEncoding.UTF16)


def change(
    base: str | None,
    text: str,
    *,
    version: int | None = 3,
    delete: bool = False,
    path: str = "/w/a",
) -> FileChange:
    uri = f"file://{path}"
    snapshot = None if base is None else Snapshot(uri=uri, path=path, text=base, version=version)
    return FileChange(path=path, uri=uri, label=path[1:], base=snapshot, text=text, delete=delete)


def raw(edit: types.WorkspaceEdit) -> dict[str, object]:
    return converters.get_converter().unstructure(edit)


def span(start: tuple[int, int], end: tuple[int, int]) -> dict[str, object]:
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


def test_each_hunk_is_one_edit_with_the_version() -> None:
    made = raw(workspace_edit([change("a\nb\nc\nd\n", "A\nb\nc\nd\ne\n")], FORM))
    assert made == {
        "documentChanges": [
            {
                "textDocument": {"uri": "file:///w/a", "version": 3},
                "edits": [
                    {"range": span((0, 0), (1, 0)), "newText": "A\n"},
                    {"range": span((4, 0), (4, 0)), "newText": "e\n"},
                ],
            }
        ]
    }


def test_a_closed_file_has_the_version_null() -> None:
    made = raw(workspace_edit([change("a", "b", version=None)], FORM))
    document = made["documentChanges"][0]["textDocument"]  # type: ignore[index]
    assert document == {"uri": "file:///w/a", "version": None}


def test_a_created_file_never_replaces_one() -> None:
    made = raw(workspace_edit([change(None, "new\n")], FORM))
    assert made == {
        "documentChanges": [
            {"kind": "create", "uri": "file:///w/a", "options": {"ignoreIfExists": True}},
            {
                "textDocument": {"uri": "file:///w/a", "version": None},
                "edits": [{"range": span((0, 0), (0, 0)), "newText": "new\n"}],
            },
        ]
    }


def test_an_empty_file_is_created_without_an_edit() -> None:
    made = workspace_edit([change(None, "")], FORM)
    assert [type(one) for one in made.document_changes or ()] == [types.CreateFile]


def test_a_deleted_file_may_be_gone_already() -> None:
    made = raw(workspace_edit([change("ours\n", "", delete=True)], FORM))
    assert made == {
        "documentChanges": [
            {
                "kind": "delete",
                "uri": "file:///w/a",
                "options": {"recursive": False, "ignoreIfNotExists": True},
            }
        ]
    }


def test_every_annotation_is_defined_and_asks() -> None:
    changes = [
        change("a\nb\nc\n", "A\nb\nC\n"),
        change(None, "new", path="/w/new"),
        change("old", "", delete=True, path="/w/old"),
    ]
    form = Form(encoding=PositionEncoding.UTF16, confirm=True)
    made = workspace_edit(changes, form)
    defined = made.change_annotations or {}
    assert [one.label for one in defined.values()] == ["w/a", "w/new", "w/old"]
    assert all(one.needs_confirmation for one in defined.values())
    used = []
    for operation in made.document_changes or ():
        if isinstance(operation, types.TextDocumentEdit):
            assert all(isinstance(edit, types.AnnotatedTextEdit) for edit in operation.edits)
            used += [edit.annotation_id for edit in operation.edits]  # type: ignore[union-attr]
        else:
            used.append(operation.annotation_id)
    assert used == ["0", "0", "1", "1", "2"]


def test_plain_edits_carry_no_annotation() -> None:
    made = workspace_edit([change("a", "b"), change(None, "c", path="/w/c")], FORM)
    assert made.change_annotations is None
    assert "annotationId" not in str(raw(made))


def test_a_client_without_document_changes_gets_the_map() -> None:
    form = Form(encoding=PositionEncoding.UTF16, document_changes=False)
    made = raw(workspace_edit([change("a\n", "b\n")], form))
    assert made == {"changes": {"file:///w/a": [{"range": span((0, 0), (1, 0)), "newText": "b\n"}]}}


@pytest.mark.parametrize(
    ("encoding", "column"),
    [(PositionEncoding.UTF8, 6), (PositionEncoding.UTF16, 3), (PositionEncoding.UTF32, 2)],
)
def test_the_end_of_a_last_line_is_in_the_agreed_encoding(
    encoding: PositionEncoding, column: int
) -> None:
    made = raw(workspace_edit([change("x\nä𝔘", "x\ny")], Form(encoding=encoding)))
    edits = made["documentChanges"][0]["edits"]  # type: ignore[index]
    assert edits == [{"range": span((1, 0), (1, column)), "newText": "y"}]


pieces = st.sampled_from(
    ["a\n", "b\r\n", "c\r", "ä𝔘\n", "\x0c\n", "\u2028", "\u0085x", "tail", "\n", "\r\n"]
)
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts, texts, st.sampled_from(PositionEncoding))
def test_an_editor_that_applies_the_edits_has_the_proposed_text(
    base: str, text: str, encoding: PositionEncoding
) -> None:
    made = workspace_edit([change(base, text)], Form(encoding=encoding))
    for operation in made.document_changes or ():
        assert isinstance(operation, types.TextDocumentEdit)
        edits = [edit for edit in operation.edits if isinstance(edit, types.TextEdit)]
        base = apply_changes(base, [_own(edit) for edit in reversed(edits)], encoding)
    assert base == text


def _own(edit: types.TextEdit) -> tuple[Range, str]:
    start, end = edit.range.start, edit.range.end
    own = Range(Position(start.line, start.character), Position(end.line, end.character))
    return own, edit.new_text
