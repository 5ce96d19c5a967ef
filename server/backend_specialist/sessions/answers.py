"""What the model answers to a session's conversation.

Owns the request, what is shown of an answer as it streams, and that a request for which the endpoint has no room is
made shorter. Decides nothing about an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from backend_specialist.domain.ports import (
    Model,
    ModelError,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolSpec,
    ToolStarted,
)
from backend_specialist.domain.transcript import Message, StopReason, Turn
from backend_specialist.sessions import records
from backend_specialist.sessions.compactor import Compactor
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.history import joined
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.turns import OnEvent, Restarted, take_turn


class Answers:
    """The answers of one model in one session."""

    def __init__(self, session: Session, model: Model, tools: Sequence[ToolSpec]) -> None:
        self._session = session
        self._model = model
        self._tools = tuple(tools)
        self.compactor = Compactor(session, model.info, self._summary)

    async def next(self, *, final: bool) -> Turn:
        """Take a turn and record it; a ``final`` one has the same tools and may call none."""
        started = asyncio.get_running_loop().time()
        turn = await self._turn(final=final)
        seconds = asyncio.get_running_loop().time() - started
        await self._session.record(records.assistant(turn, seconds))
        self._session.announce_usage()
        if turn.stop_reason is not StopReason.CONTEXT_EXCEEDED:
            self.compactor.settle()
        return turn

    async def _turn(self, *, final: bool) -> Turn:
        while True:
            messages, most = joined(self._session.state.messages), self._model.info.max_output
            request = self._request(messages, most, final=final)
            try:
                return await self._ask(request, self._on_event)
            except ModelError as error:
                if error.kind != "context" or not await self.compactor.relieve():
                    raise

    async def _summary(self, messages: Sequence[Message], max_tokens: int) -> Turn:
        return await self._ask(self._request(messages, max_tokens, final=True), lambda _: None)

    async def _ask(self, request: ModelRequest, on_event: OnEvent) -> Turn:
        return await take_turn(
            self._model,
            request,
            on_event=on_event,
            on_wait=self._session.announce_wait,
            backoff=self._session.services.backoff,
        )

    def _request(
        self, messages: Sequence[Message], max_tokens: int, *, final: bool
    ) -> ModelRequest:
        return ModelRequest(
            system=self._session.state.system,
            tools=self._tools,
            messages=tuple(messages),
            max_tokens=max_tokens,
            tool_choice="none" if final else "auto",
            options=self._session.facts.options,
        )

    def _on_event(self, event: ModelEvent | Restarted) -> None:
        match event:
            case TextDelta(text):
                self._session.speech.add(text)
            case ToolStarted(name):
                self._session.emit(Kind.TOOL_CALL, {"id": "", "name": name, "title": name})
            case Restarted():
                self._session.emit(Kind.TEXT, {"text": "", "restarted": True})
            case _:
                pass
