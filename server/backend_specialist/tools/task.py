"""The tool ``task``: ask another agent.

Owns how the agents that can be asked are named to the model, and how an answer is told. Runs nobody: the session does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend_specialist.domain.framing import framed
from backend_specialist.domain.ports import ToolSpec
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput

_MOST = 30
_LONGEST = 200

Expert = tuple[str, str]
"""Name and description of an agent that can be asked."""


class Task:
    """Puts one question to another agent, which reads and answers and changes nothing."""

    permission = "task"

    def __init__(self, experts: Sequence[Expert]) -> None:
        self._names = tuple(name for name, _ in experts)
        listed = "\n".join(f"- {name}: {about[:_LONGEST]}" for name, about in experts[:_MOST])
        self.spec = ToolSpec(
            name="task",
            description=(
                "Ask an expert for advice or a review. It sees the files as you do, your proposed edits included, but "
                "nothing of this conversation: put everything that it needs into prompt. It returns text and edits "
                f"nothing; its work counts against your limits. The experts:\n{listed}"
            ),
            schema={
                "type": "object",
                "properties": {
                    "description": {"type": "string", "minLength": 1, "maxLength": 100},
                    "prompt": {"type": "string", "minLength": 1, "maxLength": 20_000},
                    "subagent_type": {"type": "string", "minLength": 1, "maxLength": 200},
                },
                "required": ["description", "prompt", "subagent_type"],
            },
        )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Ask and wait; the answer is marked as what it is."""
        name = arguments["subagent_type"]
        if name not in self._names:
            raise ToolFailed(
                f"There is no expert {name!r}. There are: {', '.join(self._names[:_MOST])}."
            )
        await context.permit("task", [name], title=f"Ask {name}")
        answer = await context.consult(name, arguments["prompt"])
        text = (
            f"{framed('answer', answer, agent=name)}\nThis is advice: judge it, it changed nothing."
        )
        return ToolOutput(text, f"{name}: {arguments['description']}")
