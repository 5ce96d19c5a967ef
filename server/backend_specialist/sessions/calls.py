"""The tool calls of a turn: run one after the other, each answered in the record before the next one begins.

Owns how a call becomes a result. Decides nothing about the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend_specialist.domain.ports import ToolSpec
from backend_specialist.domain.transcript import Message, ToolResult, ToolUse
from backend_specialist.sessions import records
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.history import closing, repeated, unanswered
from backend_specialist.sessions.session import Session
from backend_specialist.tools import toolbox
from backend_specialist.tools.registry import Tool, ToolContext, ToolFailed

NOT_RUN = "Not run: the task was delivered by an earlier call of the same turn."


class ToolCalls:
    """Runs the calls of one session; ``caller`` is who makes them, if it is not the session's own agent."""

    def __init__(
        self, session: Session, tools: Sequence[Tool], context: ToolContext, *, caller: str = ""
    ) -> None:
        self._session = session
        self._context = context
        self._tools = tools
        self._caller = caller

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the model is told of its tools."""
        return tuple(tool.spec for tool in self._tools)

    async def run(self, calls: Sequence[ToolUse]) -> None:
        """Run calls in order; what follows a ``deliver`` that ended the task is not run."""
        for call in calls:
            if self._session.delivered:
                result = ToolResult(tool_use_id=call.id, content=NOT_RUN, is_error=True)
            else:
                result = await self.answer(call, self._session.state.messages)
            message = Message(role="user", content=(result,))
            await self._session.record(records.tool_results(message))

    async def answer(self, call: ToolUse, conversation: Sequence[Message]) -> ToolResult:
        """Run one call of a conversation and say so; records nothing."""
        said = {"id": call.id, "name": call.name, "title": self._named(title(call))}
        self._session.emit(Kind.TOOL_CALL, said)
        text, heading, failed = await self._call(call, conversation)
        shown = self._named(heading) if heading else said["title"]
        self._session.emit(Kind.TOOL_RESULT, {**said, "title": shown, "isError": failed})
        return ToolResult(tool_use_id=call.id, content=text or "(empty)", is_error=failed)

    def _named(self, heading: str) -> str:
        return f"{self._caller}: {heading}" if self._caller else heading

    async def _call(self, call: ToolUse, conversation: Sequence[Message]) -> tuple[str, str, bool]:
        try:
            if repeated(conversation, call):
                asked = f"The specialist calls {call.name} again and again with the same arguments. Go on?"
                await self._session.gate.permit("doom_loop", [call.name], title=asked)
        except ToolFailed as error:
            return str(error), "", True
        output, failed = await toolbox.call(call.name, call.input, self._tools, self._context)
        return output.text, output.title, failed


async def close_calls(session: Session, why: str) -> None:
    """Give every call without a result one that says why it has none, so that the endpoint accepts the history."""
    calls = unanswered(session.state.messages)
    if calls:
        await session.record(records.tool_results(closing(calls, why)))


def title(call: ToolUse) -> str:
    """One line for people: the tool and what it is about."""
    for key in ("filePath", "pattern", "url", "path", "subagent_type", "task_id", "action"):
        subject: Any = call.input.get(key)
        if isinstance(subject, str) and subject:
            return f"{call.name} {subject}"[:200]
    return call.name
