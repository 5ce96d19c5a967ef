"""The other agents that an agent may ask.

Owns who they are and what they may do: under the strictest rule of everybody concerned, without a way to edit or to
speak to the user. How one of them answers is ``sessions.consultation``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend_specialist.domain.permission import Action, Chain, evaluate_chain
from backend_specialist.domain.ports import ModelError
from backend_specialist.sessions.calls import ToolCalls
from backend_specialist.sessions.catalog import Catalog
from backend_specialist.sessions.consultation import Consultation
from backend_specialist.sessions.context import SessionContext
from backend_specialist.sessions.session import Session
from backend_specialist.tools import toolbox
from backend_specialist.tools.artifact import ArtifactTool
from backend_specialist.tools.registry import Tool, ToolFailed
from backend_specialist.tools.task import Expert, Task

MAX_DEPTH = 2
WITHHELD = frozenset({"edit", "write", "question", "deliver"})


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
        wanted = self._session.policy.model or agent.model or self._session.state.models[-1]
        try:
            model = await self._session.services.models.resolve(wanted)
            calls = Experts(self._session, caller).tool_calls()
            return await Consultation(self._session, agent, model, calls).run(prompt)
        except ModelError as error:
            raise ToolFailed(
                f"{name} could not answer: {error} Go on without its advice."
            ) from error
