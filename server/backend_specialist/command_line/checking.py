"""``backend-specialist check``: what is wrong in agent and recipe files.

Owns which files are meant and how a problem is printed. The files are read by the loaders of the server, so that
both find the same.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence

from backend_specialist.adapters.agent_layer import (
    Layer,
    Loaded,
    Origin,
    is_wanted,
    load_layer,
)
from backend_specialist.adapters.agent_sources import user_directories
from backend_specialist.adapters.file_tree import MAX_BYTES, TreeRefused, read_tree
from backend_specialist.adapters.trust import AGENTS
from backend_specialist.command_line import DONE, FAILED, USAGE
from backend_specialist.command_line.output import complain, say
from backend_specialist.domain.agent import AgentDefinition, Problem
from backend_specialist.domain.recipe import Recipe

_RECIPES = ("command", "commands")
_SUBFOLDERS = (*_RECIPES, "agent", "agents")


def check(args: argparse.Namespace) -> int:
    """Print every problem; gives 1 when one is an error, 2 when a path cannot be read."""
    missing = [path for path in args.paths if not os.path.exists(path)]
    for path in missing:
        complain(f"{path}: there is no such file or directory.")
    try:
        loaded = [load_layer(layer) for layer in _layers(args.paths or _default_paths())]
    except TreeRefused as refused:
        complain(str(refused))
        return USAGE
    files, errors = _report(loaded)
    complain(
        f"{files} checked, {errors} with errors." if files else "No agent or recipe was found."
    )
    if missing:
        return USAGE
    return FAILED if errors else DONE


def _report(loaded: Sequence[Loaded]) -> tuple[int, int]:
    items: list[AgentDefinition | Recipe] = []
    for layer in loaded:
        items += (*layer.agents, *layer.recipes)
    broken = 0
    for item in items:
        broken += any(problem.severity == "error" for problem in item.problems)
        for problem in sorted(item.problems, key=_order):
            say(_line(item, problem))
    return len(items), broken


def _order(problem: Problem) -> tuple[int, int]:
    return problem.place.line, problem.place.column


def _line(item: AgentDefinition | Recipe, problem: Problem) -> str:
    place = problem.place
    message = " ".join(problem.message.split())
    return f"{os.path.normpath(item.source)}:{place.line + 1}:{place.column + 1}: {problem.severity}: {message}"


def _default_paths() -> list[str]:
    return [path for path in (AGENTS, *user_directories()) if os.path.isdir(path)]


def _layers(paths: Sequence[str]) -> Iterator[Layer]:
    for path in paths:
        if os.path.isdir(path):
            yield _directory(path)
        elif os.path.exists(path):
            yield _file(path)


def _directory(path: str) -> Layer:
    inner = os.path.join(path, AGENTS)
    directory = inner if os.path.isdir(inner) else path
    # A configuration directory has folders for both; any other is full of agents.
    bare = not any(os.path.isdir(os.path.join(directory, name)) for name in ("agent", "agents"))

    def wanted(name: str) -> bool:
        return is_wanted(name, bare=bare)

    files = read_tree(directory, wanted=wanted, follow_links=True)
    return Layer(origin=Origin.WORKSPACE, directory=directory, files=files, bare=bare)


def _file(path: str) -> Layer:
    directory, name = _split(path)
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TreeRefused(f"{path} cannot be read: {error.strerror or error}.") from error
    return Layer(origin=Origin.WORKSPACE, directory=directory, files={name: data}, bare=True)


def _split(path: str) -> tuple[str, str]:
    """Give the directory that a file's name counts from, and the name: a folder tells what kind it is."""
    parts = os.path.normpath(path).split(os.sep)
    for number in range(len(parts) - 2, -1, -1):
        if parts[number] in _SUBFOLDERS:
            return os.sep.join(parts[:number]) or (os.sep if number else "."), "/".join(
                parts[number:]
            )
    return os.path.dirname(path) or ".", parts[-1]
