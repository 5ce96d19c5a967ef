import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.claude_files import is_claude_form, load_claude_agent
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.permission import defaults, evaluate, hidden_tools
from support.front_matters import HOSTILE


def load(header: str, body: str = "Do it.") -> AgentDefinition:
    return load_claude_agent(f"---\n{header}\n---\n{body}", name="a", source="a.md")


def decided(agent: AgentDefinition, permission: str, subject: str = "x") -> str:
    return evaluate((*defaults(), *agent.rules), permission, subject).action.value


@pytest.mark.parametrize(
    ("why", "header", "expected"),
    [
        ("A list is an allow-list.", "tools: Read, Grep", {"read": "allow", "grep": "allow", "glob": "deny",
         "edit": "deny", "webfetch": "deny"}),
        ("A list of YAML is one as well.", "tools: [Read, Write]", {"read": "allow", "edit": "ask", "grep": "deny"}),
        ("An empty list allows nothing.", "tools: []", {"read": "deny", "edit": "deny"}),
        ("Without a list there are all tools.", "description: x", {"read": "allow", "edit": "ask", "webfetch": "ask"}),
        ("A star is all tools.", 'tools: "*"', {"read": "allow", "edit": "ask"}),
        ("Some are taken away.", "disallowedTools: Edit, Write", {"read": "allow", "edit": "deny"}),
        ("Taking away beats the list.", "tools: Read, Edit\ndisallowedTools: Edit", {"read": "allow", "edit": "deny"}),
        ("Edits without a question.", "permissionMode: acceptEdits", {"edit": "allow", "webfetch": "ask"}),
        ("Nothing is asked.", "permissionMode: bypassPermissions", {"edit": "allow", "webfetch": "allow"}),
        ("A plan changes nothing.", "permissionMode: plan", {"edit": "deny", "read": "allow"}),
        ("What is not allowed is denied.", "permissionMode: dontAsk", {"edit": "deny", "webfetch": "deny"}),
        ("A mode gives no tool.", "tools: Read\npermissionMode: bypassPermissions", {"edit": "deny"}),
        ("Our own tools stay.", "tools: Read", {"deliver": "allow", "question": "allow", "external_directory": "ask"}),
    ],
)  # fmt: skip
def test_claude_agent_has_the_rights_that_its_author_meant(
    why: str, header: str, expected: dict[str, str]
) -> None:
    agent = load(header)
    assert {key: decided(agent, key) for key in expected} == expected, why


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        ("Task(a, b), Read", {"task": "allow", "read": "allow", "grep": "deny"}),
        (" Read ( b ) ,Grep", {"read": "allow", "grep": "allow"}),
        ("Read, Task(a(b, c), d)", {"read": "allow", "task": "deny"}),
        ("Read, b), Grep", {"read": "deny", "grep": "allow"}),
        ("Task(a, Grep", {"task": "deny", "grep": "allow"}),
    ],
)
def test_a_list_of_tools_is_split_outside_of_parentheses(
    tools: str, expected: dict[str, str]
) -> None:
    agent = load(f'tools: "{tools}"')
    assert {key: decided(agent, key, "b") for key in expected} == expected


@pytest.mark.parametrize("tools", ["(" + "," * 32_000, "a" + " " * 32_000 + "!", "(" * 32_000])
def test_a_hostile_list_of_tools_costs_no_more_than_its_length(tools: str) -> None:
    began = time.process_time()
    assert decided(load(f'tools: "{tools}"'), "edit") == "deny"
    assert time.process_time() - began < 2


def test_claude_agent_may_call_only_the_agents_that_it_names() -> None:
    agent = load("tools: Read, Task(reviewer), Agent(tester)")
    assert decided(agent, "task", "reviewer") == "allow"
    assert decided(agent, "task", "tester") == "allow"
    assert decided(agent, "task", "other") == "deny"


def test_claude_agent_is_not_offered_what_it_may_not_use() -> None:
    rules = (*defaults(), *load("tools: Read, Grep").rules)
    tools = ["read", "grep", "glob", "edit", "write", "webfetch", "question", "deliver"]
    assert hidden_tools(rules, tools) == {"glob", "edit", "write", "webfetch"}


@pytest.mark.parametrize(
    ("word", "begins"),
    [("sonnet", "anthropic/claude-sonnet-"), ("opus", "anthropic/claude-opus-"),
     ("haiku", "anthropic/claude-haiku-"), ("claude-opus-5", "anthropic/claude-opus-5"),
     ("bedrock/x", "bedrock/x")],
)  # fmt: skip
def test_claude_agent_names_its_model_by_an_alias(word: str, begins: str) -> None:
    model = load(f"model: {word}").model
    assert model
    assert model.startswith(begins)


def test_claude_agent_inherits_the_model_of_the_settings() -> None:
    assert load("model: inherit").model is None
    assert load("description: x").model is None


def test_claude_agent_is_called_by_others_and_has_its_turns_counted() -> None:
    agent = load("name: a\ndescription: Reviews code\nmaxTurns: 7")
    assert (agent.mode, agent.steps, agent.description) == ("subagent", 7, "Reviews code")
    assert agent.prompt == "Do it."


@pytest.mark.parametrize(
    ("why", "header", "severity", "words"),
    [
        ("A tool that is not here.", "tools: Read, Bash", "info", "no tool 'Bash' here"),
        ("A slip in a list.", "tools: [Raed]", "warning", "Did you mean 'Read'?"),
        ("A slip that would leave a right.", "disallowedTools: [Eidt]", "error", "Did you mean 'Edit'?"),
        ("A slip in a key that narrows.", "disalowedTools: Edit", "error", "Did you mean 'disallowedTools'?"),
        ("An unknown key.", "flavour: x", "warning", "ignored"),
        ("A program to start.", "hooks: {}", "info", "no effect"),
        ("A mode that does not exist.", "permissionMode: accept", "error", "acceptEdits"),
        ("A model that does not exist.", "model: sonett", "warning", "sonnet, opus, haiku"),
        ("Not a list.", "tools: 3", "error", "list of tools"),
    ],
)  # fmt: skip
def test_claude_agent_file_with_a_fault_is_reported(
    why: str, header: str, severity: str, words: str
) -> None:
    (problem,) = load(header).problems
    assert problem.severity == severity, why
    assert words in problem.message


@pytest.mark.parametrize(
    ("header", "expected"),
    [("tools: Read", True), ("tools: [Read]", True), ("model: sonnet", True), ("permissionMode: plan", True),
     ("tools:\n  read: true", False), ("mode: all", False), ("description: x", False)],
)  # fmt: skip
def test_claude_form_is_told_by_what_only_it_has(header: str, expected: bool) -> None:
    assert is_claude_form(f"---\n{header}\n---\n") is expected


KEYS = st.sampled_from(["tools", "disallowedTools", "model", "permissionMode", "maxTurns", "hooks"])
VALUES = st.sampled_from(["Read", "[a, 1]", "{a: b}", "'Task(x), ('", "*", "3", "~", "sonnet", ""])


@given(st.lists(st.tuples(KEYS, VALUES), max_size=5), st.text(max_size=20))
def test_claude_agent_file_never_raises(pairs: list[tuple[str, str]], body: str) -> None:
    header = "\n".join(f"{key}: {value}" for key, value in pairs)
    assert isinstance(load(header, body), AgentDefinition)


@given(HOSTILE)
def test_claude_agent_file_takes_any_yaml(text: str) -> None:
    assert isinstance(load_claude_agent(text, name="x", source="y"), AgentDefinition)
    assert is_claude_form(text) in (True, False)
