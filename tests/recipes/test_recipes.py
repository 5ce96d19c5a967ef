"""Every built-in recipe from the code action to the deliverable, in a small project of its stack.

Server, tools, files and review are real; the model is scripted. ``scenarios/`` says what each recipe is given and what
must come of it, ``projects/`` are what they work on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from backend_specialist.adapters.agent_files import load_agent
from backend_specialist.adapters.recipe_files import load_recipe
from backend_specialist.adapters.scripts import Request
from backend_specialist.domain.recipe import MOST_OFFERED, Recipe
from backend_specialist.sessions.prompt import MAX_MESSAGE
from support.desk import Desk, diagnostics, is_specialist, seated
from support.fake_editor import PATIENCE, Json
from support.scenario import HERE, LANGUAGES, Scenario, scenarios
from support.syntax import faults
from support.talk import results

COMMANDS = HERE.parent.parent / "agents" / "commands"
CONSULTANTS = {
    load_agent(path.read_text(encoding="utf-8"), name=path.stem, source="built-in").prompt
    for path in COMMANDS.parent.glob("domain-*.md")
}
ALL = scenarios()

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seat(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with seated(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.fixture
def desk(seat: Desk):
    """The desk; what was said during the test is printed if it fails."""
    since = len(seat.editor.log)
    yield seat
    print("\n".join(seat.editor.log[since:]))  # noqa: T201


def recipe_of(scenario: Scenario) -> Recipe:
    text = (COMMANDS / f"{scenario.recipe}.md").read_text(encoding="utf-8")
    return load_recipe(text, name=scenario.recipe, source="built-in")


def texts(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("scenario", ALL, ids=[scenario.recipe for scenario in ALL])
async def test_recipe_does_its_work_in_a_project_of_its_stack(
    scenario: Scenario, desk: Desk, tmp_path: Path
) -> None:
    desk.open(scenario, tmp_path)
    editor, recipe = desk.editor, recipe_of(scenario)
    argument = await offered_as_the_scenario_says(desk, recipe, scenario)
    before, text = texts(editor.root), editor.text(scenario.file)

    since, asked = len(editor.heard), len(desk.model.requests)
    session = (await editor.command("run", **argument))["sessionId"]
    events = await desk.see_through(session, scenario, since)

    requests = desk.model.requests[asked:]
    check_first_message(requests[0], recipe, scenario, text)
    assert scenario.sent_back in results(requests[-1])
    check_consulted(requests, scenario)
    check_events(events, scenario)
    check_texts(desk, scenario, before)
    shown = await editor.command("showDeliverable", sessionId=session)
    document = editor.path(shown["uri"]).read_text(encoding="utf-8")
    assert [part for part in scenario.deliverable if part not in document] == [], document


async def offered_as_the_scenario_says(desk: Desk, recipe: Recipe, scenario: Scenario) -> Json:
    """Give what is sent to run the recipe, as soon as it is where the scenario wants it.

    What the project is built with is found out beside everything else, so the first answer may be another one.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            few, more = by_recipe(await desk.offers(scenario))
            assert len(few) <= MOST_OFFERED
            if recipe.name in (few if scenario.offered else more):
                break
    if scenario.offered:
        action = few[recipe.name]
        assert action["title"] == f"Backend Specialist: {recipe.title}"
        assert action["kind"] == recipe.kind
        argument = action["command"]["arguments"][0]
    else:
        argument = {"recipe": recipe.name, **more[recipe.name]}
    return {**argument, "instructions": scenario.instructions}


def by_recipe(actions: list[Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """The actions that run a recipe, and the place for each recipe that is behind *More…*."""
    commands = [
        (action, action["command"]["command"], action["command"]["arguments"][0])
        for action in actions
    ]
    few = {
        said["recipe"]: action
        for action, name, said in commands
        if name.endswith(".run") and action["title"].startswith("Backend Specialist: ")
    }
    more = {
        recipe: {key: value for key, value in said.items() if key != "recipes"}
        for _, name, said in commands
        if name.endswith(".pickRecipe")
        for recipe in said["recipes"]
    }
    return few, more


def check_first_message(request: Request, recipe: Recipe, scenario: Scenario, text: str) -> None:
    """What the specialist was given: the recipe, the user's words, the place and what is around it, the project."""
    message = "\n".join(block["text"] for block in request["messages"][0]["content"])
    assert message.startswith(f"{recipe.template}\n\n{scenario.instructions}")
    start, end = scenario.selection(text)
    wanted = [text[start:end], scenario.stack, *scenario.imports, *scenario.told]
    wanted += [one["message"] for one in diagnostics(scenario, text)]
    assert [part for part in wanted if part not in message] == [], message
    assert place(scenario, text) in message, message
    instructions = message.partition("<instructions ")[2]
    left_out = (text[start:end], scenario.instructions, instructions)
    assert len(message.encode()) - sum(len(part.encode()) for part in left_out) < MAX_MESSAGE


def place(scenario: Scenario, text: str) -> str:
    """How the specialist is told where the user is."""
    start, end = scenario.selection(text)
    if start == end:
        return f"The user is in {scenario.file}."
    first, last = (text.count("\n", 0, offset) + 1 for offset in (start, end))
    inside = f' inside="{scenario.inside}"' if scenario.inside else ""
    return f'<selection file="{scenario.file}" lines="{first}-{last}"{inside}>'


def check_consulted(requests: Sequence[Request], scenario: Scenario) -> None:
    """Whoever was asked for advice is one of ours, could only read, and was heard."""
    asked = [request for request in requests if not is_specialist(request)]
    assert bool(asked) == bool(scenario.advice)
    for request in asked:
        assert request["system"][0]["text"] in CONSULTANTS
        assert {tool["name"] for tool in request["tools"]} == {"glob", "grep", "read", "webfetch"}
    heard = [request for request in requests if scenario.advice in results(request)]
    assert heard or not scenario.advice


def check_events(events: list[Json], scenario: Scenario) -> None:
    """No call failed, unless a claim is to be sent back, and every edit is in the text."""
    failed = [e["name"] for e in events if e["kind"] == "toolResult" and e["isError"]]
    assert failed == (["deliver"] if scenario.sent_back else [])
    proposals = [file["label"] for e in events if e["kind"] == "proposal" for file in e["files"]]
    assert sorted(proposals) == sorted(scenario.files)
    outcomes = [item for e in events if e["kind"] == "review" for item in e["outcomes"]]
    assert {item["result"] for item in outcomes} == ({"accepted"} if scenario.files else set())
    assert events[-1]["status"] == "completed"


def check_texts(desk: Desk, scenario: Scenario, before: dict[str, bytes]) -> None:
    """The buffers hold the work, well formed; on the disk nothing that was there has changed."""
    now = texts(desk.editor.root)
    assert {name: now[name] for name in before} == before, "only the editor saves"
    assert set(now) - set(before) == set(scenario.files) - set(before)
    for name, parts in scenario.files.items():
        text = desk.editor.text(name)
        assert faults(name, text) == []
        assert [part for part in parts if part not in text] == [], text
        assert [part for part in scenario.gone.get(name, ()) if part in text] == [], text


async def test_every_recipe_has_a_scenario_and_every_project_is_used() -> None:
    assert {scenario.recipe for scenario in ALL} == {path.stem for path in COMMANDS.glob("*.md")}
    assert {scenario.project for scenario in ALL} == {
        path.name for path in (HERE / "projects").iterdir()
    }


async def test_every_language_is_worked_in() -> None:
    assert {scenario.language for scenario in ALL} == set(LANGUAGES.values())
