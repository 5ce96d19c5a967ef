"""What is done with sessions: they are started, talked to, reverted and removed.

Owns which of it is possible now, and who hears of it. A session's life is a task of its own, never the life of a
request; every public method returns at once. What is read of sessions is ``sessions.queries``', which proposal waits is
``sessions.waiting``'s. Raises :class:`Refused` for whatever a caller got wrong.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace

from backend_specialist.domain.ports import SessionHead, StoreFailed
from backend_specialist.domain.proposal import Answer
from backend_specialist.sessions import decided, delivery, experts, records, repair, work
from backend_specialist.sessions.events import Event, Listener, Status
from backend_specialist.sessions.facts import SessionFacts, facts_of, facts_to_json
from backend_specialist.sessions.fold import fold
from backend_specialist.sessions.jobs import Jobs
from backend_specialist.sessions.prompt import system_text
from backend_specialist.sessions.queries import Queries
from backend_specialist.sessions.reversal import reverse
from backend_specialist.sessions.services import Services
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.specification import specification
from backend_specialist.sessions.state import State
from backend_specialist.sessions.stored import Refused, StoredSessions
from backend_specialist.sessions.task import Task
from backend_specialist.sessions.waiting import Waiting

log = logging.getLogger(__name__)


class Supervisor:
    """Runs sessions and answers for them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._listeners: list[Listener] = []
        self._jobs = Jobs(services.store)
        self._stored = StoredSessions(services.store, self._session, self._jobs.__contains__)
        self.queries = Queries(services, self._jobs, self._stored)
        self.waiting = Waiting(services, self._jobs, self._stored)

    def subscribe(self, listener: Listener) -> None:
        """Hear every event of every session, on the event loop; a listener must not block."""
        self._listeners.append(listener)

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("a listener failed on %s", event.kind)

    # ------------------------------------------------------------ starting

    async def run(self, task: Task) -> str:
        """Store a session and start it in the background; gives its id."""
        facts = await self._facts(task)
        session_id = secrets.token_hex(6)
        system = system_text(task.agent, self._services.workspace, self._services.editor.traits)
        begin = records.started(system, {"facts": facts_to_json(facts)})
        head = SessionHead(
            id=session_id,
            title=facts.title,
            agent=facts.agent,
            status=Status.RUNNING.value,
            started_at=facts.started_at,
            roots=tuple(root.path for root in self._services.workspace.roots),
        )
        session = self._session(session_id, facts, fold(State(), begin))
        if task.output:
            await _check_place(session, "output", task.output)
        try:
            await self._services.store.create(head, (begin,))
        except StoreFailed as error:
            raise Refused("", f"The session was not started: {error}") from error
        self._jobs.start(session, lambda: work.begin(session, task))
        return session_id

    async def _facts(self, task: Task) -> SessionFacts:
        services, policy = self._services, self._services.policy()
        chain = services.catalog.chain(task.agent)
        others = experts.known(services.catalog, task.agent.name, chain)
        workflow = await delivery.workflow_directory(services.workspace, policy)
        guard, workspace = policy.guard, services.workspace
        specified = await specification(task, workspace, guard, self.queries.sessions)
        facts = facts_of(task, policy.model, chain, others, workflow)
        return replace(facts, specification=specified)

    def _session(self, session_id: str, facts: SessionFacts, state: State) -> Session:
        return Session(session_id, facts, self._services, state=state, listener=self._tell)

    # ------------------------------------------------------------ talking

    async def reply(self, session_id: str, text: str) -> None:
        """Say something: a reason while a review waits, an answer while a question waits, else the next message.

        It is stored when this returns.
        """
        async with self._stored.turn:
            entry = await self._jobs.settled(session_id)
            if entry is not None:
                await self._say(entry.session, text)
                return
            async with self._stored.leased(session_id) as session:
                await session.say(text)
                self._jobs.start(session, lambda: work.go_on(session))

    async def _say(self, session: Session, text: str) -> None:
        waiting = session.proposals.waiting
        question = session.requests.waiting("question")
        if waiting is None and question is None:
            await session.say(text)
            return
        if waiting is not None:
            answer = Answer(proposal_id=waiting.id, decision="reject", reason=text)
            session.proposals.answer(answer)
        elif question is not None:
            session.requests.answer(question.request_id, text)
        await session.record(records.replied(text, queued=False))

    async def cancel(self, session_id: str | None = None) -> list[str]:
        """Stop one session, or all; gives the ids of those that were running."""
        if session_id is not None and session_id not in self._jobs:
            await self._stored.refuse_elsewhere(session_id)
            return []
        chosen = [session_id] if session_id else [entry.session.id for entry in self._jobs]
        for each in chosen:
            self._jobs.cancel(each)
        return chosen

    async def answer(self, session_id: str, answer: Answer) -> None:
        """Answer the waiting proposal of a session."""
        session = await self.queries.session(session_id)
        traits = self._services.editor.traits
        if found := decided.fault(session.proposals.waiting, answer, traits):
            raise Refused(*found)
        session.proposals.answer(answer)

    async def answer_request(self, session_id: str, request_id: str, text: str | None) -> None:
        """Answer an open question or permission request."""
        session = await self.queries.session(session_id)
        if not session.requests.answer(request_id, text):
            raise Refused("requestId", f"Request {request_id!r} is no longer open.")

    # ------------------------------------------------------------ proposing

    async def revert(self, session_id: str) -> str:
        """Propose the reverse of what a session applied, in the same session."""
        async with self._stored.turn, self._stored.leased(session_id) as session:
            await repair.reconcile(session)
            back = await reverse(self._services.workspace, session.state.applied)
            if not back.changes:
                why = f"There is nothing that can be reverted. {back.advice}".strip()
                raise Refused("sessionId", why)
            self._jobs.start(session, lambda: work.propose_reverse(session, back))
        return session_id

    async def save_deliverable(self, session_id: str, path: str) -> str:
        """Propose the deliverable as a file."""
        async with self._stored.turn, self._stored.leased(session_id) as session:
            if not session.state.deliverable:
                raise Refused("sessionId", f"Session {session_id} has no deliverable yet.")
            await _check_place(session, "path", path)
            self._jobs.start(session, lambda: work.save_deliverable(session, path))
        return session_id

    # ------------------------------------------------------------ approvals for a session

    def approvals(self) -> list[dict[str, str]]:
        """Give what the user allowed for running sessions."""
        return [
            {
                "approvalId": key,
                "sessionId": entry.session.id,
                "permission": permission,
                "pattern": pattern,
            }
            for entry in self._jobs
            for key, (permission, pattern) in entry.session.state.approved.items()
        ]

    async def revoke(self, approval_id: str) -> bool:
        """Take an approval back."""
        for entry in self._jobs:
            if approval_id in entry.session.state.approved:
                await entry.session.record(records.simple("revoked", id=approval_id))
                return True
        return False

    # ------------------------------------------------------------ the end

    async def delete(self, session_id: str) -> bool:
        """Remove a session that does not run."""
        if session_id in self._jobs:
            raise Refused("sessionId", f"Session {session_id} is still running; cancel it first.")
        await self._stored.refuse_elsewhere(session_id)
        return await self._services.store.delete(session_id)

    async def close(self) -> None:
        """Stop everything; what was waiting can be reviewed after a restart."""
        await self._jobs.close()
        await self._services.store.close()


async def _check_place(session: Session, key: str, path: str) -> None:
    """Refuse a place where no file may be proposed, before anything is spent."""
    if why := await delivery.hindrance(session, path):
        raise Refused(key, f"The deliverable cannot go there: {why}")
