"""The extension's manifest and TypeScript say what the server and docs/protocol.md say: settings, commands, events."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from backend_specialist import __version__, settings
from backend_specialist.domain.proposal import Result
from backend_specialist.lsp.announcer import EVENT
from backend_specialist.lsp.arguments import PREFIX, SHAPES
from backend_specialist.lsp.traits import DRAWABLE
from backend_specialist.sessions.events import Kind, Status
from backend_specialist.sessions.listing import actions
from backend_specialist.settings import NAMES, Settings, parse
from test_contract import names, table

CLIENT = Path(__file__).parents[1] / "client-vscode"
MANIFEST = json.loads((CLIENT / "package.json").read_text())
PROPERTIES: dict[str, Any] = MANIFEST["contributes"]["configuration"]["properties"]
PROTOCOL = (CLIENT / "src/protocol.ts").read_text()
COMMANDS = (CLIENT / "src/commands.ts").read_text()
MENU = (CLIENT / "src/menu.ts").read_text()
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


def block(source: str, head: str, end: str) -> str:
    """What stands between two pieces of TypeScript."""
    assert source.count(head) == 1, head
    return source.partition(head)[2].partition(end)[0]


TYPES = {
    name: f"{base}\n{body}"
    for name, base, body in re.findall(
        r"interface (\w+)(?: extends (\w+))? \{\n(.*?)\n\}", PROTOCOL, re.DOTALL
    )
} | dict(re.findall(r"^type (\w+) = (.*?);\n(?=[a-z/\n])", PROTOCOL, re.DOTALL | re.MULTILINE))


def expanded(text: str) -> str:
    """A TypeScript type with the named ones written out, but not those of its fields."""
    for name in re.findall(r"(?<!: )\b[A-Z]\w+\b(?!\[)", text):
        text = text.replace(name, expanded(TYPES.get(name, "")))
    return text


def keys(text: str) -> set[str]:
    """The keys of an object type, without those of objects in it."""
    flat = re.sub(r"(\w+\??: )\{[^}]*\}", r"\1object", expanded(text))
    return set(re.findall(r"\b(\w+)\??: ", flat))


# Argument and result of each command that the client sends.
CALLS = {
    name: re.split(r",\s+", pair.strip().removesuffix(","))
    for name, pair in re.findall(r"^  (\w+): \[(.*?)\];$", TYPES["Calls"], re.DOTALL | re.MULTILINE)
}
ACTIONS = set(re.findall(r'"(\w+)"', block(PROTOCOL, "export const ACTIONS = [", "]")))


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


def test_the_client_sends_no_unknown_command() -> None:
    assert f'PREFIX = "{PREFIX}"' in PROTOCOL
    assert len(CALLS) == TYPES["Calls"].count(": ["), "every line was read"
    assert set(CALLS) <= set(SHAPES)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_client_sends_no_unknown_key_and_reads_only_what_is_answered(name: str) -> None:
    argument, result = CALLS[name]
    assert keys(argument) <= set(SHAPES[name].keys)
    assert keys(argument) >= SHAPES[name].required
    answered = re.search(r"\{([^}]*)\}", table("Command")[f"`{name}`"][1])
    assert answered
    assert keys(result.removesuffix("[]")) <= set(re.findall(r"\w+", answered[1]))


def test_the_client_answers_with_words_that_the_server_takes() -> None:
    said = set(re.findall(r'"(\w+)"', expanded("ProposalAnswer PermissionAnswer")))
    known = table("For")
    assert said <= {*names(known["a proposal"][0]), *names(known["a permission"][0])}


def test_every_command_of_the_manifest_does_something_and_no_other_is_registered() -> None:
    body = block(
        COMMANDS, "const table: Record<string, (row?: Row) => Thenable<unknown>> = {", "\n    };"
    )
    registered = set(re.findall(r"^      (\w+): \(", body, re.MULTILINE))
    offered = {each["command"] for each in MANIFEST["contributes"]["commands"]}
    assert {f"{SECTION}client.{name}" for name in registered} == offered
    menu = block(MENU, 'const MENU: readonly [string, string, (Action | "server")?][] = [', "\n];")
    assert set(re.findall(r'", "(\w+)"', menu)) <= registered | ACTIONS


def test_menus_offer_known_commands_for_known_actions() -> None:
    offered = {each["command"] for each in MANIFEST["contributes"]["commands"]}
    menus = [item for menu in MANIFEST["contributes"]["menus"].values() for item in menu]
    assert {item["command"] for item in menus if "command" in item} <= offered
    conditions = json.dumps([menus, MANIFEST["contributes"]["commands"]])
    named = re.findall(r"client\.can\.(\w+)|\\\\b(\w+)\\\\b", conditions)
    assert {word for pair in named for word in pair if word} == ACTIONS


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


def test_the_client_knows_every_action_of_a_session() -> None:
    answered = table("Command")["`listSessions`"][1]
    named = answered.partition("`actions` are those of ")[2].partition(" that make sense now")[0]
    assert set(names(named)) == ACTIONS
    everything = {"waiting": True, "outcomes": [{"result": "accepted"}], "deliverable": True}
    possible = (actions(status, everything | {"waiting": w}) for status in Status for w in (0, 1))
    assert {action for each in possible for action in each} == ACTIONS


def test_events_and_states_are_those_of_the_server() -> None:
    assert f'EVENT = "{EVENT}"' in PROTOCOL
    assert union("Status") == {status.value for status in Status}
    assert union("Result") == {result.value for result in Result}
    drawn = re.search(r"DRAWN = \[([^\]]+)\]", PROTOCOL)
    assert drawn
    assert set(re.findall(r'"(\w+)"', drawn[1])) == DRAWABLE


EVENTS = {
    kind: text
    for text in [
        *(TYPES[name] for name in ("Proposal", "Request", "Failure")),
        *re.findall(r"^  \| \((Head & .*)\);?$", PROTOCOL, re.MULTILINE),
    ]
    for kinds in re.findall(r"kind: ([^;}]+)", text)
    for kind in re.findall(r"\w+", kinds)
}


def test_the_client_knows_every_kind_of_event() -> None:
    assert set(EVENTS) == {kind.value for kind in Kind}


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_the_client_reads_only_what_an_event_has(kind: str) -> None:
    known = {name.rstrip("?") for name in names(table("Kind")[f"`{kind}`"][0])}
    assert keys(EVENTS[kind]) <= known | {"sessionId", "seq", "kind"}


def test_the_client_reads_only_what_an_outcome_has() -> None:
    assert keys("Outcome") <= set(names(table("Kind")["`review`"][0]))


def test_the_client_reads_only_what_a_proposed_file_has() -> None:
    fields = {name for cell in table("Field") for name in names(cell)}
    assert keys("ProposedFile") <= fields


def test_the_extension_has_the_version_of_the_server() -> None:
    assert MANIFEST["version"] == __version__
