import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.agent_files import load_agent
from backend_specialist.adapters.rule_lint import stated
from backend_specialist.domain.agent import Problem
from backend_specialist.domain.permission import merge_tools, rules_from
from support.fixing import fixed


def text_of(header: str) -> str:
    return f"---\n{header}\n---\nDo it.\n"


def problems(header: str) -> tuple[Problem, ...]:
    return load_agent(text_of(header), name="a", source="a.md").problems


def after(header: str, title: str) -> str:
    """The header after the fix of that title."""
    (fix,) = {fix for each in problems(header) for fix in each.fixes if title in fix.title}
    return fixed(text_of(header), fix).removeprefix("---\n").removesuffix("\n---\nDo it.\n")


@pytest.mark.parametrize(
    ("why", "header", "lines"),
    [
        ("A later rule for everything.", 'permission:\n  read: allow\n  "*": deny', [2]),
        ("A general rule in front.", 'permission:\n  "*": deny\n  read: allow', []),
        (
            "A general pattern at the end.",
            'permission:\n  edit:\n    src/*: allow\n    "*": ask',
            [3],
        ),
        (
            "Patterns that only overlap.",
            "permission:\n  edit:\n    src/*: allow\n    '*.py': ask",
            [],
        ),
        ("A key that the tools gave.", 'tools:\n  bash: false\npermission:\n  "*": ask', [2]),
        ("A wildcard in the key.", "permission:\n  mcp_x: ask\n  mcp_*: deny", [2]),
        ("A single action for all.", "tools:\n  read: true\npermission: deny", [2]),
        ("A question mark is no star.", "permission:\n  edit:\n    a*: allow\n    '?*': deny", []),
    ],
)
def test_rule_that_never_decides_is_reported(why: str, header: str, lines: list[int]) -> None:
    found = [each.place.line for each in problems(header) if each.code == "shadowed"]
    assert found == lines, why


def test_rule_that_never_decides_can_be_removed() -> None:
    header = 'permission:\n  read: allow\n  "*": deny'
    assert after(header, "Remove the rule") == 'permission:\n  "*": deny'


def test_general_rule_can_be_moved_to_the_front() -> None:
    header = 'permission:\n  read: allow\n  edit:\n    "*": ask\n  "*": deny'
    (fix, *_) = [fix for each in problems(header) for fix in each.fixes if "Move" in fix.title]
    moved = fixed(text_of(header), fix)
    assert moved == text_of('permission:\n  "*": deny\n  read: allow\n  edit:\n    "*": ask')
    assert load_agent(moved, name="a", source="a").problems == ()


def test_general_pattern_can_be_moved_to_the_front() -> None:
    header = "permission:\n  edit:\n    src/*: allow\n    '*': ask"
    assert after(header, "Move") == "permission:\n  edit:\n    '*': ask\n    src/*: allow"


def test_entry_of_a_flow_map_has_no_fix_that_would_break_it() -> None:
    (found,) = problems('permission: {read: allow, "*": deny}')
    assert found.fixes == ()


@pytest.mark.parametrize(
    ("why", "header", "instead"),
    [
        ("Paths have no './' in front.", "permission:\n  edit:\n    ./src/*: allow", '"src/*"'),
        ("Paths are below the folder.", "permission:\n  read:\n    ../other/*: allow", '"other/*"'),
        ("A directory is no file.", "permission:\n  edit:\n    src/: allow", '"src/*"'),
        ("Nothing outside is edited.", "permission:\n  edit:\n    /etc/*: deny", '"etc/*"'),
    ],
)
def test_pattern_that_nothing_matches_is_reported(why: str, header: str, instead: str) -> None:
    (found,) = problems(header)
    assert (found.code, found.place.line) == ("never-matches", 3), why
    assert instead in fixed(text_of(header), found.fixes[0])


@pytest.mark.parametrize(
    ("pattern", "action", "reported"),
    [
        ("*.env", "allow", True), (".env*", "ask", True), ("**/.env", "allow", True), ("*.pem", "allow", True),
        ("config/*.key", "allow", True), ("*.env", "deny", False), ("*", "allow", False), ("*.py", "allow", False),
        (".env.example", "allow", False),
    ],
)  # fmt: skip
def test_pattern_that_seems_to_open_secrets_is_reported(
    pattern: str, action: str, reported: bool
) -> None:
    found = problems(f"permission:\n  read:\n    '{pattern}': {action}")
    assert [each.code for each in found] == ["secret"] * reported


ACTIONS = st.sampled_from(["allow", "ask", "deny"])
TOOLS = st.dictionaries(st.sampled_from(["read", "write", "edit", "bash", "*"]), st.booleans())
PATTERNS = st.dictionaries(st.sampled_from(["*", "src/*", "a.py"]), ACTIONS, min_size=1)
PERMISSION = ACTIONS | st.dictionaries(
    st.sampled_from(["read", "edit", "*", "mcp_*"]), ACTIONS | PATTERNS
)


@given(TOOLS, PERMISSION)
def test_rules_are_compared_in_the_order_in_which_they_are_evaluated(tools, permission) -> None:
    expected = rules_from(merge_tools(tools, permission))
    assert tuple(entry.rule for entry in stated(tools, permission)) == expected
