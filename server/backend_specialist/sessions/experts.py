"""The other agents that an agent may ask, and how one of them answers.

Owns the nested conversation: under the strictest rule of everybody concerned, without a way to edit or to speak to the
user, on the budget of the session. Its turns are recorded as spent; of what is said only the answer is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.permission import Action, Chain, evaluate_chain
from backend_specialist.domain.ports import Model, ModelError, ModelRequest
from backend_specialist.domain.transcript import Message, StopReason, Turn
from backend_specialist.sessions import limits, records
from backend_specialist.sessions.calls import ToolCalls
from backend_specialist.sessions.catalog import Catalog
from backend_specialist.sessions.context import SessionContext
from backend_specialist.sessions.history import joined, user_text
from backend_specialist.sessions.prompt import system_text
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.turns import take_turn
from backend_specialist.tools import toolbox
from backend_specialist.tools.artifact import ArtifactTool
from backend_specialist.tools.registry import Tool, ToolFailed
from backend_specialist.tools.task import Expert, Task

MAX_DEPTH = 2
MAX_TURNS = 20
MAX_ANSWER = 20_000
WITHHELD = frozenset({"edit", "write", "question", "deliver"})
ROLE = (
    "You are asked for advice by another agent in the middle of its task. You can read and search, and you change "
    "nothing. Your last message is your answer; nothing else of what you write is kept."
)
LAST_TURN = "This is your last turn and tools are not run any more. Answer with what you know."


def known(catalog: Catalog, own: str, chain: Chain) -> tuple[Expert, ...]:
    """Name and description of each agent that the agent ``own`` may ask under its rules."""
    return tuple(
        (agent.name, agent.description or agent.name)
        for agent in catalog.agents()
        if agent.mode != "primary" and agent.name != own and _may_ask(chain, agent.name)
    )


def _may_ask(chain: Chain, name: str) -> bool:
    return evaluate_chain(chain, "task", [name]).action is not Action.DENY


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who calls tools: the session's own agent (depth 0), or one that was asked. ``chain`` binds all of them."""

    chain: Chain
    names: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How many agents were asked on the way to this one."""
        return len(self.names)


class Experts:
    """Those whom a caller may ask."""

    def __init__(self, session: Session, caller: Caller) -> None:
        self._session = session
        self._caller = caller

    def tool_calls(self) -> ToolCalls:
        """What runs the calls of the caller."""
        gate = self._session.gate_under(self._caller.chain)
        # What another agent reads, this one does not know.
        known = {} if self._caller.depth else self._session.known
        context = SessionContext(self._session, gate=gate, consult=self.consult, known=known)
        return ToolCalls(
            self._session, self._tools(), context, caller=" > ".join(self._caller.names)
        )

    def _tools(self) -> Sequence[Tool]:
        task = [Task(others)] if (others := self._others()) else []
        if self._caller.depth:
            tools = toolbox.offered(self._caller.chain, task)
            return [tool for tool in tools if tool.spec.name not in WITHHELD]
        workflow = self._session.facts.workflow
        artifact = [ArtifactTool(workflow)] if workflow else []
        return toolbox.offered(self._caller.chain, (*task, *artifact))

    def _others(self) -> tuple[Expert, ...]:
        if self._caller.depth >= MAX_DEPTH:
            return ()
        return tuple(
            (name, about)
            for name, about in self._session.facts.experts
            if name not in self._caller.names and _may_ask(self._caller.chain, name)
        )

    async def consult(self, name: str, prompt: str) -> str:
        """Have an agent answer; raise :class:`ToolFailed`."""
        catalog = self._session.services.catalog
        agent = catalog.agent(name)
        if agent is None:
            raise ToolFailed(f"{name} is not there any more. Go on without its advice.")
        chain = (*self._caller.chain, *catalog.chain(agent))
        caller = Caller(chain=chain, names=(*self._caller.names, name))
        wanted = self._session.policy.model or agent.model or self._session.facts.model
        try:
            model = await self._session.services.models.resolve(wanted)
            return await _Consultation(self._session, agent, caller, model).run(prompt)
        except ModelError as error:
            raise ToolFailed(
                f"{name} could not answer: {error} Go on without its advice."
            ) from error


class _Consultation:
    """One nested conversation."""

    def __init__(
        self, session: Session, agent: AgentDefinition, caller: Caller, model: Model
    ) -> None:
        self._session = session
        self._agent = agent
        self._model = model
        self._calls = Experts(session, caller).tool_calls()
        services = session.services
        # Once: it must not change during the conversation, for the cache's sake.
        self._system = (*system_text(agent, services.workspace, services.editor.traits), ROLE)
        self._messages: list[Message] = []

    async def run(self, prompt: str) -> str:
        self._messages.append(user_text(prompt))
        for _ in range(MAX_TURNS - 1):
            last = self._is_last_step()
            turn = await self._turn(final=last)
            if last or not turn.message.tool_uses or turn.stop_reason is StopReason.MAX_TOKENS:
                return self._answer(turn)
            await self._run_tools(turn.message)
        return self._answer(await self._turn(final=True))

    async def _run_tools(self, said: Message) -> None:
        self._messages.append(said)
        results = [await self._calls.answer(call, self._messages) for call in said.tool_uses]
        self._messages.append(Message(role="user", content=tuple(results)))

    def _is_last_step(self) -> bool:
        facts, policy = self._session.facts, self._session.policy
        return limits.last_step(self._session.state, policy, facts.steps)

    async def _turn(self, *, final: bool) -> Turn:
        over = limits.exceeded(self._session.state, self._session.policy)
        if over:
            raise ToolFailed(f"{self._agent.name} could not answer: {over}")
        started = asyncio.get_running_loop().time()
        turn = await take_turn(
            self._model,
            self._request(final=final),
            on_event=lambda _: None,
            on_wait=self._session.announce_wait,
            backoff=self._session.services.backoff,
        )
        seconds = asyncio.get_running_loop().time() - started
        await self._session.record(records.consulted(self._agent.name, turn, seconds))
        self._session.announce_usage()
        return turn

    def _request(self, *, final: bool) -> ModelRequest:
        messages = [*self._messages, user_text(LAST_TURN)] if final else self._messages
        return ModelRequest(
            system=self._system,
            tools=self._calls.specs,
            messages=joined(messages),
            max_tokens=self._model.info.max_output,
            tool_choice="none" if final else "auto",
            options=self._agent.options,
        )

    def _answer(self, turn: Turn) -> str:
        text = turn.message.text.strip()
        if turn.stop_reason in (StopReason.REFUSAL, StopReason.CONTEXT_EXCEEDED) or not text:
            raise ToolFailed(f"{self._agent.name} gave no answer. Go on without its advice.")
        cut = "\n(cut here)" if len(text) > MAX_ANSWER else ""
        return text[:MAX_ANSWER] + cut
