"""Agents and recipes in force, after files of one name are laid over each other.

Owns which file of a name decides. Whatever is nearest, the user's own files of that name keep their say. Reads no disk
and remembers nothing: a catalogue is one reading of every layer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from backend_specialist.adapters.agent_files import usable
from backend_specialist.adapters.agent_layer import Loaded, Origin
from backend_specialist.adapters.recipe_files import usable_recipe, with_known_agent
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.agent_merge import merged
from backend_specialist.domain.permission import Rule, defaults
from backend_specialist.domain.recipe import Recipe

Stack = Sequence[tuple[Origin, AgentDefinition]]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """``agents`` in force, the ``users``' own by name, ``files`` as read, broken ones included.

    ``stacks`` are the definitions of each name with the origin of each, nearest first; ``refused`` says why places
    could not be read.
    """

    agents: Mapping[str, AgentDefinition]
    users: Mapping[str, AgentDefinition]
    stacks: Mapping[str, Stack]
    recipes: tuple[Recipe, ...]
    files: tuple[AgentDefinition | Recipe, ...]
    refused: tuple[str, ...]

    def chain(self, agent: AgentDefinition) -> tuple[tuple[Rule, ...], ...]:
        """The rule sets that hold for an agent; of their decisions the strictest holds.

        What is not the user's own alone is bound by the user's own agent of the same name as well.
        """
        own = self.users.get(agent.name)
        others = set(agent.sources.values()) - {Origin.BUILT_IN.value}
        bound = own is not None and not others <= set(own.sources.values())
        links = [agent, own] if own and bound else [agent]
        return tuple((*defaults(), *link.rules) for link in links)

    def in_place(self, agent: AgentDefinition) -> AgentDefinition:
        """A definition that was just written, completed by the farther files of its name."""
        stack = self.stacks.get(agent.name, ())
        sources = [item.source for _, item in stack]
        own = sources.index(agent.source) if agent.source in sources else -1
        return merged([agent, *(item for _, item in stack[own + 1 :])])


def overlaid(layers: Sequence[Loaded], in_force: Sequence[Loaded], *, replacing: bool) -> Catalogue:
    """Lay the layers over each other, nearest first.

    ``in_force`` are the same layers with the agents that count where a file is broken now. ``replacing``: a
    workspace's recipe takes the place of one of the same name that is the user's or ours.
    """
    stacks = _stacks(in_force)
    agents = _usable(stacks)
    known = [_with_known_agents(layer, agents) for layer in layers]
    files: list[AgentDefinition | Recipe] = []
    for layer in known:
        files += [*layer.agents, *layer.recipes]
    return Catalogue(
        agents=agents,
        users=_users(stacks),
        stacks=stacks,
        recipes=_recipes(known, replacing=replacing),
        files=tuple(files),
        refused=tuple(layer.problem for layer in layers if layer.problem),
    )


def _stacks(layers: Iterable[Loaded]) -> dict[str, Stack]:
    """The definitions of each name, at most one of a layer."""
    found: dict[str, list[tuple[Origin, AgentDefinition]]] = {}
    for layer in layers:
        own: dict[str, AgentDefinition] = {}
        for agent in layer.agents:
            own.setdefault(agent.name, agent)
        for name, agent in own.items():
            found.setdefault(name, []).append((layer.origin, agent))
    return {name: tuple(stack) for name, stack in found.items()}


def _usable(stacks: Mapping[str, Stack]) -> dict[str, AgentDefinition]:
    """Those that may run. What a broken file wanted to forbid is not known, so nothing of its name may."""
    users = _users(stacks)
    found: dict[str, AgentDefinition] = {}
    for name, stack in stacks.items():
        agent = merged([item for _, item in stack])
        removed = agent.disabled or (name in users and users[name].disabled)
        if not removed and all(usable(item) for _, item in stack):
            found[name] = agent
    return found


def _users(stacks: Mapping[str, Stack]) -> dict[str, AgentDefinition]:
    own = {
        name: [item for origin, item in stack if origin is Origin.USER]
        for name, stack in stacks.items()
    }
    return {name: merged(items) for name, items in own.items() if items}


def _with_known_agents(loaded: Loaded, agents: Collection[str]) -> Loaded:
    return replace(loaded, recipes=tuple(with_known_agent(each, agents) for each in loaded.recipes))


def _recipes(layers: Sequence[Loaded], *, replacing: bool) -> tuple[Recipe, ...]:
    usable_ones = [
        (layer, recipe) for layer in layers for recipe in layer.recipes if usable_recipe(recipe)
    ]
    others = {recipe.name for layer, recipe in usable_ones if layer.origin is not Origin.WORKSPACE}
    found: dict[str, Recipe] = {}
    for layer, recipe in usable_ones:
        beside = layer.origin is Origin.WORKSPACE and recipe.name in others and not replacing
        name = f"{layer.folder}:{recipe.name}" if beside else recipe.name
        found.setdefault(name, replace(recipe, name=name))
    return tuple(found.values())
