"""One place that agents and recipes come from, with its files already read.

Owns which file is an agent and which a recipe, in which form and under what name, and that a file takes no other one
with it, whatever is in it. Reads no disk and ranks no layers.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from backend_specialist.adapters.agent_files import agent_name, load_agent
from backend_specialist.adapters.claude_files import is_claude_form, load_claude_agent
from backend_specialist.adapters.recipe_files import load_recipe
from backend_specialist.domain.agent import NOWHERE, AgentDefinition, Problem
from backend_specialist.domain.recipe import Recipe

_log = logging.getLogger(__name__)

AGENTS = ("agent", "agents")
RECIPES = ("command", "commands")
_UNREADABLE = "unreadable"


class Origin(StrEnum):
    """Who a layer belongs to."""

    BUILT_IN = "built-in"
    USER = "user"
    WORKSPACE = "workspace"


class Shape(StrEnum):
    """How a layer's directory is laid out."""

    FOLDERS = "folders"
    """Agents below ``agent`` or ``agents``, recipes below ``command`` or ``commands``."""
    BARE = "bare"
    """Every Markdown file is an agent, in whichever form, unless it lies in a folder of recipes."""
    CLAUDE = "claude"
    """Agents of Claude Code's form below ``agents``; nothing else counts."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """``files`` are by relative path."""

    origin: Origin
    directory: str
    files: Mapping[str, bytes]
    shape: Shape = Shape.FOLDERS
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a layer holds, broken files included, in the order of their paths.

    ``folder`` is the name of what the layer's directory lies in, ``problem`` why the directory could not be read.
    """

    origin: Origin
    folder: str = ""
    agents: tuple[AgentDefinition, ...] = ()
    recipes: tuple[Recipe, ...] = field(default=())
    problem: str = ""


def is_wanted(path: str, shape: Shape) -> bool:
    """Whether a file of that relative path is an agent or a recipe."""
    first, _, rest = path.partition("/")
    if not path.endswith(".md") or path.lower() == "readme.md":
        return False
    if shape is Shape.CLAUDE:
        return bool(rest) and first == "agents"
    return shape is Shape.BARE or (bool(rest) and first in (*AGENTS, *RECIPES))


def is_recipe(path: str) -> bool:
    """Whether a wanted file is a recipe, not an agent."""
    first, _, rest = path.partition("/")
    return bool(rest) and first in RECIPES


def load_layer(layer: Layer) -> Loaded:
    """Read every agent and recipe of a layer."""
    agents: dict[str, AgentDefinition] = {}
    doubles: list[AgentDefinition] = []
    recipes: list[Recipe] = []
    for path, data in layer.files.items():
        if not is_wanted(path, layer.shape):
            continue
        item = load_bytes(data, path=path, shape=layer.shape, source=source_of(layer, path))
        if isinstance(item, Recipe):
            recipes.append(item)
        elif item.name in agents:
            doubles.append(_double(item, agents[item.name]))
        else:
            agents[item.name] = item
    return Loaded(
        origin=layer.origin,
        folder=os.path.basename(os.path.dirname(layer.directory)),
        agents=(*agents.values(), *doubles),
        recipes=tuple(recipes),
        problem=layer.problem,
    )


def load_bytes(data: bytes, *, path: str, shape: Shape, source: str) -> AgentDefinition | Recipe:
    """Read one wanted file as it is stored; what is no UTF-8 has no other problem than that."""
    try:
        return load_file(data.decode(), path=path, shape=shape, source=source)
    except UnicodeDecodeError:
        fault = Problem(message="The file is not UTF-8 text. Save it as UTF-8.", code="encoding")
        return replace(_load("", path=path, shape=shape, source=source), problems=(fault,))


def load_file(text: str, *, path: str, shape: Shape, source: str) -> AgentDefinition | Recipe:
    """Read one wanted file; ``path`` is the one below its layer's directory. Never raises on a text."""
    try:
        return _load(text, path=path, shape=shape, source=source)
    except Exception as error:  # noqa: BLE001 - no reader should raise, and one that does has other files to read
        _log.exception("The file %s could not be read", source)
        fault = Problem(
            message=f"This file could not be read ({type(error).__name__}); the log says where that happened. "
            "Write its front matter more simply.",
            code=_UNREADABLE,
        )
        return replace(_load("", path=path, shape=shape, source=source), problems=(fault,))


def is_unreadable(item: AgentDefinition | Recipe) -> bool:
    """Whether the reading itself failed, so that the text is not to be read again."""
    return any(problem.code == _UNREADABLE for problem in item.problems)


def _load(text: str, *, path: str, shape: Shape, source: str) -> AgentDefinition | Recipe:
    if is_recipe(path):
        name = path.partition("/")[2].removesuffix(".md")
        return load_recipe(text, name=name, source=source)
    claude = shape is Shape.CLAUDE or (shape is Shape.BARE and is_claude_form(text))
    load = load_claude_agent if claude else load_agent
    return load(text, name=agent_name(path, ""), source=source)


def source_of(layer: Layer, path: str) -> str:
    """What is said about where a file of a layer is from."""
    if layer.origin is Origin.BUILT_IN:
        return Origin.BUILT_IN.value
    return f"{layer.directory}/{path}"


def _double(agent: AgentDefinition, first: AgentDefinition) -> AgentDefinition:
    fault = Problem(
        message=f"{first.source} is called '{agent.name}' as well and is in force. Rename one of them.",
        place=agent.places.get("name", NOWHERE),
        code="name",
    )
    return replace(agent, problems=(*agent.problems, fault))
