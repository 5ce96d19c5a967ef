"""The tool calls of a turn: run one after the other, each answered in the record before the next one begins.

Owns which tools a session has and how a call becomes a result. Decides nothing about the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend_specialist.domain.ports import ToolSpec
from backend_specialist.domain.transcript import Message, ToolResult, ToolUse
from backend_specialist.sessions import records
from backend_specialist.sessions.context import SessionContext
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.history import closing, repeated, unanswered
from backend_specialist.sessions.session import Session
from backend_specialist.tools import toolbox
from backend_specialist.tools.registry import ToolFailed

NOT_RUN = "Not run: the task was delivered by an earlier call of the same turn."


class ToolCalls:
    """Runs the calls of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._context = SessionContext(session)
        self._tools = toolbox.offered(session.facts.chain)

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the model is told of its tools."""
        return tuple(tool.spec for tool in self._tools)

    async def run(self, calls: Sequence[ToolUse]) -> None:
        """Run calls in order; what follows a ``deliver`` that ended the task is not run."""
        for call in calls:
            message = Message(role="user", content=(await self._run(call),))
            await self._session.record(records.tool_results(message))

    async def _run(self, call: ToolUse) -> ToolResult:
        if self._session.delivered:
            return ToolResult(tool_use_id=call.id, content=NOT_RUN, is_error=True)
        said = {"id": call.id, "name": call.name, "title": title(call)}
        self._session.emit(Kind.TOOL_CALL, said)
        text, heading, failed = await self._call(call)
        shown = {**said, "title": heading or said["title"], "isError": failed}
        self._session.emit(Kind.TOOL_RESULT, shown)
        return ToolResult(tool_use_id=call.id, content=text or "(empty)", is_error=failed)

    async def _call(self, call: ToolUse) -> tuple[str, str, bool]:
        try:
            if repeated(self._session.state.messages, call):
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
    for key in ("filePath", "pattern", "url", "path", "task_id"):
        subject: Any = call.input.get(key)
        if isinstance(subject, str) and subject:
            return f"{call.name} {subject}"[:200]
    return call.name
