"""One place that agents and recipes come from, with its files already read.

Owns which file is an agent and which a recipe, and under what name. Reads no disk and ranks no layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from backend_specialist.adapters.agent_files import agent_name, load_agent
from backend_specialist.adapters.recipe_files import load_recipe
from backend_specialist.domain.agent import AgentDefinition, Problem
from backend_specialist.domain.recipe import Recipe

_AGENTS = ("agent", "agents")
_RECIPES = ("command", "commands")


class Origin(StrEnum):
    """Who a layer belongs to."""

    BUILT_IN = "built-in"
    USER = "user"
    WORKSPACE = "workspace"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """``files`` are by relative path. In a ``bare`` layer every Markdown file that is no recipe is an agent."""

    origin: Origin
    directory: str
    files: Mapping[str, bytes]
    bare: bool = False
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a layer holds, broken files included, in the order of their paths."""

    origin: Origin
    agents: tuple[AgentDefinition, ...] = ()
    recipes: tuple[Recipe, ...] = field(default=())


def is_wanted(path: str, *, bare: bool = False) -> bool:
    """Whether a file of that relative path is an agent or a recipe."""
    first, _, rest = path.partition("/")
    if not path.endswith(".md") or path.lower() == "readme.md":
        return False
    return bare or (bool(rest) and first in (*_AGENTS, *_RECIPES))


def load_layer(layer: Layer) -> Loaded:
    """Read every agent and recipe of a layer."""
    agents: dict[str, AgentDefinition] = {}
    doubles: list[AgentDefinition] = []
    recipes: list[Recipe] = []
    for path, data in layer.files.items():
        if not is_wanted(path, bare=layer.bare):
            continue
        first, _, rest = path.partition("/")
        if rest and first in _RECIPES:
            recipes.append(_recipe(layer, path, rest.removesuffix(".md"), data))
            continue
        agent = _agent(layer, path, data)
        if agent.name in agents:
            doubles.append(_double(agent, agents[agent.name]))
        else:
            agents[agent.name] = agent
    return Loaded(origin=layer.origin, agents=(*agents.values(), *doubles), recipes=tuple(recipes))


def source_of(layer: Layer, path: str) -> str:
    """What is said about where a file of a layer is from."""
    if layer.origin is Origin.BUILT_IN:
        return Origin.BUILT_IN.value
    return f"{layer.directory}/{path}"


def _agent(layer: Layer, path: str, data: bytes) -> AgentDefinition:
    text, problems = _text(data)
    agent = load_agent(text, name=agent_name(path, ""), source=source_of(layer, path))
    return replace(agent, problems=(*problems, *agent.problems))


def _recipe(layer: Layer, path: str, name: str, data: bytes) -> Recipe:
    text, problems = _text(data)
    recipe = load_recipe(text, name=name, source=source_of(layer, path))
    return replace(recipe, problems=(*problems, *recipe.problems))


def _text(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    try:
        return data.decode(), ()
    except UnicodeDecodeError:
        fault = Problem(message="The file is not UTF-8 text. Save it as UTF-8.", code="encoding")
        return "", (fault,)


def _double(agent: AgentDefinition, first: AgentDefinition) -> AgentDefinition:
    fault = Problem(
        message=f"{first.source} is called '{agent.name}' as well and is in force. Rename one of them.",
        place=agent.places.get("name", Problem(message="").place),
        code="name",
    )
    return replace(agent, problems=(*agent.problems, fault))
