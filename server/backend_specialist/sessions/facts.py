"""What a session keeps of its beginning: agent, model and task, as they were then.

Owns the frozen definition, so that a running or resumed session never takes up an edited agent file. Only its model is
chosen anew when the user speaks (``sessions.work``), and how models are chosen is said here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend_specialist.domain.permission import Action, Rule
from backend_specialist.domain.specification import (
    Specification,
    specification_from_json,
    specification_to_json,
)
from backend_specialist.sessions.task import Task
from backend_specialist.tools.task import Expert

# Replaced by the newest of its family where it is retired; an agent file names its own.
DEFAULT_MODEL = "anthropic/claude-sonnet-4-20250514"

_URL = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True, kw_only=True)
class SessionFacts:
    """``chain`` is the agent's rules and every rule set that may only narrow them. Times are epoch seconds.

    ``task`` is what the user wants, in words, without what goes with it. ``experts`` are those whom the agent may ask.
    ``model`` is what was chosen, ``recipe_model`` what the recipe asks for, empty where it does not.
    ``workflow`` is the directory of artifacts, empty for a standalone session. ``specification`` is the architect's
    task that this session implements.
    """

    title: str
    task: str
    agent: str
    model: str
    started_at: float
    chain: tuple[tuple[Rule, ...], ...] = ()
    steps: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    file: str = ""
    typed_urls: frozenset[str] = frozenset()
    experts: tuple[Expert, ...] = ()
    workflow: str = ""
    specification: Specification | None = None
    recipe_model: str = ""


def facts_of(
    task: Task,
    model: str | None,
    chain: tuple[tuple[Rule, ...], ...],
    experts: tuple[Expert, ...] = (),
    workflow: str = "",
) -> SessionFacts:
    """Take from a task what the session keeps; ``model`` is the user's own choice and goes before all others."""
    recipe_model = (task.recipe.model if task.recipe else None) or ""
    return SessionFacts(
        title=task.title,
        task=task.words,
        agent=task.agent.name,
        model=chosen_model(model, recipe_model, task.agent.model),
        started_at=time.time(),
        chain=chain,
        steps=task.agent.steps,
        options=task.agent.options,
        output=task.output,
        file=task.document.uri if task.document else "",
        typed_urls=urls_in(task.instructions),
        experts=experts,
        workflow=workflow,
        recipe_model=recipe_model,
    )


def chosen_model(user: str | None, recipe: str, agent: str | None) -> str:
    """The model that is asked for, the user's own choice before all others."""
    return user or recipe or agent or DEFAULT_MODEL


def urls_in(text: str) -> frozenset[str]:
    """The URLs that a user typed."""
    return frozenset(match.rstrip(".,;:!?") for match in _URL.findall(text))


def facts_to_json(facts: SessionFacts) -> dict[str, Any]:
    """Give the facts for the store."""
    return {
        "title": facts.title,
        "task": facts.task,
        "agent": facts.agent,
        "model": facts.model,
        "startedAt": facts.started_at,
        "chain": [[_rule(rule) for rule in rules] for rules in facts.chain],
        "steps": facts.steps,
        "options": dict(facts.options),
        "output": facts.output,
        "file": facts.file,
        "typedUrls": sorted(facts.typed_urls),
        "workflow": facts.workflow,
        "specification": facts.specification and specification_to_json(facts.specification),
        "experts": [list(expert) for expert in facts.experts],
        "recipeModel": facts.recipe_model,
    }


def facts_from_json(raw: Mapping[str, Any]) -> SessionFacts:
    """Read what :func:`facts_to_json` gave."""
    return SessionFacts(
        title=raw["title"],
        task=raw["task"],
        agent=raw["agent"],
        model=raw["model"],
        started_at=raw["startedAt"],
        chain=tuple(tuple(_read_rule(rule) for rule in rules) for rules in raw["chain"]),
        steps=raw["steps"],
        options=raw["options"],
        output=raw["output"],
        file=raw["file"],
        typed_urls=frozenset(raw["typedUrls"]),
        workflow=raw["workflow"],
        specification=(found := raw.get("specification")) and specification_from_json(found),
        experts=tuple((name, about) for name, about in raw["experts"]),
        recipe_model=raw.get("recipeModel", ""),
    )


def _rule(rule: Rule) -> list[str]:
    return [rule.permission, rule.pattern, rule.action.value, rule.source]


def _read_rule(raw: list[str]) -> Rule:
    return Rule(permission=raw[0], pattern=raw[1], action=Action(raw[2]), source=raw[3])
