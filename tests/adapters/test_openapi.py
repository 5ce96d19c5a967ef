"""OpenAPI documents, judged by the real library in a real process of its own."""

from __future__ import annotations

import asyncio
import time

import pytest

from backend_specialist.adapters.openapi import MOST_BYTES, OpenApi
from backend_specialist.adapters.openapi_process import problems

GOOD = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        200:
          description: The order
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Order"}
              example: {placed: 2026-01-01, note: yes}
components:
  schemas:
    Order:
      type: object
      properties:
        id: {type: string}
        parts: {type: array, items: {$ref: "#/components/schemas/Order"}}
"""


def with_schema(schema: str) -> str:
    return f'openapi: 3.1.0\ninfo: {{title: t, version: "1"}}\ncomponents: {{schemas: {{A: {schema}}}}}\n'


def test_document_with_all_that_is_usual_is_valid() -> None:
    assert problems(GOOD) == []


def test_json_is_yaml() -> None:
    assert (
        problems('{"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "paths": {}}') == []
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("### GET /orders\n\n| a | b |\n", "line 3: it is not readable as YAML"),
        ("An order is given.", "it must be one OpenAPI document"),
        ("", "it must be one OpenAPI document"),
        ("- a\n", "it must be one OpenAPI document"),
        (GOOD.replace("3.1.0", "3.0.3"), "begins with openapi: 3.1.0"),
        ("```yaml\nopenapi: 3.1.0\n```\n", "line 1: it is not readable as YAML"),
        (GOOD + "  broken: [\n", "not readable as YAML"),
        (GOOD.replace("description", "descripton"), "200: 'description' is a required property"),
        (GOOD.replace("name: id,", "name: key,"), "'id'"),
        (GOOD.replace("schemas/Order", "schemas/Other"), "Other' is not in the document"),
        (GOOD + "x-a: &a [1]\nx-b: *a\n", "too many aliases"),
        (GOOD + 'x-a: "\\UFFFFFFFF"\n', "names no character"),
        (GOOD + "x-a: !!binary aGk=\n", "a value that JSON does not have"),
        (GOOD + "x-a: !!python/object/apply:os.system [id]\n", "not readable as YAML"),
        ("[" * 300 + "]" * 300, "nested too deep"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_what_is_wrong_is_said_in_short(text: str, said: str) -> None:
    found = problems(text)
    assert said in "\n".join(found)
    assert all(len(each) < 400 for each in found)


def test_only_the_first_problems_are_told() -> None:
    paths = "".join(f"  /p{n}:\n    get: {{responses: {{'200': {{}}}}}}\n" for n in range(50))
    assert len(problems(f'openapi: 3.1.0\ninfo: {{title: t, version: "1"}}\npaths:\n{paths}')) <= 5


@pytest.mark.parametrize("scheme", ["http", "https", "file", "relative"])
async def test_nothing_outside_of_the_document_is_fetched(scheme: str, tmp_path) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    (tmp_path / "schema.json").write_text('{"type": "secret"}')
    place = {"file": f"file://{tmp_path}/schema.json", "relative": "../schema.json"}
    target = place.get(scheme, f"{scheme}://127.0.0.1:{port}/schema.json")
    async with server:
        for schema in (f'{{$ref: "{target}"}}', f'{{$id: "{target}", $ref: "#/x"}}'):
            found = await OpenApi().problems(with_schema(schema))
            assert "points outside of the document" in found[0]
    assert asked == []


async def test_document_that_keeps_the_validator_busy_is_given_up() -> None:
    """A regular expression cannot be interrupted, and keeps a whole process to itself."""
    evil = with_schema(f'{{type: string, pattern: "^(a+)+$", default: "{"a" * 60}!"}}')
    before = time.process_time()
    (said,) = await OpenApi(seconds=3).problems(evil)
    assert said == "it could not be checked within 3 s; make it simpler"
    assert time.process_time() - before < 2, "the work is not done here"


async def test_document_that_is_too_long_is_not_read() -> None:
    (said,) = await OpenApi().problems("a" * (MOST_BYTES + 1))
    assert said == "it is over 400,000 bytes long"


async def test_validator_gets_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    assert await OpenApi().problems(GOOD) == ()
