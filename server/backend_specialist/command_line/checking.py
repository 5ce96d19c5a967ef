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

_FOLDERS = (*AGENTS, *RECIPES)
_RECIPE_FOLDERS = tuple(f"{name}/" for name in RECIPES)
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
    homes = [_home(path if os.path.isdir(path) else os.path.dirname(path)) for path in paths]
    beside = [home for home, way in homes if way.startswith(_RECIPE_FOLDERS)]
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
        home, way = _home(directory)
        shape = _shape(home, way)
        files = read_tree(
            directory, wanted=partial(_is_wanted, way=way, shape=shape), follow_links=True
        )
        named = {way + name: data for name, data in files.items()}
        yield Layer(origin=Origin.WORKSPACE, directory=home, files=named, shape=shape)


def _is_wanted(name: str, way: str, shape: Shape) -> bool:
    return is_wanted(way + name, shape)


def _shape(directory: str, way: str) -> Shape:
    known = _SHAPES.get(os.path.basename(os.path.abspath(directory)))
    if known or way:
        return known or Shape.BARE
    # A configuration directory has folders for both; any other is full of agents.
    folders = any(os.path.isdir(os.path.join(directory, name)) for name in AGENTS)
    return Shape.FOLDERS if folders else Shape.BARE


def _file(path: str) -> Layer:
    home, way = _home(os.path.dirname(path))
    name = way + os.path.basename(path)
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TreeRefused(f"{path} cannot be read: {error.strerror or error}.") from error
    shape = _SHAPES.get(os.path.basename(os.path.abspath(home)), Shape.BARE)
    shape = shape if is_wanted(name, shape) else Shape.BARE
    return Layer(origin=Origin.WORKSPACE, directory=home, files={name: data}, shape=shape)


def _home(directory: str) -> tuple[str, str]:
    """Give the directory that names of files count from, and the way down to this one: ``commands/``, or nothing.

    What lies in a folder of agents or recipes counts from the directory above that folder, wherever the call is made.
    """
    way = _way(directory)
    if not way:
        return directory or ".", ""
    above = os.path.join(directory, *[os.pardir] * len(way))
    return os.path.normpath(above), "".join(f"{part}/" for part in way)


def _way(directory: str) -> list[str]:
    """The last parts of a path, from its folder of agents or recipes on.

    It is right below a configuration directory. Elsewhere it is the innermost, unless the directory has such folders
    of its own and is like a configuration directory in that.
    """
    parts = os.path.abspath(directory).split(os.sep)
    found = [number for number, part in enumerate(parts) if part in _FOLDERS]
    configured = [number for number, part in enumerate(parts) if part in _SHAPES]
    if configured:
        found = [number for number in found if number == configured[-1] + 1]
    elif any(os.path.isdir(os.path.join(directory, name)) for name in _FOLDERS):
        return []
    return parts[found[-1] :] if found else []
