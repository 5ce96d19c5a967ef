"""What an agent may do, as a table for people.

Owns which rows are shown. What is decided, and by which rule, is ``domain.permission``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend_specialist.domain.agent_fields import GUARDS, TOOLS
from backend_specialist.domain.permission import Chain, Decision, evaluate_chain, key_of
from backend_specialist.domain.wildcard import matches

SHOWN = (*dict.fromkeys(key_of(tool) for tool in TOOLS), *GUARDS)
"""The permissions that mean something here."""
_MOST_PATTERNS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One permission, or a pattern of it; ``*`` stands for everything that no pattern names."""

    permission: str
    pattern: str
    decision: Decision

    @property
    def source(self) -> str:
        """Where the deciding rule is from."""
        return self.decision.rule.source if self.decision.rule else "default"


def rows(chain: Chain) -> Iterator[Row]:
    """A row for each permission, and one for each pattern that a rule has for it."""
    for permission in SHOWN:
        yield Row(
            permission=permission, pattern="*", decision=evaluate_chain(chain, permission, ["*"])
        )
        patterns = (
            rule.pattern
            for rules in chain
            for rule in rules
            if rule.pattern != "*" and matches(permission, rule.permission)
        )
        for pattern in [*dict.fromkeys(patterns)][:_MOST_PATTERNS]:
            yield Row(
                permission=permission,
                pattern=pattern,
                decision=evaluate_chain(chain, permission, [pattern]),
            )


def as_markdown(chain: Chain) -> str:
    """The table as Markdown; whatever files say in it is shown as code."""
    lines = ["| Permission | For | Decision | Said by |", "| --- | --- | --- | --- |"]
    for row in rows(chain):
        subject = "everything" if row.pattern == "*" else _code(row.pattern)
        decision = f"**{row.decision.action}**"
        lines.append(f"| {row.permission} | {subject} | {decision} | {_code(row.source)} |")
    return "\n".join(lines)


def _code(text: str) -> str:
    plain = "".join(char if char.isprintable() else "�" for char in text)
    return "`" + plain.replace("`", "'").replace("|", "\\|") + "`"
