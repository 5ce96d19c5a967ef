"""docs/protocol.md says what the code does: every name, parameter, default and value of the outside contract."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from backend_specialist import settings
from backend_specialist.adapters import logs, rehearsal, state_files
from backend_specialist.adapters.models import PROVIDERS
from backend_specialist.command_line.parser import build_parser
from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.proposal import HunkOutcome, Result, proposals
from backend_specialist.domain.transcript import Usage
from backend_specialist.lsp import session_commands
from backend_specialist.lsp.announcer import EVENT, wire
from backend_specialist.lsp.arguments import COMMANDS, PREFIX, SHAPES
from backend_specialist.sessions.announcements import proposal_event
from backend_specialist.sessions.codec import outcomes_for_clients, usage_to_json
from backend_specialist.sessions.events import Event, Kind, Status
from backend_specialist.terminal.report import Report
from backend_specialist.tools.artifact import ArtifactTool
from backend_specialist.tools.task import Task
from backend_specialist.tools.toolbox import TOOLS

ROOT = os.path.join(os.path.dirname(__file__), "..")
with open(os.path.join(ROOT, "docs", "protocol.md"), encoding="utf-8") as _file:
    PAGE = _file.read()

_NAME = re.compile(r"`([^`]+)`")


def table(first: str) -> dict[str, list[str]]:
    """The rows of the table whose first column has this heading, by their first cell as it stands."""
    start = PAGE.index(f"| {first} |")
    rows = PAGE[start:].split("\n\n", 1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    return {cell.strip(): rest for cell, *rest in cells}


def names(text: str) -> list[str]:
    """Everything in code marks."""
    return _NAME.findall(text)


def first_names(first: str) -> list[str]:
    return [name for cell in table(first) for name in names(cell)]


# ---------------------------------------------------------------- command line


def _subcommands(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    (action,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


def _flags(parser: argparse.ArgumentParser) -> set[str]:
    return {name for a in parser._actions for name in a.option_strings} - {"-h", "--help"}


def test_the_page_lists_every_subcommand() -> None:
    listed = [cell.split("`")[1].split()[1] for cell in table("Call")]
    assert listed == list(_subcommands(build_parser()))


@pytest.mark.parametrize("name", sorted(set(_subcommands(build_parser())) - {"run"}))
def test_the_page_lists_every_flag_of_a_subcommand(name: str) -> None:
    parser = _subcommands(build_parser())[name]
    (row,) = (rest for cell, rest in table("Call").items() if cell.split("`")[1].split()[1] == name)
    flags = _flags(parser)
    if name == "sessions":
        actions = _subcommands(parser)
        flags = {flag for each in actions.values() for flag in _flags(each)}
        assert {text.split()[0] for text in names(row[0])} >= set(actions)
    assert set(re.findall(r"--[a-z-]+", row[0])) == flags


def test_the_page_lists_every_flag_of_run() -> None:
    listed = [text.split()[0] for text in first_names("Option")]
    assert sorted(listed) == sorted(_flags(_subcommands(build_parser())["run"]))


def test_the_page_lists_every_key_of_the_json_report() -> None:
    text = table("Option")["`--json`"][0]
    assert set(Report().to_json()) <= set(names(text))


def test_the_page_lists_every_variable() -> None:
    ours = {logs.VARIABLE, state_files.VARIABLE, rehearsal._DIRECTORY}
    anthropic = {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"}
    assert set(first_names("Variable")) == ours | anthropic


# ---------------------------------------------------------------- settings


def test_the_page_lists_every_setting_in_order() -> None:
    assert first_names("Setting") == list(settings.NAMES)


@pytest.mark.parametrize("name", settings.NAMES)
def test_the_page_says_the_default_of_a_setting(name: str) -> None:
    _, default, _ = table("Setting")[f"`{name}`"]
    field, _ = settings._KINDS[name]
    (value,) = (each.default for each in fields(settings.Settings) if each.name == field)
    shown = (
        "none"
        if value in (None, ())
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
    assert default.strip("`") == shown


@pytest.mark.parametrize("name", settings.NAMES)
def test_the_page_says_the_choices_and_bounds_of_a_setting(name: str) -> None:
    """What the page allows is taken; one step beyond is not."""
    kind, _, _ = table("Setting")[f"`{name}`"]
    _, check = settings._KINDS[name]
    if choices := [
        each for each in names(kind) if each not in ("provider/model", "host", "host:port")
    ]:
        listed = kind.startswith("list")
        for choice in choices:
            check([choice] if listed else choice)
        with pytest.raises(ValueError, match=" or ".join(map(repr, choices))):
            check(["nonsense"] if listed else "nonsense")
    elif bounds := re.search(r"([\d.,]+) to ([\d,]+)", kind):
        least, most = (float(text.replace(",", "")) for text in bounds.groups())
        check(least)
        check(most)
        for beyond in (least - 0.001, most + 1):
            with pytest.raises(ValueError, match="must be"):
                check(beyond)


def test_the_page_lists_every_provider() -> None:
    listed = names(table("Setting")["`model`"][2])
    assert [name for name in listed if "/" not in name] == list(PROVIDERS)


# ---------------------------------------------------------------- commands


def test_the_page_lists_every_command() -> None:
    assert [PREFIX + name for name in first_names("Command")] == list(COMMANDS)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_page_says_the_keys_of_a_command(name: str) -> None:
    argument = names(table("Command")[f"`{name}`"][0])[0]
    keys = [key.strip() for key in argument.strip("{}").split(",") if key.strip()]
    assert {key.rstrip("?") for key in keys} == set(SHAPES[name].keys)
    assert {key for key in keys if not key.endswith("?")} == SHAPES[name].required


def test_the_page_says_the_decisions_of_an_answer() -> None:
    known = table("For")
    assert set(session_commands._DECISIONS) <= set(names(known["a proposal"][0]))
    assert set(session_commands._PERMISSIONS) <= set(names(known["a permission"][0]))


# ---------------------------------------------------------------- events


def test_the_page_lists_every_kind_status_and_result() -> None:
    assert f"`{EVENT}`" in PAGE
    assert first_names("Kind") == [kind.value for kind in Kind]
    assert first_names("Status") == [status.value for status in Status]
    assert sorted(first_names("Result of a hunk")) == sorted(result.value for result in Result)


def _proposal() -> Mapping[str, Any]:
    base = Snapshot(uri="file:///w/a.py", path="/w/a.py", text="a\n")
    change = FileChange(path="/w/a.py", label="a.py", uri="file:///w/a.py", base=base, text="b\n")
    (proposal,) = proposals((change,), round=1, title="t")
    data = proposal_event(proposal)
    return wire(Event(session_id="s", seq=1, kind=Kind.PROPOSAL, data=data, source=proposal))


def test_the_page_says_the_fields_of_a_proposal() -> None:
    event = _proposal()
    head = {"sessionId", "seq", "kind"}
    assert set(names(table("Kind")["`proposal`"][0])) == set(event) - head
    (file,) = event["files"]
    assert set(first_names("Field")) == set(file)
    (hunk,) = file["hunks"]
    assert set(names(table("Field")["`hunks`"][0])) == set(hunk)


def test_the_page_says_the_fields_of_outcomes_and_usage() -> None:
    outcome = HunkOutcome(path="/a", label="a", hunk="1", result=Result.ACCEPTED, lines="1")
    (told,) = outcomes_for_clients((outcome,))
    assert set(told) | {"proposalId", "outcomes"} == set(names(table("Kind")["`review`"][0]))
    assert set(usage_to_json(Usage())) == set(names(table("Kind")["`usage`"][0]))


# ---------------------------------------------------------------- tools


def _documented(cell: str) -> dict[str, bool]:
    """Parameter names, and whether each must be given."""
    return {
        name.rstrip("?"): not name.endswith("?") for name in names(cell.split(" (", maxsplit=1)[0])
    }


ALL_TOOLS = {
    tool.spec.name: tool for tool in (*TOOLS, ArtifactTool("d"), Task([("expert", "knows")]))
}


def test_the_page_lists_every_tool() -> None:
    assert first_names("Tool") == sorted(ALL_TOOLS)


@pytest.mark.parametrize("name", sorted(ALL_TOOLS))
def test_the_page_says_the_parameters_of_a_tool(name: str) -> None:
    schema = ALL_TOOLS[name].spec.schema
    wanted = {key: key in schema["required"] for key in schema["properties"]}
    assert _documented(table("Tool")[f"`{name}`"][0]) == wanted


# ---------------------------------------------------------------- the checks can fail


@pytest.mark.parametrize("page", ["| Setting | Type |\n| --- | --- |\n| `agent` | name |\n\n"])
def test_a_missing_row_is_seen(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setitem(globals(), "PAGE", page)
    with pytest.raises(AssertionError):
        test_the_page_lists_every_setting_in_order()
