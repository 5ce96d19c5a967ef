"""One agent asks another: who can be asked, under which rules, on whose budget. The models are scripted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.permission import Setting, rules_from
from backend_specialist.domain.ports import ModelError
from backend_specialist.domain.transcript import Usage
from backend_specialist.sessions import consultation, following
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.services import Policy
from support.scripted_model import results, texts
from support.session_stage import Stage, deliver, edit

FILES = {"app.py": "x = 1\n", "db.sql": "SELECT 1;\n"}
READ = Call("read", {"filePath": "db.sql"})


def expert(name: str = "database", **permission: Setting) -> AgentDefinition:
    return AgentDefinition(
        name=name,
        description=f"Knows {name}",
        prompt=f"You are {name}.",
        mode="subagent",
        rules=rules_from(permission, source=name),
    )


def ask(name: str = "database", prompt: str = "Is it right?") -> Call:
    return Call("task", {"description": "Advice", "prompt": prompt, "subagent_type": name})


def asking(body: Mapping[str, Any]) -> Reply:
    """The session's own agent: it asks the expert and is content."""
    asked = any(message["role"] == "assistant" for message in body["messages"])
    return Reply(text="Good.") if asked else Reply(tools=(ask(),))


class Script:
    """One script an agent, chosen by its prompt."""

    def __init__(self, own: list[Reply], **others: list[Reply]) -> None:
        self._scripts = {"Work.": own} | {f"You are {n}.": s for n, s in others.items()}
        self.asked: dict[str, list[Mapping[str, Any]]] = {prompt: [] for prompt in self._scripts}

    def __call__(self, body: Mapping[str, Any]) -> Reply:
        prompt = body["system"][0]["text"]
        number = sum(message["role"] == "assistant" for message in body["messages"])
        self.asked[prompt].append(body)
        return self._scripts[prompt][number]

    def bodies(self, name: str) -> list[Mapping[str, Any]]:
        return self.asked[f"You are {name}."]


def names(body: Mapping[str, Any]) -> set[str]:
    return {tool["name"] for tool in body["tools"]}


async def test_expert_reads_and_its_answer_is_the_result() -> None:
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Good.")],
        database=[Reply(text="I look.", tools=(READ,)), Reply(text="Add an index.")],
    )
    stage = Stage(FILES, script, experts=[expert()])
    await stage.finished()
    (result,) = results(stage.model.requests[-1])
    assert result.startswith('<answer agent="database">\n```\nAdd an index.\n```\n</answer>')
    first, second = script.bodies("database")
    assert texts(first) == ["Is it right?"]
    assert "SELECT 1;" in results(second)[0]
    titles = [event.data["title"] for event in stage.events if event.kind is Kind.TOOL_RESULT]
    assert titles == ["database: db.sql:1-1", "database: Advice"]


async def test_expert_is_told_the_same_at_every_turn_for_the_caches_sake() -> None:
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Good.")],
        database=[Reply(tools=(READ,)), Reply(text="Add an index.")],
    )

    def renaming(body: Mapping[str, Any]) -> Reply:
        reply = script(body)
        if len(script.bodies("database")) == 1:
            stage.editor.traits = replace(stage.editor.traits, name="another editor")
        return reply

    stage = Stage(FILES, renaming, experts=[expert()])
    await stage.finished()
    first, second = (str(body["system"]) for body in script.bodies("database"))
    assert second == first
    assert "another editor" not in first


async def test_expert_sees_what_is_proposed_and_has_no_way_to_edit_or_ask() -> None:
    script = Script(
        [Reply(tools=(edit("app.py", "x = 1", "x = 3"), ask())), Reply(tools=(deliver(),))],
        database=[
            Reply(tools=(Call("read", {"filePath": "app.py"}), edit("app.py", "x = 3", "x = 9"))),
            Reply(text="Fine."),
        ],
    )
    stage = Stage(FILES, script, experts=[expert(edit="allow", question="allow")])
    session = await stage.run()
    proposal = await stage.proposal()
    assert [change.text for change in proposal.changes] == ["x = 3\n"]
    await stage.answer(session, proposal)
    await stage.ended(session)
    first, second = script.bodies("database")
    assert not names(first) & {"edit", "write", "question", "deliver"}
    seen, refused = results(second)
    assert "x = 3" in seen
    assert "There is no tool called 'edit'" in refused


@pytest.mark.parametrize(
    ("sentence", "asking", "asked"),
    [
        ("What the asking agent may not read, nobody reads for it.", {"read": {"*": "allow", "db.sql": "deny"}}, {}),
        ("What the expert may not read stays unread.", {}, {"read": {"*": "allow", "db.sql": "deny"}}),
        ("An expert's own rules widen nothing.", {"read": {"*": "allow", "db.*": "deny"}}, {"read": "allow"}),
    ],
)  # fmt: skip
async def test_strictest_rule_along_the_chain_holds(
    sentence: str, asking: dict[str, Setting], asked: dict[str, Setting]
) -> None:
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Good.")],
        database=[Reply(tools=(READ,)), Reply(text="Not seen.")],
    )
    stage = Stage(FILES, script, permission=asking, experts=[expert(**asked)])
    await stage.finished()
    assert results(script.bodies("database")[1])[0].startswith("Not allowed: read"), sentence


async def test_denied_tool_is_absent_for_the_expert() -> None:
    script = Script([Reply(tools=(ask(),)), Reply(text="Good.")], database=[Reply(text="Yes.")])
    stage = Stage(FILES, script, permission={"webfetch": "deny"}, experts=[expert(grep="deny")])
    await stage.finished()
    assert not names(script.bodies("database")[0]) & {"webfetch", "grep"}
    assert "grep" in names(stage.model.requests[0])


@pytest.mark.parametrize(
    ("sentence", "permission", "agents", "named"),
    [
        ("Every other agent can be asked.", {}, [expert("a"), expert("b")], ["a", "b"]),
        ("One that the rules deny cannot.", {"task": {"*": "allow", "a": "deny"}}, [expert("a"), expert("b")], ["b"]),
        ("Without anybody to ask there is no tool.", {}, [], None),
        ("Where all are denied there is no tool.", {"task": "deny"}, [expert("a")], None),
        ("A primary agent asks and is not asked.", {}, [AgentDefinition(name="a", mode="primary")], None),
    ],
)  # fmt: skip
async def test_experts_are_named_to_the_model(
    sentence: str,
    permission: dict[str, Setting],
    agents: list[AgentDefinition],
    named: list[str] | None,
) -> None:
    stage = Stage(FILES, [Reply(text="Good.")], permission=permission, experts=agents)
    await stage.finished()
    found = [tool for tool in stage.model.requests[0]["tools"] if tool["name"] == "task"]
    lines = found[0]["description"].splitlines()[1:] if found else None
    assert lines == (None if named is None else [f"- {name}: Knows {name}" for name in named]), (
        sentence
    )


async def test_unknown_expert_is_a_result_that_names_those_there_are() -> None:
    stage = Stage(FILES, [Reply(tools=(ask("nobody"),)), Reply(text="Good.")], experts=[expert()])
    await stage.finished()
    assert results(stage.model.requests[1]) == ["There is no expert 'nobody'. There are: database."]


async def test_user_is_asked_where_the_rules_say_so() -> None:
    script = Script([Reply(tools=(ask(),)), Reply(text="Then not.")], database=[])
    stage = Stage(FILES, script, permission={"task": "ask"}, experts=[expert()])
    session = await stage.run()
    event = await stage.event(Kind.PERMISSION)
    assert (event.data["title"], event.data["detail"]) == ("Ask database", "database")
    await stage.supervisor.answer_request(session, event.data["requestId"], "reject")
    await stage.ended(session)
    assert script.bodies("database") == []


async def test_experts_ask_each_other_to_a_bounded_depth_and_not_in_circles() -> None:
    script = Script(
        [Reply(tools=(ask("a"),)), Reply(text="Good.")],
        a=[Reply(tools=(ask("b"),)), Reply(text="As b says.")],
        b=[Reply(text="Yes.")],
    )
    stage = Stage(FILES, script, experts=[expert("a"), expert("b"), expert("c")])
    await stage.finished()
    described = {
        name: [t["description"] for t in script.bodies(name)[0]["tools"] if t["name"] == "task"]
        for name in ("a", "b")
    }
    assert "- b: Knows b" in described["a"][0]
    assert "- a:" not in described["a"][0], "it does not ask itself"
    assert described["b"] == [], "deep enough"
    titles = [event.data["title"] for event in stage.events if event.kind is Kind.TOOL_RESULT]
    assert titles == ["a: b: Advice", "a: Advice"]


async def test_budget_is_shared() -> None:
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Good.")],
        database=[Reply(tools=(READ,)), Reply(text="Never said.")],
    )
    policy = Policy(max_tokens=1_500)
    stage = Stage(FILES, script, policy=policy, experts=[expert()])
    stage.model.usage = lambda body: Usage(input_tokens=1_000)
    session = await stage.finished()
    assert stage.status == "paused"
    assert "1,500 tokens" in stage.reason
    assert len(script.bodies("database")) == 1
    assert (await stage.state(session)).usage.input_tokens == 2_000


async def test_steps_are_shared_and_the_last_one_answers() -> None:
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Stopped.")],
        database=[Reply(tools=(READ,)), Reply(text="What I know.")],
    )
    stage = Stage(FILES, script, policy=Policy(max_steps=3), experts=[expert()])
    await stage.finished()
    last = script.bodies("database")[1]
    assert last["tool_choice"] == script.bodies("database")[0]["tool_choice"]
    assert texts(last) == [consultation.LAST_TURN]
    assert "What I know." in results(stage.model.requests[-1])[0]
    assert stage.status == "paused"


async def test_expert_that_calls_tools_to_the_end_is_asked_once_more_without_and_answers() -> None:
    def endless(body: Mapping[str, Any]) -> Reply:
        number = sum(message["role"] == "assistant" for message in body["messages"])
        if body["system"][0]["text"] == "Work.":
            return Reply(text="Good.") if number else Reply(tools=(ask(),))
        if body["tool_choice"]["type"] == "none":
            return Reply(text="Enough.")
        return Reply(tools=(Call("read", {"filePath": "db.sql", "offset": 1 + number % 2}),))

    stage = Stage(FILES, endless, experts=[expert()])
    await stage.finished()
    assert len(stage.model.requests) == 2 + consultation.MAX_TURNS + 1
    assert "Enough." in results(stage.model.requests[-1])[0]


@pytest.mark.parametrize("reply", [Reply(text=""), Reply(text="No.", stop_reason="refusal")])
async def test_expert_without_an_answer_is_a_result_and_the_session_goes_on(reply: Reply) -> None:
    script = Script([Reply(tools=(ask(),)), Reply(text="Good.")], database=[reply])
    stage = Stage(FILES, script, experts=[expert()])
    await stage.finished()
    assert results(stage.model.requests[-1]) == [
        "database gave no answer. Go on without its advice."
    ]
    assert stage.status == "completed"


@pytest.mark.parametrize("reason", ["refusal", "model_context_window_exceeded", "max_tokens"])
async def test_calls_of_an_experts_answer_that_did_not_end_well_are_not_run(reason: str) -> None:
    unfinished = Reply(text="I look.", tools=(READ,), stop_reason=reason)
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Good.")],
        database=[unfinished, Reply(text="Add an index.")],
    )
    stage = Stage(FILES, script, experts=[expert()])
    await stage.finished()
    titles = [event.data["title"] for event in stage.events if event.kind is Kind.TOOL_RESULT]
    assert not any("db.sql" in title for title in titles)


@pytest.mark.parametrize(("reason", "said"), [
    ("pause_turn", following.GO_ON),
    ("max_tokens", following.CUT_TEXT),
])  # fmt: skip
async def test_answer_of_an_expert_that_broke_off_is_gone_on_with(reason: str, said: str) -> None:
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Good.")],
        database=[Reply(text="Add an ", stop_reason=reason), Reply(text="index.")],
    )
    stage = Stage(FILES, script, experts=[expert()])
    await stage.finished()
    assert texts(script.bodies("database")[1]) == [said]
    assert "\nAdd an index.\n" in results(stage.model.requests[-1])[0]


@pytest.mark.parametrize("said_by", ["an error", "a stop reason"])
async def test_expert_whose_window_is_full_goes_on_without_the_results_that_it_can_read_again(
    said_by: str,
) -> None:
    big = Call("read", {"filePath": "big.py"})
    small = Reply(tools=(READ,))
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Good.")],
        database=[Reply(tools=(big,)), small, Reply(text="Add an index.")],
    )

    def narrow(body: Mapping[str, Any]) -> Reply:
        if "line of it" not in str(body["messages"]):
            return script(body)
        if said_by == "an error":
            raise ModelError("context", "The conversation is too long.")
        return Reply(text="I", stop_reason="model_context_window_exceeded")

    stage = Stage({**FILES, "big.py": "a line of it\n" * 900}, narrow, experts=[expert()])
    await stage.finished()
    assert "Add an index." in results(stage.model.requests[-1])[0]


async def test_expert_that_has_no_room_at_all_is_a_result() -> None:
    def full(body: Mapping[str, Any]) -> Reply:
        if body["system"][0]["text"] != "Work.":
            raise ModelError("context", "The conversation is too long.")
        return asking(body)

    stage = Stage(FILES, full, experts=[expert()])
    await stage.finished()
    (result,) = results(stage.model.requests[-1])
    assert result.startswith("database could not answer: The conversation is too long.")


async def test_what_an_expert_said_before_its_calls_is_not_its_answer() -> None:
    cut = Reply(text="I look.", tools=(READ,), stop_reason="max_tokens")
    script = Script(
        [Reply(tools=(ask(),)), Reply(text="Good.")],
        database=[cut, Reply(text="Add an index.")],
    )
    stage = Stage(FILES, script, experts=[expert()])
    await stage.finished()
    assert results(script.bodies("database")[1]) == [following.CUT_CALL]
    assert "I look." not in results(stage.model.requests[-1])[0]


async def test_expert_whose_model_cannot_be_had_is_a_result() -> None:
    def gone(body: Mapping[str, Any]) -> Reply:
        stage.model.failure = ModelError("model", "There is no such model.")
        return asking(body)

    stage = Stage(FILES, gone, experts=[expert()])
    await stage.finished()
    (result,) = results(stage.model.requests[-1])
    assert result.startswith("database could not answer: There is no such model.")


async def test_running_session_keeps_the_list_of_its_beginning() -> None:
    script = Script([Reply(tools=(READ,)), Reply(tools=(ask(),)), Reply(text="Good.")], database=[])
    stage = Stage(FILES, script, experts=[expert()])
    session = await stage.run()
    stage.experts = ()
    await stage.ended(session)
    assert names(stage.model.requests[1]) >= {"task"}, "the tools of a session never change"
    assert "database is not there any more" in results(stage.model.requests[-1])[0]
