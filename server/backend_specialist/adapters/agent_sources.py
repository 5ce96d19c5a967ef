"""Every agent and recipe that there is, as of the last time the places were read.

Owns that reading and what outlives it: the last good version of a broken file, the default agent that was chosen, what
was shown before it was trusted. Reads the disk in :meth:`AgentSources.reload` only, which blocks; everything else
answers from memory, but for trust. Ranks nothing: ``agent_catalogue`` does.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from backend_specialist.adapters.agent_catalogue import Catalogue, overlaid
from backend_specialist.adapters.agent_files import usable
from backend_specialist.adapters.agent_layer import Loaded, load_layer
from backend_specialist.adapters.agent_places import Places, layers
from backend_specialist.adapters.file_tree import TreeRefused
from backend_specialist.adapters.trust import Digests, Standing, Trust, TrustOutdated
from backend_specialist.domain.agent import AgentDefinition, BrokenFile
from backend_specialist.domain.permission import Rule
from backend_specialist.domain.ports import TrustRefused
from backend_specialist.domain.recipe import Recipe


class AgentSources:
    """The agents and recipes of some places, as they were at the last reload."""

    def __init__(self, trust: Trust, places: Places | None = None) -> None:
        self._trust = trust
        self._places = places or Places()
        self._good: dict[tuple[str, str], AgentDefinition] = {}
        self._catalogue: Catalogue | None = None
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
        loaded = [load_layer(layer) for layer in layers(self._places, self._trust)]
        in_force = [self._last_good(item) for item in loaded]
        self._catalogue = overlaid(loaded, in_force, replacing=self._places.replacing)

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
        """The rule sets that hold for an agent; of their decisions the strictest holds."""
        return self._now().chain(agent)

    def in_place(self, agent: AgentDefinition) -> AgentDefinition:
        """A definition that was just written, completed by the farther files of its name."""
        return self._now().in_place(agent)

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
        """The roots that bring something along that is not trusted, with what trusting would change. Blocks.

        Nothing of them is in force then, not even what was trusted before it changed.
        """
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
        if any(self._holds(root) for root, _ in found):
            self.reload()
        return tuple(found)

    def _holds(self, root: str) -> bool:
        """Whether something of a root was read, which it is while it is trusted."""
        return any(item.source.startswith(f"{root.rstrip('/')}/") for item in self._now().files)

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
        return self._places.watched()

    def _now(self) -> Catalogue:
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
