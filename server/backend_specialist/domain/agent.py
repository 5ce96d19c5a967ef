"""An agent definition: who acts, with which model, under which rules.

Owns the loaded form of an agent file. Does not read files (``adapters.agent_files`` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend_specialist.domain.permission import Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something stands in a file: zero-based line and column in code points, half-open."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something wrong in an agent or recipe file. ``severity`` is ``error``, ``warning`` or ``info``."""

    message: str
    severity: str = "error"
    place: Place = Place(line=0, column=0, end_line=0, end_column=0)
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class AgentDefinition:
    """One agent, as its file says.

    ``places`` has the place of each value by key path (``permission.edit``), that of the key itself under the path
    with ``:key`` behind it, and that of the body under ``prompt``. ``disabled`` removes the agent, and any other
    of its name that is less near.
    """

    name: str
    description: str = ""
    mode: str = "all"
    model: str | None = None
    prompt: str = ""
    rules: tuple[Rule, ...] = ()
    steps: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    source: str = "built-in"
    places: Mapping[str, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    hidden: bool = False
    disabled: bool = False
