"""The gate that every tool call passes.

Owns the decision allow, ask or deny, what the user approved for this session, and that nobody is asked about what is
too long to be read, or shown less than there is. Knows no tool: a tool names a permission and its subjects.
``edit: ask`` passes here, because edits are asked about in the review.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence

from backend_specialist.domain.display import visible
from backend_specialist.domain.permission import Action, Chain, Decision, evaluate_chain, matches
from backend_specialist.sessions.events import MOST_DETAIL, Asking
from backend_specialist.tools.registry import ToolFailed

Remember = Callable[[str, str, str], Awaitable[None]]


class Gate:
    """The rules of one session: a chain of rule sets, of which the strictest decision holds."""

    def __init__(
        self,
        chain: Chain,
        *,
        ask: Callable[[Asking], Awaitable[str | None]],
        approved: Callable[[], Mapping[str, tuple[str, str]]],
        remember: Remember,
    ) -> None:
        self._chain = chain
        self._ask = ask
        self._approved = approved
        self._remember = remember

    def decide(self, permission: str, subjects: Sequence[str]) -> Decision:
        """Give the strictest decision along the chain, without asking."""
        return evaluate_chain(self._chain, permission, subjects)

    async def permit(
        self, permission: str, subjects: Sequence[str], *, title: str = "", ask: bool = False
    ) -> None:
        """Pass, or raise :class:`ToolFailed`. A deny beats every approval; ``ask`` wants a question all the same."""
        decision = evaluate_chain(self._chain, permission, subjects)
        if decision.action is Action.DENY:
            raise ToolFailed(denied(permission, subjects, decision))
        if permission == "edit":
            return
        asked = ask or decision.action is Action.ASK
        if asked and not self._is_approved(permission, subjects):
            await self._ask_user(permission, subjects, title)

    def _is_approved(self, permission: str, subjects: Sequence[str]) -> bool:
        approved = set(self._approved().values())
        return all((permission, subject) in approved for subject in subjects)

    async def _ask_user(self, permission: str, subjects: Sequence[str], title: str) -> None:
        # What is hidden in the name of a file or of a host makes another of it than the user would read.
        title, detail = visible(title), visible(", ".join(subjects))
        longest = max(len(title), len(detail))
        if longest > MOST_DETAIL:
            raise ToolFailed(
                f"Nobody was asked whether to allow {permission}: the question would have {longest:,} characters, more "
                f"than a user can be shown ({MOST_DETAIL:,}). Nothing was done; use something shorter."
            )
        asking = Asking(
            request_id="",
            kind="permission",
            title=title or f"Allow {permission}?",
            detail=detail,
            options=("Allow once", "Allow in this session", "Reject"),
        )
        answer = await self._ask(asking)
        if answer == "session":
            for subject in subjects:
                await self._remember(secrets.token_hex(4), permission, subject)
        elif answer != "once":
            raise ToolFailed(
                f"The user did not allow {permission} for {', '.join(subjects)}. "
                "Do not ask for it again; work without it or say what is missing."
            )


def denied(permission: str, subjects: Sequence[str], decision: Decision) -> str:
    """Say which rule refused a call."""
    rule = decision.rule
    meant = [each for each in subjects if rule and matches(each, rule.pattern)] or subjects
    named = (
        f' by the rule "{rule.permission}: {rule.pattern}: deny" ({rule.source})' if rule else ""
    )
    return (
        f"Not allowed: {permission} for {', '.join(meant)} is denied{named}. "
        "Nothing was done. Work without it."
    )
