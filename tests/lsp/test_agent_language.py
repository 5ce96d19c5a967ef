"""Agent files in the real server, asked as an editor asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.raw_client import RawClient

TEXT = """---
description: Builds shops
mode: sub
model: anthropic/claude-sonnet-4-20250514
tools:
  write: true
  bash: false
permission:
  edit:
    src/*: allow
    "*": deny
---

# Shop 🛒

## Rules

```
# no heading
```

## Tone
Be kind.
"""


async def started(client: RawClient, tmp_path: Path, **capabilities: Any) -> str:
    """Give the URI of an open agent file."""
    (tmp_path / "shop").mkdir()
    folder = {"uri": f"file://{tmp_path}/shop", "name": "shop"}
    await client.initialize(workspaceFolders=[folder], capabilities={"textDocument": capabilities})
    uri = f"file://{tmp_path}/shop/.opencode/agent/shop.md"
    client.open(uri, TEXT)
    return uri


async def ask(client: RawClient, method: str, uri: str, **params: Any) -> Any:
    answer = await client.request(
        f"textDocument/{method}", {"textDocument": {"uri": uri}, **params}
    )
    return answer["result"]


async def hover(client: RawClient, uri: str, line: int, character: int) -> str:
    position = {"line": line, "character": character}
    found = await ask(client, "hover", uri, position=position)
    return found["contents"]["value"] if found else ""


def codes(items: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [
        (i["code"], i["range"]["start"]["line"], i["range"]["start"]["character"]) for i in items
    ]


PROBLEMS = [
    ("shadowed", 9, 4),
    ("value", 2, 6),
    ("retired-model", 3, 7),
]


async def test_diagnostics_are_pushed_to_an_editor_that_does_not_pull(
    client: RawClient, tmp_path: Path
) -> None:
    uri = await started(client, tmp_path)
    published = await client.notified("textDocument/publishDiagnostics")
    assert sorted(codes(published["diagnostics"])) == sorted(PROBLEMS)
    assert (published["uri"], published["version"]) == (uri, 1)
    span = {"start": {"line": 2, "character": 6}, "end": {"line": 2, "character": 9}}
    client.change(uri, 2, [{"range": span, "text": "all"}])
    published = await client.notified("textDocument/publishDiagnostics")
    assert "value" not in {code for code, _, _ in codes(published["diagnostics"])}
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    published = await client.notified("textDocument/publishDiagnostics")
    assert published["diagnostics"] == []


async def test_diagnostics_are_pulled_and_not_pushed_as_well(
    client: RawClient, tmp_path: Path
) -> None:
    uri = await started(client, tmp_path, diagnostic={})
    first = await ask(client, "diagnostic", uri)
    assert sorted(codes(first["items"])) == sorted(PROBLEMS)
    again = await ask(client, "diagnostic", uri, previousResultId=first["resultId"])
    assert again["kind"] == "unchanged"
    assert not [line for line in client.log if "publishDiagnostics" in line]


async def test_other_documents_get_nothing(client: RawClient, tmp_path: Path) -> None:
    await started(client, tmp_path, diagnostic={})
    uri = f"file://{tmp_path}/shop/docs/agent.md"
    client.open(uri, TEXT)
    assert (await ask(client, "diagnostic", uri))["items"] == []
    position = {"line": 2, "character": 1}
    assert await ask(client, "hover", uri, position=position) is None
    assert await ask(client, "completion", uri, position=position) is None
    for method in ("documentSymbol", "foldingRange", "codeLens"):
        assert await ask(client, method, uri) is None


async def test_quick_fix_changes_the_text_through_the_editor(
    client: RawClient, tmp_path: Path
) -> None:
    uri = await started(client, tmp_path, diagnostic={})
    here = {"line": 3, "character": 10}
    found = await ask(
        client, "codeAction", uri, range={"start": here, "end": here},
        context={"diagnostics": [], "only": ["quickfix"]},
    )  # fmt: skip
    (fix,) = found
    assert fix["title"].startswith("Change to 'anthropic/claude-sonnet-")
    (edit,) = fix["edit"]["changes"][uri]
    assert edit["range"]["start"] == {"line": 3, "character": 7}
    assert fix["diagnostics"][0]["code"] == "retired-model"
    assert "isPreferred" not in fix


async def test_tools_can_be_rewritten_without_a_problem(client: RawClient, tmp_path: Path) -> None:
    uri = await started(client, tmp_path, diagnostic={})
    here = {"line": 5, "character": 4}
    found = await ask(
        client, "codeAction", uri, range={"start": here, "end": here},
        context={"diagnostics": [], "only": ["refactor.rewrite"]},
    )  # fmt: skip
    (action,) = [each for each in found if "edit" in each]
    assert action["title"] == "Write 'tools' as 'permission'"
    first, second = action["edit"]["changes"][uri]
    assert first["newText"] == (
        'permission:\n  edit:\n    "src/*": allow\n    "*": deny\n  bash: deny\n'
    )
    assert second["newText"] == ""


async def test_hover_explains_keys_rules_and_the_whole(client: RawClient, tmp_path: Path) -> None:
    uri = await started(client, tmp_path)
    assert "Default: all." in await hover(client, uri, 2, 1)
    rule = await hover(client, uri, 9, 8)
    assert "`src/*`: **allow**" in rule
    assert "It never decides: `edit: deny` stands later" in rule
    assert "takes the place of `edit src/*: allow`" in await hover(client, uri, 10, 6)
    whole = await hover(client, uri, 0, 1)
    assert "| edit | everything | **deny** |" in whole
    assert "| external_directory | everything | **ask** |" in whole
    assert await hover(client, uri, 14, 2) == ""


PLACES = [
    ("A key of the file.", 1, 0, {"steps", "temperature", "hidden"}),
    ("A value of a key.", 2, 6, {"primary", "subagent", "all"}),
    ("A model.", 3, 7, {"anthropic/claude-opus-5"}),
    ("A tool.", 6, 2, {"read", "grep"}),
    ("Whether a tool is used.", 6, 8, {"true", "false"}),
    ("A permission.", 8, 2, {"webfetch", "doom_loop", '"*"'}),
    ("An action.", 9, 11, {"allow", "ask", "deny"}),
]


async def test_completion_fits_the_place(client: RawClient, tmp_path: Path) -> None:
    uri = await started(client, tmp_path)
    for why, line, character, some in PLACES:
        position = {"line": line, "character": character}
        found = await ask(client, "completion", uri, position=position)
        labels = {item["label"] for item in found["items"]}
        assert some <= labels, why
        assert not {"model", "permission"} & labels, why


async def test_completion_needs_no_closed_front_matter(client: RawClient, tmp_path: Path) -> None:
    await started(client, tmp_path)
    uri = f"file://{tmp_path}/shop/.claude/agents/new.md"
    client.open(uri, "---\ntools: Read, Gr\npermissionMode: \nmod")
    found = await ask(client, "completion", uri, position={"line": 1, "character": 15})
    grep = next(item for item in found["items"] if item["label"] == "Grep")
    assert grep["textEdit"]["range"]["start"] == {"line": 1, "character": 13}
    found = await ask(client, "completion", uri, position={"line": 2, "character": 16})
    assert "acceptEdits" in {item["label"] for item in found["items"]}
    found = await ask(client, "completion", uri, position={"line": 3, "character": 3})
    assert "model" in {item["label"] for item in found["items"]}


async def test_outline_has_rules_and_headings(client: RawClient, tmp_path: Path) -> None:
    uri = await started(client, tmp_path)
    symbols = {each["name"]: each for each in await ask(client, "documentSymbol", uri)}
    assert list(symbols) == ["description", "mode", "model", "tools", "permission", "Shop 🛒"]
    assert [each["name"] for each in symbols["Shop 🛒"]["children"]] == ["Rules", "Tone"]
    (edit,) = symbols["permission"]["children"]
    assert [each["name"] for each in edit["children"]] == ["src/*", "*"]
    assert symbols["Shop 🛒"]["selectionRange"]["end"] == {"line": 13, "character": 9}
    folds = {
        (each["startLine"], each["endLine"]) for each in await ask(client, "foldingRange", uri)
    }
    assert {(0, 11), (4, 6), (7, 10), (8, 10), (13, 22), (15, 20), (21, 22)} <= folds


@pytest.mark.parametrize(
    ("before", "after"), [(" " * 30_000 + "x", "x"), ("a" + " " * 30_000 + "x", ""), ("", "a" * 200_000 + ",")]
)  # fmt: skip
async def test_a_hostile_line_costs_no_more_than_its_length(
    client: RawClient, tmp_path: Path, before: str, after: str
) -> None:
    """Where a pattern went back over it, no request was answered any more."""
    await started(client, tmp_path)
    uri = f"file://{tmp_path}/shop/.claude/agents/new.md"
    client.open(uri, f"---\n{before}\n{after}\n---\n# A{' ' * 100_000}#\n")
    for line, text in enumerate((before, after), 1):
        position = {"line": line, "character": len(text)}
        assert (await ask(client, "completion", uri, position=position))["items"] is not None
    assert (await ask(client, "documentSymbol", uri))[-1]["name"] == "A"


async def test_lenses_use_the_agent_and_show_its_permissions(
    client: RawClient, tmp_path: Path
) -> None:
    uri = await started(client, tmp_path)
    lenses = await ask(client, "codeLens", uri)
    assert [each["command"]["title"] for each in lenses] == [
        "Use this agent", "Show effective permissions",
    ]  # fmt: skip
    shop = {"agent": "shop"}
    refused = await client.answer_to(client.command("useAgent", shop))
    assert "There is no agent shop" in refused["error"]["message"]
    path = tmp_path / "shop/.opencode/agent/shop.md"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT.replace("mode: sub", "mode: all"))
    trusted = {"rootUri": f"file://{tmp_path}/shop", "trusted": True}
    await client.run("trust", trusted)
    assert await client.run(lenses[0]["command"]["command"].partition(".")[2], shop) == shop
    assert (await client.run("listAgents"))[0]["name"] == "shop"
    shown = await client.run("showPermissions", shop)
    text = Path(shown["uri"].removeprefix("file://")).read_text()
    assert "# What shop may do" in text
    assert "| edit | everything | **deny** |" in text
    assert str(path) in text
