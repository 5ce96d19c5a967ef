"""What the real server answers where a document or a value is not what it should be: never an internal error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.raw_client import RawClient

START = {"line": 0, "character": 0}
CONTEXT = {"diagnostics": []}


@pytest.fixture
async def client(client: RawClient, tmp_path: Path) -> RawClient:
    (tmp_path / "shop").mkdir()
    folder = {"uri": f"file://{tmp_path}/shop", "name": "shop"}
    await client.initialize(workspaceFolders=[folder])
    return client


async def actions(client: RawClient, uri: str, **context: Any) -> Any:
    asked = {
        "textDocument": {"uri": uri},
        "range": {"start": START, "end": START},
        "context": CONTEXT | context,
    }
    return await client.request("textDocument/codeAction", asked)


async def test_code_actions_of_a_document_whose_text_is_not_known(
    client: RawClient, tmp_path: Path
) -> None:
    uri = f"file://{tmp_path}/shop/a.py"
    client.open(uri, "x = 1\n")
    client.change(uri, 2, [{"text": None}])
    assert "error" not in await actions(client, uri)
    client.change(uri, 3, [{"text": "x" * 10_000_001}])
    assert "error" not in await actions(client, uri)


async def test_kinds_of_code_actions_that_are_none(client: RawClient, tmp_path: Path) -> None:
    uri = f"file://{tmp_path}/shop/a.py"
    client.open(uri, "x = 1\n")
    assert (await actions(client, uri, only=[5]))["result"] in ([], None)


@pytest.mark.parametrize("uri", ["backend-specialist://[x/", "backend-specialist:/\ud800/x"])
async def test_texts_that_are_not_there(client: RawClient, uri: str) -> None:
    answer = await client.request("workspace/textDocumentContent", {"uri": uri})
    assert "error" not in answer
    assert answer["result"]["text"]


async def test_diagnostics_and_numbers_of_odd_shapes_are_taken_for_what_they_are_worth(
    client: RawClient, tmp_path: Path
) -> None:
    uri = f"file://{tmp_path}/shop/a.py"
    client.open(uri, "x = 1\n")
    found = {"message": "m", "severity": [], "range": {"start": START, "end": START}}
    place = {"uri": uri, "version": 1.0, "diagnostics": [found]}
    answer = await client.answer_to(client.command("listRecipes", {"place": place}))
    assert "error" not in answer
    half = await client.answer_to(client.command("showTranscript", {"sessionId": "\ud800"}))
    assert half["error"]["code"] == -32602


async def test_a_document_with_half_of_a_surrogate_pair_in_its_name_is_nobodys_matter(
    client: RawClient,
) -> None:
    client.open("file:///\ud800.py", "x = 1\n")
    assert "error" not in await actions(client, "file:///\ud800.py")
    assert await client.end() == 0
    assert client.process.stderr
    assert b"Traceback" not in await client.process.stderr.read()
