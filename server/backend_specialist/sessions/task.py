"""What a session is started with.

Owns the request of a user, captured at the moment of the request. Reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.recipe import Recipe, render


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnostic:
    """A problem of the selection; ``line`` is 1-based, ``severity`` a word."""

    line: int
    severity: str
    message: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    """``selection`` is a half-open pair of offsets into ``document.text``; ``output`` where the deliverable goes."""

    agent: AgentDefinition
    instructions: str = ""
    recipe: Recipe | None = None
    document: Snapshot | None = None
    selection: tuple[int, int] | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    output: str = ""

    @property
    def words(self) -> str:
        """What the user wants, as the specialist is told it."""
        words = render(self.recipe, self.instructions) if self.recipe else self.instructions
        return words.strip() or "Improve the selected code."

    @property
    def title(self) -> str:
        """One line for lists and progress."""
        first = self.instructions.strip().splitlines()[:1]
        words = first[0][:80] if first else ""
        if self.recipe:
            return f"{self.recipe.title}: {words}" if words else self.recipe.title
        return words or "Untitled task"
