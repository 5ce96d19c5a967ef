"""Permission rules and their evaluation.

Owns the meaning of ``permission`` in an agent file. Knows no tool, no user and no session.
Source of the rules: the OpenCode agent format (see ``docs/agent-files.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend_specialist.domain.wildcard import matches as matches  # noqa: PLC0414 - part of this module's interface

Chain = Sequence[Sequence["Rule"]]
"""Rule sets that all have a say: the strictest decision holds."""

_EDITING = frozenset({"edit", "write", "patch", "apply_patch"})


class Action(StrEnum):
    """What a rule decides. Ordered by strictness through :attr:`strictness`."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"

    @property
    def strictness(self) -> int:
        """0 for allow, 1 for ask, 2 for deny."""
        return ("allow", "ask", "deny").index(self.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """``action`` for subjects that ``pattern`` matches, under keys that ``permission`` matches."""

    permission: str
    pattern: str
    action: Action
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """An action and the rule that decided it; no rule means that nothing matched."""

    action: Action
    rule: Rule | None = None


Setting = str | Mapping[str, str]
"""What stands behind one permission key: an action, or patterns with their actions."""


def key_of(tool: str) -> str:
    """The permission key that governs a tool: ``edit`` for everything that edits."""
    return "edit" if tool in _EDITING else tool


def merge_tools(
    tools: Mapping[str, bool], permission: str | Mapping[str, Setting]
) -> dict[str, Setting]:
    """Translate the older ``tools`` booleans and lay ``permission`` over them.

    ``permission`` wins for each key, but a key keeps the position at which it first appeared.
    """
    merged: dict[str, Setting] = {}
    for tool, wanted in tools.items():
        key = "edit" if tool in ("write", "edit", "patch") else tool
        merged[key] = "allow" if wanted else "deny"
    merged.update({"*": permission} if isinstance(permission, str) else permission)
    return merged


def rules_from(
    permission: str | Mapping[str, Setting], *, source: str = "", home: str = ""
) -> tuple[Rule, ...]:
    """Give the rules of a ``permission`` value, in its order, ``~`` and ``$HOME`` expanded.

    Raises ``ValueError`` for an action that does not exist.
    """
    mapping = {"*": permission} if isinstance(permission, str) else permission
    return tuple(
        Rule(
            permission=key,
            pattern=_at_home(pattern, home),
            action=Action(action),
            source=source,
        )
        for key, setting in mapping.items()
        for pattern, action in _patterns(setting)
    )


def evaluate(rules: Sequence[Rule], permission: str, subject: str) -> Decision:
    """The last rule that matches key and subject decides; without one the answer is ``ask``."""
    for rule in reversed(rules):
        if matches(permission, rule.permission) and matches(subject, rule.pattern):
            return Decision(action=rule.action, rule=rule)
    return Decision(action=Action.ASK)


def evaluate_all(rules: Sequence[Rule], permission: str, subjects: Iterable[str]) -> Decision:
    """Decide one request with several subjects: any deny refuses, only all allow lets it pass."""
    return strictest(evaluate(rules, permission, subject) for subject in subjects)


def evaluate_chain(chain: Chain, permission: str, subjects: Sequence[str]) -> Decision:
    """Decide under several rule sets at once: the strictest decision holds."""
    return strictest(evaluate_all(rules, permission, subjects) for rules in chain)


def strictest(decisions: Iterable[Decision]) -> Decision:
    """The first of the strictest decisions; ``ask`` when there is none at all."""
    return max(
        decisions,
        key=lambda decision: decision.action.strictness,
        default=Decision(action=Action.ASK),
    )


def hidden_tools(rules: Sequence[Rule], names: Iterable[str]) -> frozenset[str]:
    """The tools not to offer: the last rule for their key denies everything."""
    return frozenset(name for name in names if _denied_outright(rules, key_of(name)))


def hidden_in_chain(chain: Chain, names: Iterable[str]) -> frozenset[str]:
    """The tools not to offer under several rule sets: one that denies is enough."""
    wanted = tuple(names)
    return frozenset().union(*(hidden_tools(rules, wanted) for rules in chain))


def defaults() -> tuple[Rule, ...]:
    """The rules below every agent's own.

    As in the format's home, apart from ``question``, which is allowed, and the rules for
    ``.env`` files, which the secret guard takes care of.
    """
    return rules_from(
        {"*": "allow", "doom_loop": "ask", "external_directory": "ask"}, source="default"
    )


def _denied_outright(rules: Sequence[Rule], key: str) -> bool:
    for rule in reversed(rules):
        if matches(key, rule.permission):
            return rule.pattern == "*" and rule.action is Action.DENY
    return False


def _patterns(setting: Setting) -> Iterator[tuple[str, str]]:
    if isinstance(setting, str):
        yield "*", setting
    else:
        yield from setting.items()


def _at_home(pattern: str, home: str) -> str:
    for name in ("~", "$HOME"):
        if home and (pattern == name or pattern.startswith(name + "/")):
            return home + pattern[len(name) :]
    return pattern
