"""A task that an architect has specified: its id, its acceptance criteria and what it depends on.

Owns the data, and which criteria a report leaves open. ``domain.task_file`` finds it in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """``id`` is the architect's own (``AC-1``), else its number in the list."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """Another task; ``status`` is what is known of it, in words, empty for nothing."""

    id: str
    status: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Specification:
    """``home`` is the directory of the plan, absolute; with it the id names the task."""

    id: str
    title: str = ""
    home: str = ""
    criteria: tuple[Criterion, ...] = ()
    dependencies: tuple[Dependency, ...] = ()


def unanswered(
    criteria: Iterable[Criterion], answers: Iterable[Mapping[str, Any]]
) -> tuple[Criterion, ...]:
    """The criteria without an answer; ids are compared without case and punctuation."""
    given = {
        _key(str(each.get("id", ""))) for each in answers if str(each.get("answer", "")).strip()
    }
    return tuple(criterion for criterion in criteria if _key(criterion.id) not in given)


def _key(criterion: str) -> str:
    return re.sub(r"[\W_]+", "", criterion).casefold()


def specification_to_json(found: Specification) -> dict[str, Any]:
    """Give a specification for the store."""
    return {
        "id": found.id,
        "title": found.title,
        "home": found.home,
        "criteria": [[each.id, each.text] for each in found.criteria],
        "dependencies": [[each.id, each.status] for each in found.dependencies],
    }


def specification_from_json(raw: Mapping[str, Any]) -> Specification:
    """Read what :func:`specification_to_json` gave."""
    return Specification(
        id=raw["id"],
        title=raw["title"],
        home=raw["home"],
        criteria=tuple(Criterion(id=name, text=text) for name, text in raw["criteria"]),
        dependencies=tuple(
            Dependency(id=name, status=status) for name, status in raw["dependencies"]
        ),
    )
