import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend_specialist.domain.permission import defaults, rules_from
from backend_specialist.tools.artifact import ArtifactTool
from backend_specialist.tools.registry import Tool, ToolFailed
from backend_specialist.tools.schema import check
from backend_specialist.tools.toolbox import TOOLS, call, offered
from support.arguments import arguments
from support.tool_context import MemoryContext, make_context

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 5},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 120},
        "offset": {"type": "integer", "minimum": 0},
        "all": {"type": "boolean"},
        "items": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]},
        },
    },
    "required": ["name"],
}


@pytest.fixture
def context(tmp_path: Path) -> MemoryContext:
    return make_context(tmp_path, files={"src/app.py": "x = 1\n"})


def names(rules: dict[str, Any]) -> list[str]:
    return [tool.spec.name for tool in offered([(*defaults(), *rules_from(rules))])]


def test_all_tools_are_offered_by_default_sorted_by_name() -> None:
    every = ["deliver", "edit", "glob", "grep", "question", "read", "webfetch", "write"]
    assert names({}) == every
    assert sorted(tool.spec.name for tool in TOOLS) == every


@pytest.mark.parametrize(
    ("rules", "absent"),
    [
        ({"edit": "deny"}, {"edit", "write"}),
        ({"webfetch": "deny", "bash": "deny"}, {"webfetch"}),
        ({"edit": "ask"}, set()),
        ({"edit": {"*": "deny", "docs/*": "allow"}}, set()),
        ({"*": "deny"}, {tool.spec.name for tool in TOOLS}),
        ({"*": "deny", "read": "allow"}, {tool.spec.name for tool in TOOLS} - {"read"}),
    ],
)
def test_denied_tools_are_absent(rules: dict[str, Any], absent: set[str]) -> None:
    assert {tool.spec.name for tool in TOOLS} - set(names(rules)) == absent


def test_descriptions_are_short_enough_for_a_prompt() -> None:
    def size(name: str) -> int:
        spec = next(tool.spec for tool in TOOLS if tool.spec.name == name)
        shown = {"name": spec.name, "description": spec.description, "input_schema": spec.schema}
        return len(json.dumps(shown, separators=(",", ":")))

    assert sum(map(size, ("edit", "write", "webfetch", "question", "deliver"))) < 4_600
    assert sum(size(tool.spec.name) for tool in TOOLS) < 8_000


async def test_call_gives_the_output_of_the_tool(context: MemoryContext) -> None:
    output, failed = await call("write", {"filePath": "a.py", "content": "x\n"}, TOOLS, context)
    assert not failed
    assert output.title == "a.py"
    assert context.proposals[0][1] == "x\n"


@pytest.mark.parametrize("name", ["Write", "WRITE", " write "])
async def test_name_in_another_case_is_repaired(context: MemoryContext, name: str) -> None:
    _, failed = await call(name, {"filePath": "a.py", "content": "x\n"}, TOOLS, context)
    assert not failed


@pytest.mark.parametrize("name", ["bash", "", "edit2", "x" * 5_000])
async def test_unknown_tool_gives_a_result_with_those_that_exist(
    context: MemoryContext, name: str
) -> None:
    output, failed = await call(
        name, {}, offered([rules_from({"*": "allow", "edit": "deny"})]), context
    )
    assert failed
    assert output.text.endswith("The tools are: deliver, glob, grep, question, read, webfetch.")
    assert len(output.text) < 300


async def test_denied_tool_is_unknown(context: MemoryContext) -> None:
    tools = offered([rules_from({"*": "allow", "edit": "deny"})])
    output, failed = await call("write", {"filePath": "a.py", "content": "x"}, tools, context)
    assert failed
    assert "no tool called 'write'" in output.text
    assert context.proposals == []


async def test_failure_of_a_tool_is_an_error_result(context: MemoryContext) -> None:
    for given_arguments in ({"filePath": "none.py"}, {"filePath": "src"}):
        output, failed = await call(
            "edit", {"oldString": "a", "newString": "b", **given_arguments}, TOOLS, context
        )
        assert failed
        assert output.text


async def test_unknown_keys_are_left_out_and_named(context: MemoryContext) -> None:
    arguments = {"filePath": "a.py", "content": "x", "mode": "0777", "force": True}
    output, failed = await call("write", arguments, TOOLS, context)
    assert not failed
    assert output.text.endswith('(Ignored: write has no parameter "mode", "force".)')


@pytest.mark.parametrize("arguments", [None, [], "x", 3])
async def test_arguments_that_are_no_object_are_an_error(
    context: MemoryContext, arguments: object
) -> None:
    output, failed = await call("write", arguments, TOOLS, context)
    assert failed
    assert "The call of write was not valid" in output.text


ALL = (*TOOLS, ArtifactTool("agent-docs"))


@pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.spec.name)
@given(data=st.data())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200
)
async def test_no_arguments_break_a_call(
    context: MemoryContext, tool: Tool, data: st.DataObject
) -> None:
    output, _ = await call(tool.spec.name, data.draw(arguments(tool.spec.schema)), ALL, context)
    # Half of a surrogate pair is only in the name of a file that is not UTF-8.
    assert output.text.encode("utf-8", "surrogateescape")


# ---------------------------------------------------------------- the arguments


@pytest.mark.parametrize(
    ("given_arguments", "values"),
    [
        ({"name": "a"}, {"name": "a"}),
        ({"name": "a", "kind": None, "count": None}, {"name": "a"}),
        ({"name": "a", "count": "5"}, {"name": "a", "count": 5}),
        ({"name": "a", "count": 5.0}, {"name": "a", "count": 5}),
        ({"name": "a", "all": "True"}, {"name": "a", "all": True}),
        ({"name": "a", "items": [{"x": "y"}]}, {"name": "a", "items": ({"x": "y"},)}),
    ],
)
def test_what_was_clearly_meant_is_read(
    given_arguments: dict[str, Any], values: dict[str, Any]
) -> None:
    assert check("t", SCHEMA, given_arguments).values == values


@pytest.mark.parametrize(
    ("given_arguments", "said"),
    [
        ({}, '"name" is missing'),
        ({"name": None}, '"name" is missing'),
        ({"name": 3}, '"name" must be a string, but it is a number'),
        ({"name": " "}, '"name" must not be empty'),
        ({"name": "abcdef"}, '"name" is 6 characters long, more than 5'),
        ({"name": "\ud800"}, '"name" holds half of a surrogate pair'),
        ({"name": "a", "kind": "c"}, '"kind" must be one of "a", "b", but it is "c"'),
        ({"name": "a", "count": True}, '"count" must be a whole number, but it is true'),
        ({"name": "a", "count": 5.5}, '"count" must be a whole number, but it is a number'),
        (
            {"name": "a", "count": "five"},
            '"count" must be a whole number, but it is the string "five"',
        ),
        ({"name": "a", "count": "9" * 5_000}, '"count" must be a whole number'),
        ({"name": "a", "count": 0}, '"count" must be from 1 to 120, but it is 0'),
        ({"name": "a", "count": 121}, '"count" must be from 1 to 120, but it is 121'),
        ({"name": "a", "offset": -1}, '"offset" must be at least 0, but it is -1'),
        (
            {"name": "a", "offset": 10**400},
            '"offset" must be from 0 to 9007199254740992, but it is far',
        ),
        (
            {"name": "a", "offset": -(10**5_000)},
            '"offset" must be at least 0, but it is far from that',
        ),
        ({"name": "a", "count": 1e300}, '"count" must be from 1 to 120, but it is far from that'),
        (
            {"name": "a", "count": float("nan")},
            '"count" must be a whole number, but it is a number',
        ),
        ({"name": "a", "all": 1}, '"all" must be true or false, but it is a number'),
        ({"name": "a", "items": {}}, '"items" must be an array, but it is an object'),
        ({"name": "a", "items": []}, '"items" must have 1 to 2 entries, not 0'),
        ({"name": "a", "items": ["x"]}, '"items[0]" must be an object, but it is the string "x"'),
        ({"name": "a", "items": [{"x": "y"}, {}]}, '"items[1].x" is missing'),
    ],
)
def test_error_names_tool_key_and_fault(given_arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolFailed) as caught:
        check("t", SCHEMA, given_arguments)
    text = str(caught.value)
    assert text.startswith("The call of t was not valid, so nothing was done: ")
    assert text.endswith("Send it again, corrected.")
    assert said in text
    assert len(text) < 400


def test_every_fault_is_named_at_once_up_to_five() -> None:
    with pytest.raises(ToolFailed, match=r'"name" is missing; "kind" must be'):
        check("t", SCHEMA, {"kind": 1, "count": "x"})


def test_unknown_keys_inside_are_named_with_their_place() -> None:
    found = check("t", SCHEMA, {"name": "a", "items": [{"x": "y", "z": 1}]})
    assert found.values["items"] == ({"x": "y"},)
    assert found.notes == ('(Ignored: t has no parameter "items[0].z".)',)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"filePath": 7},
        {"filePath": "a", "limit": 0},
        {"filePath": "a", "offset": -1},
        {"path": "a"},
    ],
)
async def test_call_with_bad_arguments_asks_nobody_and_says_so(
    context: MemoryContext, arguments: dict[str, Any]
) -> None:
    output, failed = await call("read", arguments, TOOLS, context)
    assert failed
    assert "read was not valid" in output.text
    assert context.permitted == []
