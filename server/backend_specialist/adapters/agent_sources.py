"""Every agent and recipe that there is, files of one name laid over each other.

Owns where they are looked for and which is nearest: a trusted workspace, then the directories of the settings, then
the user's own, then those of the package. Whatever is nearest, the user's own files of that name keep their say. Reads
the disk in :meth:`AgentSources.reload` only, which blocks; everything else answers from memory.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import platformdirs

import backend_specialist
from backend_specialist.adapters.agent_files import usable
from backend_specialist.adapters.agent_layer import (
    AGENTS,
    RECIPES,
    Layer,
    Loaded,
    Origin,
    Shape,
    is_wanted,
    load_layer,
)
from backend_specialist.adapters.file_tree import TreeRefused, read_tree
from backend_specialist.adapters.recipe_files import usable_recipe, with_known_agent
from backend_specialist.adapters.root_files import CLAUDE, layers_of, watched
from backend_specialist.adapters.trust import Digests, Standing, Trust, TrustOutdated
from backend_specialist.domain.agent import AgentDefinition, BrokenFile
from backend_specialist.domain.agent_merge import merged
from backend_specialist.domain.permission import Rule, defaults
from backend_specialist.domain.ports import TrustRefused
from backend_specialist.domain.recipe import Recipe

DEFAULT_AGENT = "specialist-backend"


def built_in_directory() -> str:
    """The package's own agents: beside its code when installed, else at the top of the repository."""
    package = os.path.dirname(os.path.abspath(backend_specialist.__file__))
    installed = os.path.join(package, "agents")
    server = os.path.dirname(package)
    top = os.path.dirname(server)
    if os.path.basename(server) != "server" or not os.path.isfile(f"{top}/pyproject.toml"):
        return installed
    return installed if os.path.isdir(installed) else os.path.join(top, "agents")


def user_directories() -> tuple[str, ...]:
    """The user's configuration directories, the nearest first."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    ours = platformdirs.user_config_dir("backend-specialist", appauthor=False)
    return (ours, os.path.join(base, "opencode"))


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where to look. ``directories`` come from the user's settings; ``roots`` are the workspace folders.

    ``vouched``: the client keeps trust itself, and trusts these roots. ``replacing``: a workspace's recipe takes the
    place of one of the same name that is the user's or ours.
    """

    roots: tuple[str, ...] = ()
    vouched: bool = False
    directories: tuple[str, ...] = ()
    user: tuple[str, ...] = field(default_factory=user_directories)
    claude: str = field(default_factory=lambda: os.path.join(os.path.expanduser("~"), CLAUDE))
    default: str = DEFAULT_AGENT
    replacing: bool = False


Stack = Sequence[tuple[Origin, AgentDefinition]]


@dataclass(frozen=True, kw_only=True)
class _Catalogue:
    """One reading: ``agents`` in force, the ``users``' own by name, ``files`` as read.

    ``stacks`` are the definitions of each name with the origin of each, nearest first.
    """

    agents: Mapping[str, AgentDefinition]
    users: Mapping[str, AgentDefinition]
    stacks: Mapping[str, Stack]
    recipes: tuple[Recipe, ...]
    files: tuple[AgentDefinition | Recipe, ...]
    refused: tuple[str, ...]


class AgentSources:
    """The agents and recipes of some places, as they were at the last reload."""

    def __init__(self, trust: Trust, places: Places | None = None) -> None:
        self._trust = trust
        self._places = places or Places()
        self._good: dict[tuple[str, str], AgentDefinition] = {}
        self._catalogue: _Catalogue | None = None
        self._chosen = ""
        self._shown: dict[str, Digests] = {}
        # Two readings at once could leave the older one in force.
        self._reading = threading.Lock()

    def reload(self, places: Places | None = None) -> None:
        """Read everything again, perhaps in other places; of a broken file the last good version stays."""
        with self._reading:
            self._reload(places)

    def _reload(self, places: Places | None) -> None:
        if places and places.default != self._places.default:
            self._chosen = ""
        self._places = places or self._places
        layers = list(_layers(self._places, self._trust))
        loaded = [load_layer(layer) for layer in layers]
        in_force = [self._last_good(item) for item in loaded]
        stacks = _stacks(in_force)
        agents = _usable(stacks)
        loaded = [_with_known_agents(item, agents) for item in loaded]
        files: list[AgentDefinition | Recipe] = []
        for item in loaded:
            files += [*item.agents, *item.recipes]
        self._catalogue = _Catalogue(
            agents=agents,
            users=_users(stacks),
            stacks=stacks,
            recipes=_recipes(loaded, replacing=self._places.replacing),
            files=tuple(files),
            refused=tuple(layer.problem for layer in layers if layer.problem),
        )

    @property
    def places(self) -> Places:
        """Where is looked."""
        return self._places

    @property
    def default(self) -> str:
        """The name of the agent that works where none is named."""
        return self._chosen or self._places.default

    def choose(self, name: str) -> None:
        """Take another agent as the default one, until the settings name another."""
        self._chosen = name

    def agents(self) -> tuple[AgentDefinition, ...]:
        """Every usable agent, the default one first, the others by name."""
        first = self.default
        found = self._now().agents.values()
        return tuple(sorted(found, key=lambda agent: (agent.name != first, agent.name)))

    def agent(self, name: str | None = None) -> AgentDefinition | None:
        """The usable agent of that name, or the default one; ``None`` when there is no such agent."""
        return self._now().agents.get(name or self.default)

    def chain(self, agent: AgentDefinition) -> tuple[tuple[Rule, ...], ...]:
        """The rule sets that hold for an agent; of their decisions the strictest holds.

        What is not the user's own alone is bound by the user's own agent of the same name as well.
        """
        own = self._now().users.get(agent.name)
        others = set(agent.sources.values()) - {Origin.BUILT_IN.value}
        bound = own is not None and not others <= set(own.sources.values())
        links = [agent, own] if own and bound else [agent]
        return tuple((*defaults(), *link.rules) for link in links)

    def in_place(self, agent: AgentDefinition) -> AgentDefinition:
        """A definition that was just written, completed by the farther files of its name."""
        stack = self._now().stacks.get(agent.name, ())
        sources = [item.source for _, item in stack]
        own = sources.index(agent.source) if agent.source in sources else -1
        return merged([agent, *(item for _, item in stack[own + 1 :])])

    def recipes(self) -> tuple[Recipe, ...]:
        """Every usable recipe, nearer ones first.

        Of each name the nearest; a workspace's comes beside the user's or ours, under a name headed by its folder's,
        unless the user has it replaced.
        """
        return self._now().recipes

    def files(self) -> tuple[AgentDefinition | Recipe, ...]:
        """Everything that was read, also what is broken or not in force, with its problems."""
        return self._now().files

    def refused(self) -> tuple[str, ...]:
        """Why places could not be read, as sentences."""
        return self._now().refused

    def broken(self) -> tuple[BrokenFile, ...]:
        """The files that have errors, with the first of them."""
        found = []
        for item in self._now().files:
            errors = [problem for problem in item.problems if problem.severity == "error"]
            if errors:
                kept = (item.source, item.name) in self._good
                found.append(BrokenFile(source=item.source, problem=errors[0], kept=kept))
        return tuple(found)

    def untrusted(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The roots that bring something along that is not trusted, with what trusting would change. Blocks."""
        if self._places.vouched:
            return ()
        found: list[tuple[str, tuple[str, ...]]] = []
        for root in self._places.roots:
            try:
                offer = self._trust.offer(root)
            except TreeRefused as refused:
                found.append((root, (str(refused),)))
                continue
            if offer.standing in (Standing.NEW, Standing.CHANGED):
                self._shown[root] = offer.digests
                found.append((root, offer.changes))
        return tuple(found)

    def trust(self, path: str, *, trusted: bool) -> None:
        """Trust a root's own files as they were shown, or no longer; read everything again.

        Raises :class:`~backend_specialist.domain.ports.TrustRefused`. Blocks.
        """
        try:
            self._trust.set(path, trusted, shown=self._shown.get(path))
        except TrustOutdated as error:
            self.untrusted()
            raise TrustRefused(f"{error} Look at them again, and repeat the command.") from error
        except (TreeRefused, OSError) as error:
            raise TrustRefused(f"{path} was not trusted: {error}") from error
        self._shown.pop(path, None)
        self.reload()

    def watched(self) -> frozenset[str]:
        """The directories in which a new or changed file may matter; not all of them exist."""
        places = self._places
        found = [directory for root in places.roots for directory in watched(root)]
        found += [os.path.abspath(os.path.expanduser(each)) for each in places.directories]
        found += [os.path.join(each, name) for each in places.user for name in (*AGENTS, *RECIPES)]
        found += [os.path.join(places.claude, "agents")] if places.claude else []
        return frozenset(found)

    def _now(self) -> _Catalogue:
        if self._catalogue is None:
            self.reload()
        assert self._catalogue is not None  # noqa: S101 - reload sets it
        return self._catalogue

    def _last_good(self, loaded: Loaded) -> Loaded:
        """The layer, each broken agent replaced by what its file said when it was last right."""
        agents: list[AgentDefinition] = []
        for agent in loaded.agents:
            key = (agent.source, agent.name)
            if usable(agent):
                self._good[key] = agent
            agents.append(self._good.get(key, agent))
        return replace(loaded, agents=tuple(agents))


def _layers(places: Places, trust: Trust) -> Iterator[Layer]:
    for root in places.roots:
        files = trust.contents(root, vouched=places.vouched)
        if files is not None:
            yield from layers_of(root, files)
    for directory in places.directories:
        yield _read(os.path.abspath(os.path.expanduser(directory)), Origin.USER, Shape.BARE)
    for directory in places.user:
        yield _read(directory, Origin.USER, Shape.FOLDERS)
    if places.claude:
        yield _read(places.claude, Origin.USER, Shape.CLAUDE)
    yield _read(built_in_directory(), Origin.BUILT_IN, Shape.BARE)


def _read(directory: str, origin: Origin, shape: Shape) -> Layer:
    folder = "agents/" if shape is Shape.CLAUDE else ""
    try:
        files = read_tree(
            os.path.join(directory, folder) if folder else directory,
            wanted=lambda path: is_wanted(folder + path, shape),
            follow_links=True,
        )
    except TreeRefused as refused:
        return Layer(origin=origin, directory=directory, files={}, problem=str(refused))
    named = {folder + path: data for path, data in files.items()}
    return Layer(origin=origin, directory=directory, files=named, shape=shape)


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
