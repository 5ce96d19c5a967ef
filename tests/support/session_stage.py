"""A supervisor with everything around it in memory: files, editor, store, scripted model.

Example::

    stage = Stage({"app.py": "x = 1\\n"}, [Reply(tools=(Call("read", {"filePath": "app.py"}),)), Reply(text="Seen.")])
    session = await stage.run("Look at app.py")
    await stage.ended(session)
    assert stage.status == "completed"
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from backend_specialist.adapters.openapi import OpenApi
from backend_specialist.adapters.scripts import Call, Script
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.permission import Rule, Setting, defaults, rules_from
from backend_specialist.domain.ports import FetchFailed, Page
from backend_specialist.domain.proposal import Answer, Proposal
from backend_specialist.domain.recipe import Recipe
from backend_specialist.sessions.events import Event, Kind, Status
from backend_specialist.sessions.facts import facts_from_json
from backend_specialist.sessions.fold import restore
from backend_specialist.sessions.services import Policy, Services
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.state import State
from backend_specialist.sessions.supervisor import Supervisor
from backend_specialist.sessions.task import Task
from backend_specialist.sessions.turns import Backoff
from support.dict_editor import ROOT, DictEditor, DictWorkspace
from support.list_store import ListStore
from support.scripted_model import ScriptedModel

PATIENCE = 60.0
REPORT = {"service": {}, "database": {}, "testing_documentation": {}}
# As the agent file of the product has it.
ASK = {"edit": "ask"}


class Stage:
    """One server process. A second one on the first one's shelf is :meth:`after_a_crash`."""

    def __init__(
        self,
        files: Mapping[str, str] | None = None,
        script: Script = (),
        *,
        permission: Mapping[str, Setting] = ASK,
        narrower: Mapping[str, Setting] | None = None,
        policy: Policy | None = None,
        agent: AgentDefinition | None = None,
        experts: Sequence[AgentDefinition] = (),
        roots: Sequence[str] = (ROOT,),
        store: ListStore | None = None,
    ) -> None:
        self.workspace = DictWorkspace(files or {}, roots)
        self.editor = DictEditor(self.workspace)
        self.store = store or ListStore()
        self.model = ScriptedModel(script)
        self.fetch = OnePage()
        self.agent = agent or AgentDefinition(name="specialist", prompt="Work.")
        self.experts = tuple(experts)
        self.policy = policy or Policy()
        self.chain: tuple[tuple[Rule, ...], ...] = (
            (*defaults(), *rules_from(permission, source="agent")),
        )
        if narrower is not None:
            self.chain += ((*defaults(), *rules_from(narrower, source="user")),)
        self.events: list[Event] = []
        self._news = asyncio.Event()
        self.supervisor = self._supervisor()

    def _supervisor(self) -> Supervisor:
        services = Services(
            workspace=self.workspace,
            editor=self.editor,
            models=self.model,
            search=NoSearch(),
            fetch=self.fetch,
            contracts=OpenApi(),
            store=self.store,
            catalog=StageCatalog(self),
            policy=lambda: self.policy,
            backoff=Backoff(sleep=lambda seconds: asyncio.sleep(0), dice=lambda: 0.5),
        )
        supervisor = Supervisor(services)
        supervisor.subscribe(self._hear)
        return supervisor

    def after_a_crash(self) -> None:
        """The process is killed and the editor starts the server again; buffers and disk are as they were."""
        self.store.dead = True
        for entry in self.supervisor._jobs:
            entry.job.cancel()
            if entry.task is not None:
                entry.task.cancel()
        self.store = ListStore(self.store.shelf)
        self.events.clear()
        self.supervisor = self._supervisor()

    # ------------------------------------------------------------ acting

    async def run(self, instructions: str = "Do it.", **task: Any) -> str:
        return await self.supervisor.run(Task(agent=self.agent, instructions=instructions, **task))

    async def finished(self, instructions: str = "Do it.", **task: Any) -> str:
        session = await self.run(instructions, **task)
        await self.ended(session)
        return session

    async def answer(
        self, session: str, proposal: Proposal, decision: str = "applyAll", **rest: Any
    ) -> None:
        answer = Answer(proposal_id=proposal.id, decision=decision, **rest)
        await self.supervisor.answer(session, answer)

    # ------------------------------------------------------------ waiting

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def event(self, kind: Kind, *, after: int = 0, **data: Any) -> Event:
        """Wait for an event, also an earlier one from number ``after`` on."""

        def found() -> Event | None:
            return next((e for e in self.events[after:] if fits(e, kind, data)), None)

        async with asyncio.timeout(PATIENCE):
            while (event := found()) is None:
                self._news.clear()
                await self._news.wait()
            return event

    async def proposal(self, *, after: int = 0) -> Proposal:
        return (await self.event(Kind.PROPOSAL, after=after)).source

    async def ended(self, session: str) -> None:
        """Wait until the session's task has ended."""
        async with asyncio.timeout(PATIENCE):
            while (entry := self.supervisor._jobs.get(session)) and entry.task:
                await asyncio.wait({entry.task})

    async def attended(self, session: str, user: Callable[[Event], Awaitable[None]]) -> None:
        """Let ``user`` hear and answer every event until the session's task has ended."""
        heard = 0
        async with asyncio.timeout(PATIENCE):
            while True:
                while heard < len(self.events):
                    heard += 1
                    await user(self.events[heard - 1])
                entry = self.supervisor._jobs.get(session)
                if entry is None or entry.task is None or self.store.dead:
                    return
                self._news.clear()
                if heard == len(self.events):
                    news = asyncio.ensure_future(self._news.wait())
                    await asyncio.wait({entry.task, news}, return_when=asyncio.FIRST_COMPLETED)
                    news.cancel()

    # ------------------------------------------------------------ looking

    @property
    def status(self) -> str:
        """The last status that was said."""
        said = [e.data["status"] for e in self.events if e.kind is Kind.STATUS]
        return said[-1] if said else ""

    @property
    def reason(self) -> str:
        """What was said with the last status."""
        return [e.data.get("reason", "") for e in self.events if e.kind is Kind.STATUS][-1]

    def outcomes(self) -> list[tuple[str, str]]:
        """File and result of every hunk that the user was told of, in order."""
        reviews = [e.data["outcomes"] for e in self.events if e.kind is Kind.REVIEW]
        return [(item["file"], item["result"]) for review in reviews for item in review]

    def live(self, session: str) -> Session:
        """The session that runs."""
        entry = self.supervisor._jobs.get(session)
        assert entry is not None
        return entry.session

    async def state(self, session: str) -> State:
        """What the stored records say."""
        stored = await self.store.load(session)
        assert stored is not None
        facts_from_json(stored[1][0].data["facts"])
        return restore(stored[1])

    def kinds(self, session: str) -> list[str]:
        return self.store.shelf.kinds(session)


class StageCatalog:
    """The agents of a stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def agents(self) -> tuple[AgentDefinition, ...]:
        return (self._stage.agent, *self._stage.experts)

    def agent(self, name: str | None) -> AgentDefinition | None:
        return next((agent for agent in self.agents() if agent.name == name), None)

    def chain(self, agent: AgentDefinition) -> tuple[tuple[Rule, ...], ...]:
        if agent is self._stage.agent:
            return self._stage.chain
        return ((*defaults(), *agent.rules),)

    def recipes(self) -> tuple[Recipe, ...]:
        return ()

    def trust(self, path: str, *, trusted: bool) -> None:
        raise AssertionError("trust was called")


class NoSearch:
    """No test here searches."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AssertionError(f"{name} was called")


class OnePage:
    """Every URL is the same page; every one that the user did not type needs a question."""

    def needs_question(self, url: str, typed_urls: frozenset[str]) -> bool:
        return url not in typed_urls

    async def get(self, url: str, *, format: str, seconds: float, approve: Any) -> Page:
        await approve(url)
        if "missing" in url:
            raise FetchFailed("Nothing answers there.")
        return Page(url=url, status=200, content_type="text/plain", text=f"The page {url}")


def fits(event: Event, kind: Kind, data: Mapping[str, Any]) -> bool:
    return event.kind is kind and all(event.data.get(key) == value for key, value in data.items())


def edit(name: str, old: str, new: str) -> Call:
    return Call("edit", {"filePath": name, "oldString": old, "newString": new})


def write(name: str, text: str) -> Call:
    return Call("write", {"filePath": name, "content": text})


def deliver(summary: str = "Done.") -> Call:
    return Call("deliver", {"summary": summary, **REPORT})


WAITING = (Status.AWAITING_REVIEW.value, Status.AWAITING_ANSWER.value)
