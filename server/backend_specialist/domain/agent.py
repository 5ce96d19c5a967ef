"""An agent definition: who acts, with which model, under which rules.

Owns the loaded form of an agent file, and what is said about one. Does not read files (``adapters.agent_files`` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend_specialist.domain.permission import Rule, Setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something stands in a file: zero-based line and column in code points, half-open."""

    line: int
    column: int
    end_line: int
    end_column: int

    def holds(self, line: int, column: int) -> bool:
        """Whether a position is inside, both ends included."""
        return (self.line, self.column) <= (line, column) <= (self.end_line, self.end_column)


NOWHERE = Place(line=0, column=0, end_line=0, end_column=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """``text`` instead of what stands at ``place``; a place without width is an insertion."""

    place: Place
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """What an author can do about a problem with one click. ``replacements`` do not overlap."""

    title: str
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something wrong in an agent or recipe file. ``severity`` is ``error``, ``warning`` or ``info``."""

    message: str
    severity: str = "error"
    place: Place = NOWHERE
    code: str = ""
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenFile:
    """A file with errors; ``problem`` is the first. ``kept``: what it said when it was last right is in force."""

    source: str
    problem: Problem
    kept: bool


@dataclass(frozen=True, kw_only=True)
class AgentDefinition:
    """One agent, as its file says, or as the files of its name say together.

    ``permission`` is what ``rules`` are made of, ``given`` the fields that the file speaks of, and ``sources`` the
    file that each of them, and each permission (``permission.edit``), is from. ``places`` has the place of each value
    by key path, that of the key itself under the path with ``:key`` behind it, and that of the body under
    ``prompt``. ``disabled`` removes the agent.
    """

    name: str
    description: str = ""
    mode: str = "all"
    model: str | None = None
    prompt: str = ""
    permission: Mapping[str, Setting] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    steps: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    source: str = "built-in"
    sources: Mapping[str, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    places: Mapping[str, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    hidden: bool = False
    disabled: bool = False
