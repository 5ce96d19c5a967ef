"""What an agent may do, in words for people.

Owns the explanation of a decision: the rules along the chain, and the secret guard before them. Decides nothing that
a session would not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.permission import Action, evaluate_chain, key_of
from backend_specialist.domain.permission_table import SHOWN, as_markdown
from backend_specialist.sessions.catalog import Catalog

# `bash` is no tool here; clients show that it is denied.
_LISTED = (*SHOWN, "bash")
_OF_PATHS = ("read", "edit")


class Rights:
    """``guarded`` says why the secret guard keeps a path from the model, empty when it does not."""

    def __init__(self, catalog: Catalog, guarded: Callable[[str], str]) -> None:
        self._catalog = catalog
        self._guarded = guarded

    def overview(self, agent: AgentDefinition) -> Mapping[str, str]:
        """The decision for each of the usual permissions, whatever the subject."""
        chain = self._catalog.chain(agent)
        return {key: evaluate_chain(chain, key, ["*"]).action.value for key in _LISTED}

    def table(self, agent: AgentDefinition) -> str:
        """The effective permissions as Markdown."""
        return as_markdown(self._catalog.chain(agent))

    def explain(
        self, agent: AgentDefinition, permission: str, subject: str
    ) -> Mapping[str, str | None]:
        """The decision on one subject, the rule that made it, and where that rule stands."""
        key = key_of(permission)
        if key in _OF_PATHS and (why := self._guarded(subject)):
            return {"action": Action.DENY.value, "rule": None, "source": f"secret guard: {why}"}
        decision = evaluate_chain(self._catalog.chain(agent), key, [subject])
        rule = decision.rule
        return {
            "action": decision.action.value,
            "rule": f"{rule.permission}: {rule.pattern}: {rule.action.value}" if rule else None,
            "source": rule.source if rule else "default",
        }
