"""How much a session may do before the user speaks again.

Owns the limits and the sentences that name them. Stops nothing itself.
"""

from __future__ import annotations

from backend_specialist.sessions.services import Policy
from backend_specialist.sessions.state import State


def exceeded(state: State, policy: Policy) -> str:
    """Which limit of cost or tokens is reached, as a sentence; empty when none is.

    Where the price of the model is unknown, only tokens count.
    """
    spent = state.budget
    if spent.cost is not None and spent.cost >= policy.max_cost_usd:
        return (
            f"The cost limit of ${policy.max_cost_usd:g} is reached (${spent.cost:.2f} since your last message). "
            "Reply to go on, or raise backendSpecialist.maxCostUsd."
        )
    if spent.total_tokens >= policy.max_tokens:
        return (
            f"The limit of {policy.max_tokens:,} tokens is reached since your last message. "
            "Reply to go on, or raise backendSpecialist.maxTokens."
        )
    return ""


def last_step(state: State, policy: Policy, agent_steps: int | None) -> bool:
    """Whether the next turn is the last one that the step limit allows."""
    return state.steps + 1 >= _steps(policy, agent_steps)


def steps_reached(policy: Policy, agent_steps: int | None) -> str:
    """The sentence for a session that used up its steps."""
    return (
        f"The limit of {_steps(policy, agent_steps)} model turns is reached. "
        "Reply to go on, or raise backendSpecialist.maxSteps."
    )


def _steps(policy: Policy, agent_steps: int | None) -> int:
    return min(policy.max_steps, agent_steps or policy.max_steps)
