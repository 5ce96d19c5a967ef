from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.models import ModelCatalog
from backend_specialist.adapters.rehearsal import Rehearsals
from backend_specialist.domain.ports import ModelError
from backend_specialist.domain.transcript import Text, ToolResult, Verbatim
from support.model_server import asking, results_for, said, turn_of

SCRIPT = [
    {"thinking": "Hm.", "text": "Reading.", "tools": [{"name": "read", "input": {}}]},
    [
        {"when": {"toolResultContains": "missing"}, "text": "It is not there."},
        {"text": "I have read it."},
    ],
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "talk.json").write_text(json.dumps(SCRIPT), encoding="utf-8")
    (tmp_path / "broken.json").write_text('[{"texts": ""}]', encoding="utf-8")
    return {"BACKEND_SPECIALIST_REHEARSALS": str(tmp_path)}


async def second_text(catalog: ModelCatalog, result: str) -> str:
    model = await catalog.resolve("rehearsal/talk")
    first = await turn_of(model, asking())
    history = (said("Hello."), first.message, results_for(first, result))
    return (await turn_of(model, asking(*history))).message.text


async def test_rehearsal_plays_over_the_real_path_without_a_key(environment: Any) -> None:
    catalog = ModelCatalog(environment)
    model = await catalog.resolve("rehearsal/talk")
    turn = await turn_of(model, asking())
    thinking, text, _ = turn.message.content
    assert isinstance(thinking, Verbatim)
    assert text == Text("Reading.")
    assert turn.usage.cost == 0.0
    await catalog.close()


async def test_rehearsal_reacts_to_tool_results(environment: Any) -> None:
    catalog = ModelCatalog(environment)
    assert await second_text(catalog, "the file is missing") == "It is not there."
    assert await second_text(catalog, "def app(): ...") == "I have read it."
    await catalog.close()


async def test_conversation_goes_on_in_another_process(environment: Any) -> None:
    first, second = ModelCatalog(environment), ModelCatalog(environment)
    turn = await turn_of(await first.resolve("rehearsal/talk"), asking())
    await first.close()
    model = await second.resolve("rehearsal/talk")
    history = (said("Hello."), turn.message, results_for(turn))
    assert (await turn_of(model, asking(*history))).message.text == "I have read it."
    await second.close()


async def test_notice_says_first_that_the_replies_are_scripted(environment: Any) -> None:
    catalog = ModelCatalog(environment)
    notice = (await catalog.resolve("rehearsal/talk")).info.notice
    assert notice.startswith("The replies of this session are scripted")
    assert "ANTHROPIC_API_KEY" in notice
    await catalog.close()


async def test_script_that_ran_out_ends_the_session_with_its_reason(environment: Any) -> None:
    catalog = ModelCatalog(environment)
    model = await catalog.resolve("rehearsal/talk")
    first = await turn_of(model, asking())
    results = results_for(first)
    assert isinstance(results.content[0], ToolResult)
    second = await turn_of(model, asking(said("Hello."), first.message, results))
    history = (said("Hello."), first.message, results, second.message, said("And now?"))
    with pytest.raises(ModelError, match="The script has 2 replies") as caught:
        await turn_of(model, asking(*history))
    assert (caught.value.kind, caught.value.retryable) == ("request", False)
    await catalog.close()


@pytest.mark.parametrize("name", ["none", "../talk", "talk.json", "Talk", ".", "a b"])
async def test_unknown_script_names_those_that_exist(environment: Any, name: str) -> None:
    with pytest.raises(ModelError, match="The scripts that exist: broken, talk") as caught:
        await ModelCatalog(environment).resolve(f"rehearsal/{name}")
    assert caught.value.kind == "model"


async def test_script_that_is_wrong_says_where(environment: Any) -> None:
    with pytest.raises(ModelError, match="reply 1: unknown key 'texts'") as caught:
        await ModelCatalog(environment).resolve("rehearsal/broken")
    assert caught.value.kind == "configuration"


@pytest.mark.parametrize("directory", ["", "relative/path"])
def test_directory_must_be_absolute(directory: str, environment: Any) -> None:
    assert (
        Rehearsals({"BACKEND_SPECIALIST_REHEARSALS": directory}).names() == Rehearsals({}).names()
    )
    assert Rehearsals(environment).names() == ("broken", "talk")


async def test_every_script_of_the_package_can_be_read() -> None:
    rehearsals = Rehearsals({})
    assert "demo" in rehearsals.names()
    for name in rehearsals.names():
        await rehearsals.model(name)
    await rehearsals.close()
