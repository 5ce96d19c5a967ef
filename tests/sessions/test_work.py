"""Which model a session converses with, from its first word to its last. One endpoint is real HTTP, scripted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend_specialist.adapters.models import ModelCatalog
from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.ports import ModelError
from backend_specialist.domain.recipe import Recipe
from backend_specialist.sessions.facts import DEFAULT_MODEL
from backend_specialist.sessions.services import Policy
from support.model_server import KEY
from support.session_stage import Stage

FILES = {"app.py": "x = 1\n"}
READ = Call("read", {"filePath": "app.py"})
GONE = "anthropic/gone"
THERE = "anthropic/claude-sonnet-4-6"
OTHER = "anthropic/claude-opus-4-6"
RECIPE = Recipe(name="fix", title="Fix", template="Fix it.", model="anthropic/of-the-recipe")


async def failed(stage: Stage, model: str) -> str:
    """A session that failed because its model is not there."""
    stage.model.unknown = {model}
    session = await stage.finished()
    assert (stage.status, stage.reason) == ("failed", f"There is no model {model}.")
    return session


async def replied(stage: Stage, session: str) -> None:
    await stage.supervisor.reply(session, "Go on.")
    await stage.ended(session)


def notices(stage: Stage) -> list[str]:
    return [event.data["reason"] for event in stage.events if event.data.get("notice")]


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
async def test_reply_after_another_model_was_set_goes_on_with_that(restarted: bool) -> None:
    stage = Stage(FILES, [Reply(text="Done.")], policy=Policy(model=GONE))
    session = await failed(stage, GONE)
    stage.policy = Policy(model=THERE)
    if restarted:
        stage.after_a_crash()
    await replied(stage, session)
    assert (stage.status, stage.model.resolved) == ("completed", [GONE, THERE])
    assert THERE in await stage.supervisor.queries.deliverable(session)


async def test_reply_after_the_agent_file_names_another_model_goes_on_with_that() -> None:
    stage = Stage(FILES, [Reply(text="Done.")])
    stage.agent = replace(stage.agent, model=GONE)
    session = await failed(stage, GONE)
    stage.agent = replace(stage.agent, model=THERE, prompt="Another prompt.")
    await replied(stage, session)
    assert (stage.status, stage.model.resolved) == ("completed", [GONE, THERE])
    assert stage.model.requests[0]["system"][0]["text"] == "Work.", "all else is as it began"


@pytest.mark.parametrize(("sentence", "setting", "recipe", "agent", "chosen"), [
    ("The user's own choice goes before all others.", THERE, RECIPE, OTHER, THERE),
    ("The recipe's goes before the agent's.", None, RECIPE, OTHER, RECIPE.model),
    ("The agent's goes before ours.", None, None, OTHER, OTHER),
    ("Ours is the last.", None, None, None, DEFAULT_MODEL),
])  # fmt: skip
async def test_choice_of_a_reply_is_made_as_that_of_a_new_session(
    sentence: str, setting: str | None, recipe: Recipe | None, agent: str | None, chosen: str
) -> None:
    stage = Stage(FILES, [Reply(text="One."), Reply(text="Two.")], policy=Policy(model=setting))
    stage.agent = replace(stage.agent, model=agent)
    session = await stage.finished(recipe=recipe)
    await replied(stage, session)
    assert stage.model.resolved == [chosen, chosen], sentence
    assert notices(stage) == []


async def test_session_whose_agent_is_not_there_any_more_keeps_the_model_of_its_beginning() -> None:
    stage = Stage(FILES, [Reply(text="One."), Reply(text="Two.")])
    stage.agent = replace(stage.agent, model=OTHER)
    session = await stage.finished()
    stage.agent = replace(stage.agent, name="another", model=THERE)
    await replied(stage, session)
    assert stage.model.resolved == [OTHER, OTHER]


async def test_user_is_told_once_that_the_session_goes_on_with_another_model() -> None:
    stage = Stage(FILES, [Reply(text=f"{n}.") for n in range(3)], policy=Policy(model=THERE))
    session = await stage.finished()
    stage.policy = Policy(model=OTHER)
    await replied(stage, session)
    await replied(stage, session)
    assert notices(stage) == [f"The session goes on with {OTHER}, which is chosen now."]
    assert f"{THERE}, {OTHER}" in await stage.supervisor.queries.deliverable(session)


async def test_error_context_says_which_model_each_attempt_was_made_with() -> None:
    def failing(body: object) -> Reply:
        raise ModelError("model", "No.")

    stage = Stage(FILES, failing, policy=Policy(model=THERE))
    session = await stage.finished()
    stage.policy = Policy(model=OTHER)
    await replied(stage, session)
    context = (await stage.state(session)).error_context
    assert f"1: specialist with {THERE}, turns: 0: No." in context
    assert f"2: specialist with {OTHER}, turns: 0: No." in context


async def test_thinking_is_not_sent_to_a_model_that_did_not_think_it() -> None:
    first = [Reply(thinking="Hm.", text="I read.", tools=(READ,))]
    second = [*first, Reply(text="x is 1."), Reply(text="Yes.")]
    scripts = {THERE.partition("/")[2]: first, OTHER.partition("/")[2]: second}
    async with ScriptedApi(scripts) as api:
        environment = {"ANTHROPIC_BASE_URL": await api.start(), "ANTHROPIC_API_KEY": KEY}
        catalog = ModelCatalog(environment)
        stage = Stage(FILES, policy=Policy(model=THERE))
        stage.model = catalog  # type: ignore[assignment]
        stage.supervisor = stage._supervisor()
        session = await stage.finished()
        assert stage.status == "failed", "its script has no more"
        stage.policy = Policy(model=OTHER)
        for _ in range(2):
            await replied(stage, session)
            assert (stage.status, stage.reason) == ("completed", "")
        await catalog.close()
    assert ["thinking" in str(body["messages"]) for body in api.requests] == [
        False, True, False, False,
    ]  # fmt: skip


async def test_scripted_replies_are_said_where_only_some_were() -> None:
    stage = Stage(
        FILES, [Reply(text="One."), Reply(text="Two.")], policy=Policy(model="rehearsal/a")
    )
    session = await stage.finished()
    stage.policy = Policy(model=THERE)
    await replied(stage, session)
    for text in (
        await stage.supervisor.queries.deliverable(session),
        await stage.supervisor.queries.transcript(session),
    ):
        assert "**scripted** (a rehearsal)" in text
