"""The extension's manifest and TypeScript say what the server's code says: settings, commands, events."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from backend_specialist import __version__, settings
from backend_specialist.lsp.announcer import EVENT
from backend_specialist.lsp.arguments import PREFIX, SHAPES
from backend_specialist.lsp.traits import DRAWABLE
from backend_specialist.sessions.events import Kind, Status
from backend_specialist.settings import NAMES, Settings, parse

CLIENT = Path(__file__).parents[1] / "client-vscode"
MANIFEST = json.loads((CLIENT / "package.json").read_text())
PROPERTIES: dict[str, Any] = MANIFEST["contributes"]["configuration"]["properties"]
PROTOCOL = (CLIENT / "src/protocol.ts").read_text()
SECTION = "backendSpecialist."
# The client says these itself: they are no choice of the user's.
SAID_BY_THE_CLIENT = {"events", "ui", "trusted"}
SERVER_SETTINGS = {
    name.removeprefix(SECTION): declared
    for name, declared in PROPERTIES.items()
    if not name.startswith(f"{SECTION}client.")
}


def union(name: str) -> set[str]:
    """The words of a TypeScript union of string literals."""
    found = re.search(rf"export type {name} =([^;]+);", PROTOCOL)
    assert found, name
    return set(re.findall(r'"(\w+)"', found[1]))


def nested(name: str, value: object) -> dict[str, object]:
    head, dot, rest = name.partition(".")
    return {head: nested(rest, value) if dot else value}


def test_the_manifest_declares_every_setting_of_the_server_and_no_other() -> None:
    assert set(SERVER_SETTINGS) == set(NAMES) - SAID_BY_THE_CLIENT


@pytest.mark.parametrize("name", SERVER_SETTINGS)
def test_a_declared_default_is_the_servers(name: str) -> None:
    default = SERVER_SETTINGS[name]["default"]
    assert parse(nested(name, default)) == (Settings(), ())


@pytest.mark.parametrize("name", [n for n, d in SERVER_SETTINGS.items() if "enum" in d])
def test_every_declared_choice_is_one_of_the_servers(name: str) -> None:
    for choice in SERVER_SETTINGS[name]["enum"]:
        assert parse(nested(name, choice))[1] == ()
    assert parse(nested(name, "something else"))[1] != ()


@pytest.mark.parametrize("name", [n for n, d in SERVER_SETTINGS.items() if "minimum" in d])
def test_the_declared_bounds_are_the_servers(name: str) -> None:
    declared = SERVER_SETTINGS[name]
    for inside in (declared["minimum"], declared["maximum"]):
        assert parse(nested(name, inside))[1] == ()
    for outside in (declared["minimum"] / 2, declared["maximum"] * 2):
        assert parse(nested(name, outside))[1] != ()


def test_a_workspace_can_set_only_what_the_server_takes_from_one() -> None:
    taken = {name for name, choices in settings._FROM_WORKSPACE.items() if not choices}
    scopes = {name: declared["scope"] for name, declared in SERVER_SETTINGS.items()}
    assert {name for name, scope in scopes.items() if scope == "window"} == taken
    assert {name for name, scope in scopes.items() if scope == "machine"} == set(scopes) - taken
    restricted = MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert set(restricted) == {SECTION + name for name in taken}


def test_settings_of_the_client_are_the_users_alone() -> None:
    own = {name: declared["scope"] for name, declared in PROPERTIES.items() if ".client." in name}
    assert own
    assert set(own.values()) == {"machine"}


def test_every_setting_has_a_description() -> None:
    for name, declared in PROPERTIES.items():
        assert declared.get("description") or declared.get("markdownDescription"), name


def test_the_client_sends_no_unknown_command_and_no_unknown_key() -> None:
    body = re.search(r"export interface Calls \{(.*?)\n\}", PROTOCOL, re.DOTALL)
    assert body
    sent = set(re.findall(r"^  (\w+): \[", body[1], re.MULTILINE))
    assert sent <= set(SHAPES)
    run = re.search(r"export interface RunArgument \{(.*?)\n\}", PROTOCOL, re.DOTALL)
    assert run
    assert set(re.findall(r"^  (\w+)\?", run[1], re.MULTILINE)) <= set(SHAPES["run"].keys)
    assert f'PREFIX = "{PREFIX}"' in PROTOCOL


def test_what_a_person_would_call_has_a_command() -> None:
    commands = {each["command"] for each in MANIFEST["contributes"]["commands"]}
    offered = {name.removeprefix(f"{SECTION}client.") for name in commands}
    by_another_name = {
        "listSessions": "sessions",
        "showTranscript": "transcript",
        "showDeliverable": "deliverable",
        "deleteSession": "delete",
        "listRecipes": "runRecipe",
        "pickRecipe": "runRecipe",
        "listAgents": "agents",
        "useAgent": "agents",
        "showPermissions": "agents",
        "listApprovals": "approvals",
        "revokeApproval": "approvals",
    }
    assert {by_another_name.get(name, name) for name in SHAPES} <= offered


def test_commands_of_the_client_do_not_collide_with_those_of_the_server() -> None:
    for each in MANIFEST["contributes"]["commands"]:
        assert each["command"].startswith(f"{SECTION}client.")
        assert each["category"] == "Backend Specialist"


def test_events_and_states_are_those_of_the_server() -> None:
    assert f'EVENT = "{EVENT}"' in PROTOCOL
    assert union("Status") == {status.value for status in Status}
    kinds = set(re.findall(r'kind: ((?:"\w+"(?: \| )?)+)', PROTOCOL))
    assert {word for kind in kinds for word in re.findall(r'"(\w+)"', kind)} == {
        kind.value for kind in Kind
    }
    drawn = re.search(r"DRAWN = \[([^\]]+)\]", PROTOCOL)
    assert drawn
    assert set(re.findall(r'"(\w+)"', drawn[1])) == DRAWABLE


def test_the_extension_has_the_version_of_the_server() -> None:
    assert MANIFEST["version"] == __version__
