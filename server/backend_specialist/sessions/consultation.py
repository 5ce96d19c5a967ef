"""How an agent answers that another one asks.

Owns the nested conversation, on the budget of the session. Its turns are recorded as spent; of what is said only the
answer is kept. Who may be asked, and with which tools, is for ``sessions.experts`` to say.
"""

from __future__ import annotations

import asyncio

from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.ports import Model, ModelError, ModelRequest
from backend_specialist.domain.transcript import Message, Turn
from backend_specialist.sessions import limits, records
from backend_specialist.sessions.calls import ToolCalls
from backend_specialist.sessions.following import Next, going_on, what_follows
from backend_specialist.sessions.history import joined, user_text
from backend_specialist.sessions.omission import omitted
from backend_specialist.sessions.prompt import system_text
from backend_specialist.sessions.room import estimated
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.turns import take_turn, take_words
from backend_specialist.tools.registry import ToolFailed

MAX_TURNS = 20
MAX_ANSWER = 20_000
ROLE = (
    "You are asked for advice by another agent in the middle of its task. You can read and search, and you change "
    "nothing. Your last message is your answer; nothing else of what you write is kept."
)
LAST_TURN = "This is your last turn and tools are not run any more. Answer with what you know."


class Consultation:
    """One conversation; ``calls`` are the tools of the agent that is asked."""

    def __init__(
        self, session: Session, agent: AgentDefinition, model: Model, calls: ToolCalls
    ) -> None:
        self._session = session
        self._agent = agent
        self._model = model
        self._calls = calls
        services = session.services
        # Once: it must not change during the conversation, for the cache's sake.
        self._system = (*system_text(agent, services.workspace, services.editor.traits), ROLE)
        self._messages: list[Message] = []
        # What the answer begins with, where it broke off and is gone on with.
        self._begun = ""

    async def run(self, prompt: str) -> str:
        """Give the answer; raise ``ToolFailed`` or ``ModelError`` when there is none."""
        self._messages.append(user_text(prompt))
        for _ in range(MAX_TURNS - 1):
            last = self._is_last_step()
            turn = await self._turn(final=last)
            if last or not await self._goes_on(turn):
                return self._answer(turn)
        return self._answer(await self._turn(final=True))

    async def _goes_on(self, turn: Turn) -> bool:
        """Act on a turn; ``False`` means that it is the last one."""
        match what_follows(turn):
            case Next.CALLS:
                await self._run_tools(turn.message)
            case Next.CUT | Next.PAUSED if len(self._said(turn)) < MAX_ANSWER:
                self._say_go_on(turn)
            case Next.FULL if self._make_room():
                self._say_go_on(turn)
            case _:
                return False
        return True

    async def _run_tools(self, said: Message) -> None:
        self._messages.append(said)
        results = [await self._calls.answer(call, self._messages) for call in said.tool_uses]
        self._messages.append(Message(role="user", content=tuple(results)))
        self._begun = ""

    def _say_go_on(self, turn: Turn) -> None:
        self._begun = "" if turn.message.tool_uses else self._said(turn)
        said = [turn.message] if turn.message.content else []
        self._messages += [*said, going_on(turn)]

    def _said(self, turn: Turn) -> str:
        return self._begun + turn.message.text

    def _make_room(self) -> bool:
        """Leave out what can be read again, since nobody keeps this conversation; ``False``: there is nothing left."""
        before = tuple(self._messages)
        self._messages = list(omitted(before, estimated(before) // 2))
        return tuple(self._messages) != before

    def _is_last_step(self) -> bool:
        facts, policy = self._session.facts, self._session.policy
        return limits.last_step(self._session.state, policy, facts.steps)

    async def _turn(self, *, final: bool) -> Turn:
        over = limits.exceeded(self._session.state, self._session.policy)
        if over:
            raise ToolFailed(f"{self._agent.name} could not answer: {over}")
        started = asyncio.get_running_loop().time()
        turn = await self._taken(final=final)
        seconds = asyncio.get_running_loop().time() - started
        await self._session.record(records.consulted(self._agent.name, turn, seconds))
        self._session.announce_usage()
        return turn

    async def _taken(self, *, final: bool) -> Turn:
        wait, backoff = self._session.announce_wait, self._session.services.backoff
        while True:
            try:
                if final:
                    request = self._request(user_text(LAST_TURN))
                    return await take_words(self._model, request, on_wait=wait, backoff=backoff)
                request = self._request()
                return await take_turn(self._model, request, on_wait=wait, backoff=backoff)
            except ModelError as error:
                if error.kind != "context" or not self._make_room():
                    raise

    def _request(self, *more: Message) -> ModelRequest:
        return ModelRequest(
            system=self._system,
            tools=self._calls.specs,
            messages=joined((*self._messages, *more)),
            max_tokens=self._model.info.max_output,
            options=self._agent.options,
        )

    def _answer(self, turn: Turn) -> str:
        text = self._said(turn).strip()
        if what_follows(turn) in (Next.REFUSED, Next.FULL) or not text:
            raise ToolFailed(f"{self._agent.name} gave no answer. Go on without its advice.")
        cut = "\n(cut here)" if len(text) > MAX_ANSWER else ""
        return text[:MAX_ANSWER] + cut
