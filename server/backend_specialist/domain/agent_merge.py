"""Agent files of one name, laid over each other.

Owns what the nearer file replaces and what it leaves: each field, each permission and each pattern of one by itself.
Reads no file and ranks no layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.permission import Rule, Setting, rules_from

FIELDS = ("description", "mode", "model", "prompt", "steps", "hidden", "disabled")


def merged(nearest_first: Sequence[AgentDefinition]) -> AgentDefinition:
    """What files of one name say together; there must be at least one."""
    *nearer, found = nearest_first
    for near in reversed(nearer):
        found = laid_over(near, found)
    return found


def laid_over(near: AgentDefinition, far: AgentDefinition) -> AgentDefinition:
    """The nearer definition, completed by the farther one."""
    taken = {name: getattr(far, name) for name in FIELDS if name not in near.given}
    permission = _overlay(far.permission, near.permission)
    sources = _sources(near, far, permission)
    return replace(
        near,
        **taken,
        permission=permission,
        rules=rules_of(permission, sources),
        options={**far.options, **near.options},
        sources=sources,
        given=near.given | far.given,
    )


def rules_of(permission: Mapping[str, Setting], sources: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules of a merged ``permission``, each with the file that it is from."""
    rules: list[Rule] = []
    for key, setting in permission.items():
        for rule in rules_from({key: setting}):
            source = sources.get(f"permission.{key}.{rule.pattern}") or sources.get(
                f"permission.{key}", ""
            )
            rules.append(replace(rule, source=source))
    return tuple(rules)


def sources_of(
    permission: Mapping[str, Setting], given: Iterable[str], source: str
) -> dict[str, str]:
    """Every path of one file, with that file."""
    paths = [*given]
    for key, setting in permission.items():
        patterns = [f".{pattern}" for pattern in setting] if isinstance(setting, Mapping) else [""]
        paths += [f"permission.{key}{pattern}" for pattern in patterns]
    return dict.fromkeys(paths, source)


def _overlay(far: Mapping[str, Setting], near: Mapping[str, Setting]) -> dict[str, Setting]:
    """``near`` over ``far``; what is in both keeps its first place."""
    found = dict(far)
    for key, setting in near.items():
        below = found.get(key)
        if isinstance(setting, Mapping) and isinstance(below, Mapping):
            found[key] = {**below, **setting}
        else:
            found[key] = setting
    return found


def _sources(
    near: AgentDefinition, far: AgentDefinition, permission: Mapping[str, Setting]
) -> dict[str, str]:
    paths = sources_of(permission, near.given | far.given, "")
    return {path: near.sources.get(path) or far.sources.get(path, "") for path in paths}
