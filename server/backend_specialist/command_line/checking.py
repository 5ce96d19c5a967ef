"""``backend-specialist check``: what is wrong in agent and recipe files.

Owns which files are meant. The files are read by the loaders of the server, so that both find the same; how a problem
is printed is ``problem_formats``'.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator, Sequence
from functools import partial

from backend_specialist.adapters.agent_layer import (
    AGENTS,
    RECIPES,
    Layer,
    Origin,
    Shape,
    is_recipe,
    is_wanted,
    load_layer,
)
from backend_specialist.adapters.agent_places import built_in_directory, user_directories
from backend_specialist.adapters.file_tree import MAX_BYTES, TreeRefused, read_tree
from backend_specialist.adapters.recipe_files import with_known_agent
from backend_specialist.adapters.root_files import CLAUDE, OPENCODE, SETTINGS
from backend_specialist.command_line import DONE, FAILED, USAGE
from backend_specialist.command_line.output import complain, say
from backend_specialist.command_line.problem_formats import FORMATS, Item

_SHAPES = {SETTINGS: Shape.FOLDERS, OPENCODE: Shape.FOLDERS, CLAUDE: Shape.CLAUDE}


def check(args: argparse.Namespace) -> int:
    """Print every problem; gives 1 when one is an error, 2 when a path cannot be read."""
    missing = [path for path in args.paths if not os.path.exists(path)]
    for path in missing:
        complain(f"{path}: there is no such file or directory.")
    try:
        items = list(_items(args.paths or _default_paths()))
    except TreeRefused as refused:
        complain(str(refused))
        return USAGE
    for line in FORMATS[args.format](items):
        say(line)
    errors = sum(any(problem.severity == "error" for problem in item.problems) for item in items)
    complain(
        f"{len(items)} checked, {errors} with errors." if items else "No agent or recipe was found."
    )
    if missing:
        return USAGE
    return FAILED if errors else DONE


def _items(paths: Sequence[str]) -> Iterator[Item]:
    every = [load_layer(layer) for layer in _layers(paths)]
    known = {agent.name for loaded in every for agent in loaded.agents} | _agents_around(paths)
    for loaded in every:
        yield from loaded.agents
        yield from (with_known_agent(recipe, known) for recipe in loaded.recipes)


def _agents_around(paths: Sequence[str]) -> set[str]:
    """The names of agents that a recipe may name though they are not checked with it."""
    beside = [directory for directory, name in map(_split, paths) if is_recipe(name)]
    names: set[str] = set()
    for path in (*beside, *_default_paths(), built_in_directory()):
        # What cannot be read whole was not asked about, and knows no agent.
        with contextlib.suppress(TreeRefused):
            names |= {agent.name for layer in _layers([path]) for agent in load_layer(layer).agents}
    return names


def _default_paths() -> list[str]:
    here = [name for name in _SHAPES if os.path.isdir(name)]
    return [*here, *filter(os.path.isdir, user_directories())]


def _layers(paths: Sequence[str]) -> Iterator[Layer]:
    for path in paths:
        if os.path.isdir(path):
            yield from _directories(path)
        elif os.path.exists(path):
            yield _file(path)


def _directories(path: str) -> Iterator[Layer]:
    """The places in a directory: its own configuration directories if it has any, else itself."""
    inner = [os.path.join(path, name) for name in _SHAPES]
    for directory in [each for each in inner if os.path.isdir(each)] or [path]:
        shape = _shape(directory)
        files = read_tree(directory, wanted=partial(is_wanted, shape=shape), follow_links=True)
        yield Layer(origin=Origin.WORKSPACE, directory=directory, files=files, shape=shape)


def _shape(directory: str) -> Shape:
    known = _SHAPES.get(os.path.basename(os.path.abspath(directory)))
    if known:
        return known
    # A configuration directory has folders for both; any other is full of agents.
    folders = any(os.path.isdir(os.path.join(directory, name)) for name in AGENTS)
    return Shape.FOLDERS if folders else Shape.BARE


def _file(path: str) -> Layer:
    directory, name = _split(path)
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TreeRefused(f"{path} cannot be read: {error.strerror or error}.") from error
    shape = _SHAPES.get(os.path.basename(os.path.abspath(directory)), Shape.BARE)
    shape = shape if is_wanted(name, shape) else Shape.BARE
    return Layer(origin=Origin.WORKSPACE, directory=directory, files={name: data}, shape=shape)


def _split(path: str) -> tuple[str, str]:
    """Give the directory that a file's name counts from, and the name: a folder tells what kind it is."""
    parts = os.path.normpath(path).split(os.sep)
    for number in range(len(parts) - 2, -1, -1):
        if parts[number] in (*AGENTS, *RECIPES):
            return os.sep.join(parts[:number]) or (os.sep if number else "."), "/".join(
                parts[number:]
            )
    return os.path.dirname(path) or ".", parts[-1]
