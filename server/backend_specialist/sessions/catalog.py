"""Which agents and recipes there are, and which roots are trusted.

Owns the seam to whatever finds them; finds nothing itself.
"""

from __future__ import annotations

from typing import Protocol

from backend_specialist.domain.agent import AgentDefinition, BrokenFile
from backend_specialist.domain.permission import Rule
from backend_specialist.domain.recipe import Recipe


class Catalog(Protocol):
    """Agents and recipes by name, as the user's and the trusted roots' files say."""

    @property
    def default(self) -> str:
        """The name of the agent that works where none is named."""
        ...

    def agents(self) -> tuple[AgentDefinition, ...]:
        """Every usable agent, the default one first."""
        ...

    def agent(self, name: str | None) -> AgentDefinition | None:
        """The agent of that name, or the default one; ``None`` when there is no such agent."""
        ...

    def choose(self, name: str) -> None:
        """Take another agent as the default one, until the settings name another."""
        ...

    def chain(self, agent: AgentDefinition) -> tuple[tuple[Rule, ...], ...]:
        """The rule sets that hold for an agent; of their decisions the strictest holds."""
        ...

    def recipes(self) -> tuple[Recipe, ...]:
        """Every recipe, in the order in which they are offered."""
        ...

    def trust(self, path: str, *, trusted: bool) -> None:
        """Trust a root's own agent files, recipes and settings as they were shown, or no longer.

        Raises :class:`~backend_specialist.domain.ports.TrustRefused`. Blocks.
        """
        ...

    def broken(self) -> tuple[BrokenFile, ...]:
        """The files that have errors, with the first of them."""
        ...

    def refused(self) -> tuple[str, ...]:
        """Why places could not be read, as sentences."""
        ...

    def untrusted(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The roots that bring something along that is not trusted, with what trusting would change. Blocks."""
        ...
