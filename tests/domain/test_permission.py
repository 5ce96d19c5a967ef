import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.permission import (
    Action,
    Decision,
    Rule,
    defaults,
    evaluate,
    evaluate_all,
    evaluate_chain,
    hidden_in_chain,
    hidden_tools,
    merge_tools,
    rules_from,
    strictest,
)

DATA = Path(__file__).parent.parent / "data"
RULE = st.builds(
    Rule,
    permission=st.sampled_from(["*", "edit", "bash", "ed*"]),
    pattern=st.sampled_from(["*", "src/*", "src/a.py", "*.py"]),
    action=st.sampled_from(Action),
)
RULES = st.lists(RULE, max_size=6)
SUBJECTS = st.sampled_from(["src/a.py", "src/b.py", "docs/x", ""])


def table(name: str) -> list[Any]:
    rows: list[Any] = json.loads((DATA / name).read_text())
    return rows


def rules(rows: list[list[str]]) -> tuple[Rule, ...]:
    return tuple(Rule(permission=p, pattern=s, action=Action(a)) for p, s, a in rows)


@pytest.mark.parametrize(
    ("given_rules", "permission", "subject", "expected"), table("permission-evaluate.json")
)
def test_permission_is_decided_by_the_last_match(
    given_rules: Any, permission: str, subject: str, expected: str
) -> None:
    assert evaluate(rules(given_rules), permission, subject).action == expected


@pytest.mark.parametrize(("permission", "expected"), table("permission-from-config.json"))
def test_permission_rules_come_in_file_order(permission: Any, expected: Any) -> None:
    found = rules_from(permission, home="/home/u")
    assert [[rule.permission, rule.pattern, rule.action.value] for rule in found] == [
        [p, s.replace("<HOME>", "/home/u"), a] for p, s, a in expected
    ]


@pytest.mark.parametrize(
    ("given_rules", "names", "expected"), table("permission-hidden-tools.json")
)
def test_permission_hides_tools_that_are_denied_outright(
    given_rules: Any, names: list[str], expected: list[str]
) -> None:
    assert hidden_tools(rules(given_rules), names) == frozenset(expected)


@pytest.mark.parametrize(("tools", "permission", "expected"), table("tools-to-permission.json"))
def test_permission_takes_over_the_tools_map(tools: Any, permission: Any, expected: Any) -> None:
    assert list(merge_tools(tools, permission).items()) == list(expected.items())


@pytest.mark.parametrize(("path", "expected"), table("read-env-defaults.json"))
def test_permission_reads_the_home_defaults_for_env_files(path: str, expected: str) -> None:
    home_defaults = rules_from(
        {
            "*": "allow",
            "read": {"*": "allow", "*.env": "ask", "*.env.*": "ask", "*.env.example": "allow"},
        }
    )
    assert evaluate(home_defaults, "read", path).action == expected


def test_permission_as_a_bare_action_means_every_key() -> None:
    assert merge_tools({}, "ask") == {"*": "ask"}
    assert rules_from("deny") == (Rule(permission="*", pattern="*", action=Action.DENY),)


def test_permission_key_keeps_its_first_place() -> None:
    merged = merge_tools({"edit": True, "*": False}, {"bash": "ask", "edit": "deny"})
    assert list(merged.items()) == [("edit", "deny"), ("*", "deny"), ("bash", "ask")]


def test_permission_of_an_unknown_action_is_an_error() -> None:
    with pytest.raises(ValueError, match="maybe"):
        rules_from({"edit": "maybe"})


@pytest.mark.parametrize("pattern", ["$HOMEwork", "~other/x", "a/~", "a/$HOME"])
def test_permission_expands_the_home_only_by_its_exact_forms(pattern: str) -> None:
    assert rules_from({"read": {pattern: "deny"}}, home="/h")[0].pattern == pattern


def test_permission_says_which_rule_decided() -> None:
    found = rules_from({"edit": {"*": "ask", "src/*": "deny"}}, source="mine.md")
    assert evaluate(found, "edit", "src/a").rule == found[1]
    assert evaluate(found, "read", "src/a") == Decision(action=Action.ASK)


@pytest.mark.parametrize(
    ("why", "given_rules", "expected"),
    [
        ("a deny beats an earlier allow", {"*": "allow", "rm *": "deny"}, "deny"),
        ("a deny beats an earlier question", {"echo *": "ask", "rm *": "deny"}, "deny"),
        ("all allowed proceeds", {"*": "allow"}, "allow"),
        ("one that asks makes one question", {"*": "allow", "rm *": "ask"}, "ask"),
    ],
)  # fmt: skip
def test_permission_decides_several_subjects_at_once(
    why: str, given_rules: dict[str, str], expected: str
) -> None:
    found = rules_from({"bash": given_rules})
    assert evaluate_all(found, "bash", ["echo hello", "rm -rf /"]).action == expected, why


def test_permission_of_nothing_is_asked() -> None:
    assert evaluate_all(rules_from("allow"), "edit", []).action is Action.ASK
    assert strictest([]).action is Action.ASK
    assert evaluate_chain([], "edit", ["a"]).action is Action.ASK


@given(st.lists(RULES, min_size=1, max_size=3), RULES, st.lists(SUBJECTS, min_size=1))
def test_permission_chain_never_widens(
    chain: list[list[Rule]], more: list[Rule], subjects: list[str]
) -> None:
    before = evaluate_chain(chain, "edit", subjects).action.strictness
    assert evaluate_chain([*chain, more], "edit", subjects).action.strictness >= before


@given(st.lists(RULES, min_size=1, max_size=3), SUBJECTS)
def test_permission_of_a_hidden_tool_is_denied(chain: list[list[Rule]], subject: str) -> None:
    for name in hidden_in_chain(chain, ["edit", "write", "bash"]):
        key = "edit" if name == "write" else name
        assert evaluate_chain(chain, key, [subject]).action is Action.DENY


@pytest.mark.parametrize(
    ("permission", "expected"),
    [("question", "allow"), ("external_directory", "ask"), ("doom_loop", "ask"),
     ("read", "allow"), ("any_tool", "allow")],
)  # fmt: skip
def test_permission_defaults_are_ours(permission: str, expected: str) -> None:
    assert evaluate(defaults(), permission, "x").action == expected
