from __future__ import annotations

from typing import Any

import pytest

from backend_specialist.lsp.traits import ASKS_BY_PREVIEW, ClientProfile, profile_of

EDITS = {
    "documentChanges": True,
    "resourceOperations": ["create", "rename", "delete"],
    "changeAnnotationSupport": {"groupsOnLabel": True},
}


def client(
    name: str | None, workspace_edit: object = None, **capabilities: object
) -> dict[str, Any]:
    said: dict[str, Any] = {"workspace": {"applyEdit": True, "workspaceEdit": workspace_edit}}
    info = {"clientInfo": {"name": name}} if name else {}
    return {**info, "capabilities": said | capabilities}


@pytest.mark.parametrize("name", sorted(ASKS_BY_PREVIEW))
def test_vs_code_family_confirms_edits_and_is_asked_unsolicited(name: str) -> None:
    profile = profile_of(client(name, EDITS))
    assert profile.traits.confirms_edits
    assert profile.asks_unsolicited
    assert profile.traits.creates_files
    assert profile.traits.deletes_files


def test_vs_code_without_annotations_confirms_nothing() -> None:
    known = {"documentChanges": True}
    assert not profile_of(client("Visual Studio Code", known)).traits.confirms_edits


@pytest.mark.parametrize(
    "name",
    ["Sublime Text LSP", "Neovim", "Zed", "visual studio code", "Visual Studio Code 2", None],
)
def test_others_that_advertise_annotations_are_not_believed(name: str | None) -> None:
    profile = profile_of(client(name, EDITS))
    assert not profile.traits.confirms_edits
    assert not profile.asks_unsolicited


def test_neovim_processes_document_changes_without_saying_so() -> None:
    profile = profile_of(client("Neovim", {"resourceOperations": ["rename", "create", "delete"]}))
    assert profile.document_changes
    assert profile.traits.creates_files
    assert profile.message_requests


def test_a_client_without_document_changes_creates_no_files() -> None:
    profile = profile_of(client("emacs-like", {"resourceOperations": ["create", "delete"]}))
    assert not profile.document_changes
    assert not profile.traits.creates_files
    assert not profile.traits.deletes_files


def test_a_client_without_apply_edit_takes_no_edits() -> None:
    profile = profile_of({"capabilities": {"workspace": {"workspaceEdit": EDITS}}})
    assert not profile.traits.applies_edits


def test_helix_shows_documents_and_asks_no_questions() -> None:
    profile = profile_of(client("helix", EDITS))
    assert profile.shows_documents
    assert not profile.message_requests


def test_window_capabilities_are_read() -> None:
    window = {"workDoneProgress": True, "showDocument": {"support": True}}
    profile = profile_of(client("x", window=window))
    assert profile.progress
    assert profile.shows_documents
    assert not profile.content_provider


def test_a_product_built_from_vs_code_asks_by_its_preview_if_our_client_says_so() -> None:
    said = client("Positron", EDITS)
    assert not profile_of(said).traits.confirms_edits
    said["initializationOptions"] = {"ui": ["preview"]}
    assert profile_of(said).traits.confirms_edits


def test_content_provider_is_read() -> None:
    said = {"workspace": {"textDocumentContent": {"dynamicRegistration": True}}}
    assert profile_of({"capabilities": said}).content_provider


def test_draws_takes_the_known_names_only() -> None:
    options = {"ui": ["proposal", "permission", "everything", 7]}
    profile = profile_of({"initializationOptions": options})
    assert profile.traits.draws == {"proposal", "permission"}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"clientInfo": 5, "capabilities": [], "initializationOptions": "ui"},
        {"clientInfo": {"name": {}}, "capabilities": {"workspace": 1, "window": None}},
        {"initializationOptions": {"ui": "proposal"}},
        {"capabilities": {"workspace": {"applyEdit": "yes", "workspaceEdit": []}}},
    ],
)
def test_malformed_parameters_count_as_absent(params: dict[str, Any]) -> None:
    assert profile_of(params) == ClientProfile()
