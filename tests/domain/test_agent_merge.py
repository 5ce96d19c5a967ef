from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.agent_merge import laid_over, merged, rules_of, sources_of


def agent(source: str, permission: dict[str, Any] | None = None, **fields: Any) -> AgentDefinition:
    permission, given = permission or {}, frozenset(fields)
    sources = sources_of(permission, given, source)
    rules = rules_of(permission, sources)
    return AgentDefinition(
        name="a", source=source, permission=permission, rules=rules, sources=sources, given=given, **fields
    )  # fmt: skip


def test_nearer_agent_replaces_the_fields_that_it_names() -> None:
    near, far = agent("near", model="n"), agent("far", model="f", description="Does it", steps=3)
    found = laid_over(near, far)
    assert (found.model, found.description, found.steps) == ("n", "Does it", 3)
    assert found.sources == {"model": "near", "description": "far", "steps": "far"}
    assert found.source == "near"


@pytest.mark.parametrize(
    ("why", "near", "far", "expected"),
    [
        ("A key keeps its first place.", {"edit": "deny"}, {"edit": "ask", "read": "allow"},
         {"edit": "deny", "read": "allow"}),
        ("A new key stands last.", {"*": "ask"}, {"edit": "deny"}, {"edit": "deny", "*": "ask"}),
        ("Patterns are laid over each other.", {"edit": {"src/*": "allow"}}, {"edit": {"*": "ask"}},
         {"edit": {"*": "ask", "src/*": "allow"}}),
        ("An action replaces patterns.", {"edit": "deny"}, {"edit": {"*": "ask", "x": "allow"}}, {"edit": "deny"}),
        ("Patterns replace an action.", {"edit": {"x": "allow"}}, {"edit": "deny"}, {"edit": {"x": "allow"}}),
    ],
)  # fmt: skip
def test_nearer_agent_replaces_the_permissions_that_it_names(
    why: str, near: dict[str, Any], far: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = laid_over(agent("near", near), agent("far", far)).permission
    assert [(key, found[key]) for key in found] == list(expected.items()), why
    for key, setting in expected.items():
        if isinstance(setting, dict):
            assert list(found[key]) == list(setting), why


def test_every_rule_says_which_file_it_is_from() -> None:
    near = agent("near", {"edit": {"src/*": "allow"}, "read": "deny"})
    far = agent("far", {"edit": {"*": "ask"}, "glob": "allow"})
    rules = laid_over(near, far).rules
    assert [(rule.permission, rule.pattern, rule.source) for rule in rules] == [
        ("edit", "*", "far"), ("edit", "src/*", "near"), ("glob", "*", "far"), ("read", "*", "near"),
    ]  # fmt: skip


ACTIONS = st.sampled_from(["allow", "ask", "deny"])
SETTING = ACTIONS | st.dictionaries(st.sampled_from(["*", "a", "b"]), ACTIONS, min_size=1)
PERMISSION = st.dictionaries(st.sampled_from(["*", "edit", "read"]), SETTING)


@given(PERMISSION)
def test_agent_laid_over_itself_stays_as_it_is(permission: dict[str, Any]) -> None:
    one = agent("x", permission, model="m")
    assert laid_over(one, one) == one


@given(st.lists(PERMISSION, min_size=1, max_size=4))
def test_merged_agent_is_laid_over_from_the_farthest_on(permissions: list[dict[str, Any]]) -> None:
    agents = [agent(str(number), permission) for number, permission in enumerate(permissions)]
    expected = agents[-1]
    for near in agents[-2::-1]:
        expected = laid_over(near, expected)
    found = merged(agents)
    assert found == expected
    for key, setting in permissions[0].items():
        nearest = setting if isinstance(setting, dict) else {"*": setting}
        for pattern, action in nearest.items():
            (rule,) = [r for r in found.rules if (r.permission, r.pattern) == (key, pattern)]
            assert (rule.action.value, rule.source) == (action, "0")
