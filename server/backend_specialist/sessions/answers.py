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
from backend_specialist.sessions.turns import Restarted, take_turn, take_words


class Answers:
    """The answers of one model in one session."""

    def __init__(self, session: Session, model: Model, tools: Sequence[ToolSpec]) -> None:
        self._session = session
        self._model = model
        self._tools = tuple(tools)
        self.compactor = Compactor(session, model.info, self._summary)

    async def next(self) -> Turn:
        """Take a turn and record it."""
        started = asyncio.get_running_loop().time()
        turn = await self._turn()
        seconds = asyncio.get_running_loop().time() - started
        await self._session.record(records.assistant(turn, seconds))
        self._session.announce_usage()
        if turn.stop_reason is not StopReason.CONTEXT_EXCEEDED:
            self.compactor.settle()
        return turn

    async def _turn(self) -> Turn:
        while True:
            messages = joined(self._session.state.messages)
            try:
                return await take_turn(
                    self._model,
                    self._request(messages, self._model.info.max_output),
                    on_event=self._on_event,
                    on_wait=self._session.announce_wait,
                    backoff=self._session.services.backoff,
                )
            except ModelError as error:
                if error.kind != "context" or not await self.compactor.relieve():
                    raise

    async def _summary(self, messages: Sequence[Message], max_tokens: int) -> Turn:
        return await take_words(
            self._model,
            self._request(messages, max_tokens),
            on_wait=self._session.announce_wait,
            backoff=self._session.services.backoff,
        )

    def _request(self, messages: Sequence[Message], max_tokens: int) -> ModelRequest:
        return ModelRequest(
            system=self._session.state.system,
            tools=self._tools,
            messages=tuple(messages),
            max_tokens=max_tokens,
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
