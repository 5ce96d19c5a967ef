import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.agent_files import agent_name, load_agent, usable
from backend_specialist.domain.agent import AgentDefinition, Place, Problem
from backend_specialist.domain.permission import Action, evaluate, hidden_tools
from support.front_matters import HOSTILE

SEED = """---
name: specialist-backend
description: Implements APIs
mode: subagent
model: anthropic/claude-sonnet-4-20250514
tools:
  read: true
  write: true
  edit: true
  grep: true
  glob: true
  webfetch: true
  bash: false
permission:
  edit: ask
  bash: deny
  webfetch: allow
---

You are a specialist.
"""
NAMES = json.loads((Path(__file__).parent.parent / "data" / "agent-names.json").read_text())


def load(header: str, body: str = "Do it.") -> AgentDefinition:
    return load_agent(f"---\n{header}\n---\n{body}", name="a", source="a.md")


def only(header: str, body: str = "Do it.") -> Problem:
    (problem,) = load(header, body).problems
    return problem


def test_agent_file_of_the_reference_is_read_with_a_word_about_its_model() -> None:
    agent = load_agent(SEED, name="specialist-backend", source="built-in")
    (problem,) = agent.problems
    assert (problem.code, problem.severity, problem.place.line) == ("retired-model", "warning", 4)
    assert "15 June 2026" in problem.message
    assert (agent.mode, agent.model) == ("subagent", "anthropic/claude-sonnet-4-20250514")
    assert agent.prompt == "You are a specialist."
    assert [(rule.permission, rule.action.value) for rule in agent.rules] == [
        ("read", "allow"), ("edit", "ask"), ("grep", "allow"), ("glob", "allow"), ("webfetch", "allow"),
        ("bash", "deny"),
    ]  # fmt: skip
    assert {rule.source for rule in agent.rules} == {"built-in"}
    assert hidden_tools(agent.rules, ["bash", "edit", "write"]) == {"bash"}


def test_agent_file_keeps_places() -> None:
    agent = load_agent(SEED, name="specialist-backend", source="built-in")
    assert agent.places["permission.edit"] == Place(line=14, column=8, end_line=14, end_column=11)
    assert agent.places["tools.bash:key"] == Place(line=12, column=2, end_line=12, end_column=6)
    assert agent.places["prompt"].line == 18


@pytest.mark.parametrize(("path", "expected"), NAMES)
def test_agent_name_is_the_path_below_the_directory(path: str, expected: str) -> None:
    file, _, said = path.partition(" relative to ")
    assert agent_name(file, "/home/agent/.config/opencode" if said else "") == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("permission: ask", {"edit": "ask", "anything": "ask"}),
        ('permission:\n  "*": deny\n  read: allow', {"edit": "deny", "read": "allow"}),
        ('permission:\n  edit:\n    "*": ask\n    src/*: allow', {"edit": "allow", "read": "ask"}),
        ("tools:\n  write: false", {"edit": "deny"}),
        ("tools: {bash: true}", {"bash": "allow", "edit": "ask"}),
    ],
)
def test_agent_file_gives_rules(header: str, expected: dict[str, str]) -> None:
    rules = load(header).rules
    assert {key: evaluate(rules, key, "src/x").action for key in expected} == expected


def test_agent_file_expands_the_home() -> None:
    rules = load('permission:\n  external_directory:\n    "~/docs/*": allow').rules
    assert rules[0].pattern == os.path.expanduser("~") + "/docs/*"


@pytest.mark.parametrize(
    ("header", "words", "line"),
    [
        ("permission: maybe", "allow, ask, deny", 1),
        ("permission:\n  edit: false", "allow, ask, deny", 2),
        ("permission:\n  edit:\n    src/*: no", "allow, ask, deny", 3),
        ("permission: [ask]", "allow, ask, deny", 1),
        ("permission:\n  webfetch:\n    x: ask", "no patterns", 3),
        ("permission:\n  *: deny", "begins with '*'", 2),
        ("tools: [read]", "tool: true", 1),
        ("tools:\n  bash: no", "must be true or false", 2),
        ("tools:\n  webfecth: false", "Did you mean 'webfetch'?", 2),
        ("permission:\n  edits: deny", "Did you mean 'edit'?", 2),
        ("permission:\n  write: deny", "under the permission 'edit'", 2),
        ("permisson:\n  edit: deny", "Did you mean 'permission'?", 1),
        ("permissions: []", "Use permission.", 1),
        ("mode: main", "primary, subagent, all", 1),
        ("model: sonnet", "provider/model", 1),
        ("steps: 0", "1 or more", 1),
        ("steps: true", "whole number", 1),
        ("description: 5", "must be a text", 1),
        ("hidden: yes", "true or false", 1),
        ("name: ../x", "'name' may hold", 1),
        ("temperature: hot", "from 0 to 1", 1),
        ("options: 3", "key: value", 1),
        ("edit: ask\nedit: deny", "twice", 2),
    ],
)
def test_agent_file_that_is_wrong_is_not_usable(header: str, words: str, line: int) -> None:
    agent = load(header)
    errors = [problem for problem in agent.problems if problem.severity == "error"]
    assert not usable(agent)
    assert words in errors[0].message
    assert errors[0].place.line == line


@pytest.mark.parametrize(
    ("header", "severity", "words"),
    [
        ("tools:\n  write: true\npermission:\n  edit: deny", "warning", "overruled"),
        ("tools:\n  bash: false\npermission:\n  bash: deny\n  edit: ask", "", ""),
        ("tools:\n  webfetch: false\npermission:\n  webfetch: allow", "warning", "overruled"),
        ("tools:\n  write: true\n  edit: false", "warning", "one permission"),
        ("tools:\n  bash: true", "info", "no tool 'bash' here"),
        ("permission:\n  skill: ask", "info", "no tool 'skill' here"),
        ("permission:\n  mcp_*: allow", "", ""),
        ("permission:\n  write: ask\n  edit: ask", "warning", "has no effect"),
        ("tools:\n  webfecth: true", "warning", "Did you mean 'webfetch'?"),
        ("temprature: 0.5", "warning", "Did you mean 'temperature'?"),
        ("reasoningEffort: high", "warning", "ignored"),
        ("temperature: 1.5", "warning", "from 0 to 1"),
        ("options:\n  seed: 1", "warning", "not sent"),
        ("thinking: 5000", "warning", "type: enabled"),
        ("maxSteps: 3", "info", "older spelling"),
        ("variant: high", "info", "no effect"),
        ("name: other", "info", "called 'other'"),
        ("prompt: Hello", "warning", "not used"),
        ("description: Builds: all", "warning", "quotes"),
        ("description: x\ncolor: '#ff0000'\nhidden: true", "", ""),
    ],
)
def test_agent_file_with_remarks_stays_usable(header: str, severity: str, words: str) -> None:
    agent = load(header)
    assert usable(agent)
    if severity:
        (problem,) = agent.problems
        assert problem.severity == severity
        assert words in problem.message
    else:
        assert agent.problems == ()


def test_agent_file_without_a_prompt_gets_a_warning() -> None:
    problem = only("description: x", body=" \n")
    assert (problem.severity, problem.place.line) == ("warning", 1)
    assert "empty" in problem.message


def test_agent_file_takes_the_prompt_key_when_there_is_no_text_below() -> None:
    agent = load("prompt: Hello", body="")
    assert (agent.prompt, agent.problems) == ("Hello", ())


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("temperature: 0.2\ntop_p: 1\ntop_k: 5", {"temperature": 0.2, "top_p": 1, "top_k": 5}),
        ("thinking: {type: enabled, budgetTokens: 4000}",
         {"thinking": {"type": "enabled", "budget_tokens": 4000}}),
        ("options:\n  effort: high\n  temperature: 0.1\ntemperature: 0.3",
         {"effort": "high", "temperature": 0.3}),
        ("thinking: {type: disabled}", {"thinking": {"type": "disabled"}}),
        ("options:\n  api_key: x\n  base_url: http://x", {}),
        ("thinking: {type: enabled, budget_tokens: 4000, extra: 1}", {}),
        ("temperature: .nan", {}),
    ],
)  # fmt: skip
def test_agent_file_keeps_only_listed_options(header: str, expected: dict[str, Any]) -> None:
    assert load(header).options == expected


def test_agent_file_without_front_matter_is_all_prompt() -> None:
    agent = load_agent("Just do it.", name="x", source="x.md")
    assert (agent.name, agent.prompt, agent.rules, agent.problems) == ("x", "Just do it.", (), ())


def test_agent_file_that_cannot_be_parsed_has_no_rights_of_its_own() -> None:
    agent = load("permission: [\nx")
    assert agent.rules == ()
    assert not usable(agent)


@pytest.mark.parametrize(("header", "steps"), [("maxSteps: 4", 4), ("steps: 2\nmaxSteps: 4", 2)])
def test_agent_file_knows_both_spellings_of_steps(header: str, steps: int) -> None:
    assert load(header).steps == steps


def test_agent_file_can_remove_an_agent() -> None:
    assert load("disable: true").disabled


KEYS = st.sampled_from(
    [
        "name",
        "tools",
        "permission",
        "mode",
        "steps",
        "options",
        "thinking",
        "edit",
        "read",
        "'*'",
        "x",
        "hidden",
    ]
)
VALUES = st.sampled_from(
    ["ask", "true", "3", "x/y", "[a]", "{edit: deny}", "{a: {b: c}}", "", "~", "{edit: {a: 1}}"]
)


@given(st.lists(st.tuples(KEYS, VALUES), max_size=5), st.text(max_size=20))
def test_agent_file_never_raises(pairs: list[tuple[str, str]], body: str) -> None:
    header = "\n".join(f"{key}: {value}" for key, value in pairs)
    agent = load(header, body)
    assert all(isinstance(rule.action, Action) for rule in agent.rules)


@given(st.binary())
def test_agent_file_takes_any_bytes(data: bytes) -> None:
    for text in (data.decode("latin-1"), "---\n" + data.decode("utf-8", "surrogateescape")):
        assert isinstance(load_agent(text, name="x", source="y"), AgentDefinition)


@given(HOSTILE)
def test_agent_file_takes_any_yaml(text: str) -> None:
    assert isinstance(load_agent(text, name="x", source="y"), AgentDefinition)
