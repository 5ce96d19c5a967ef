"""Every session of this process: who runs, who waits, who is stored.

Owns the tasks. A session's life is a task of its own, never the life of a request; every public method
returns at once. Raises :class:`Refused` for whatever a caller got wrong.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import Any

from backend_specialist.domain.ports import SessionHead, StoreFailed
from backend_specialist.domain.proposal import Answer, Proposal
from backend_specialist.sessions import experts, records, repair, report, work
from backend_specialist.sessions.codec import outcomes_for_clients, usage_to_json
from backend_specialist.sessions.events import Event, Listener, Status
from backend_specialist.sessions.facts import (
    SessionFacts,
    facts_from_json,
    facts_of,
    facts_to_json,
    urls_in,
)
from backend_specialist.sessions.jobs import Jobs, Running
from backend_specialist.sessions.prompt import system_text
from backend_specialist.sessions.reversal import reverse
from backend_specialist.sessions.services import Services
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.state import State, fold, restore
from backend_specialist.sessions.task import Task

log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that cannot be done; ``key`` names the argument that is at fault."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class Supervisor:
    """Runs sessions and answers for them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._listeners: list[Listener] = []
        self._jobs = Jobs(services.store)

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
        facts = self._facts(task)
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
        try:
            await self._services.store.create(head, (begin,))
        except StoreFailed as error:
            raise Refused("", f"The session was not started: {error}") from error
        session = self._session(session_id, facts, fold(State(), begin))
        self._jobs.start(session, lambda: work.begin(session, task))
        return session_id

    def _facts(self, task: Task) -> SessionFacts:
        chain = self._services.catalog.chain(task.agent)
        others = experts.known(self._services.catalog, task.agent.name, chain)
        return facts_of(task, self._services.policy().model, chain, others)

    def _session(self, session_id: str, facts: SessionFacts, state: State) -> Session:
        return Session(session_id, facts, self._services, state=state, listener=self._tell)

    # ------------------------------------------------------------ finding

    async def _load(self, session_id: str) -> Session:
        """Give a stored session; for reading only until it is leased."""
        stored = await self._services.store.load(session_id)
        if stored is None:
            raise Refused("sessionId", f"There is no session {session_id!r}.")
        head, entries = stored
        facts = facts_from_json(entries[0].data["facts"])
        session = self._session(session_id, facts, restore(entries))
        if session.status is not Status(head.status):
            entry = records.simple("status", status=head.status)
            session.state = fold(session.state, entry)
        return session

    async def _find(self, session_id: str) -> Session:
        running = self._jobs.get(session_id)
        return running.session if running else await self._load(session_id)

    async def _leased(self, session_id: str) -> Session:
        """Give a stored session that this process may now go on with."""
        await self._load(session_id)
        if session_id in self._jobs or not await self._services.store.acquire(session_id):
            raise Refused("sessionId", f"Session {session_id} is in use by another editor.")
        return await self._load(session_id)

    # ------------------------------------------------------------ talking

    async def reply(self, session_id: str, text: str) -> None:
        """Say something: a reason while a review waits, an answer while a question waits, else the next message."""
        entry = self._jobs.get(session_id)
        if entry is None:
            session = await self._leased(session_id)
            session.typed_urls |= urls_in(text)
            self._jobs.start(session, lambda: work.go_on(session, [text]))
            return
        entry.session.typed_urls |= urls_in(text)
        waiting = entry.session.review.waiting
        if waiting is not None:
            answer = Answer(proposal_id=waiting.id, decision="reject", reason=text)
            entry.session.review.answer(answer)
            return
        question = entry.session.requests.waiting("question")
        if question is None:
            entry.replies.append(text)
        else:
            entry.session.requests.answer(question.request_id, text)

    async def cancel(self, session_id: str | None = None) -> list[str]:
        """Stop one session, or all; gives the ids of those that were running."""
        if session_id is not None and session_id not in self._jobs:
            await self._load(session_id)
            return []
        chosen = [session_id] if session_id else [entry.session.id for entry in self._jobs]
        for each in chosen:
            self._jobs.cancel(each)
        return chosen

    async def answer(self, session_id: str, answer: Answer) -> None:
        """Answer the waiting proposal of a session."""
        session = await self._find(session_id)
        if not session.review.answer(answer):
            raise Refused(
                "proposalId",
                f"Proposal {answer.proposal_id!r} is no longer open; nothing was applied. Review the current one.",
            )

    async def answer_request(self, session_id: str, request_id: str, text: str | None) -> None:
        """Answer an open question or permission request."""
        session = await self._find(session_id)
        if not session.requests.answer(request_id, text):
            raise Refused("requestId", f"Request {request_id!r} is no longer open.")

    # ------------------------------------------------------------ reviewing

    async def waiting(self, session_id: str | None) -> tuple[str, Proposal]:
        """Give the waiting proposal, of the only waiting session when none is named."""
        if session_id is None:
            session_id = await self._only_waiting()
        entry = self._jobs.get(session_id)
        if entry is None:
            entry = await self._reopen(session_id)
        proposal = entry.session.review.waiting
        if proposal is None:
            raise Refused("sessionId", f"Session {session_id} has no proposal that waits.")
        return session_id, proposal

    async def _only_waiting(self) -> str:
        open_now = [entry.session.id for entry in self._jobs if entry.session.review.waiting]
        if len(open_now) == 1:
            return open_now[0]
        if open_now:
            ids = ", ".join(open_now)
            raise Refused("sessionId", f"Several sessions wait for a review; name one: {ids}.")
        stored = [head.id for head in await self.interrupted()]
        if len(stored) != 1:
            named = f"; name one: {', '.join(stored)}" if stored else ""
            raise Refused("sessionId", f"No single session waits for a review{named}.")
        return stored[0]

    async def interrupted(self) -> tuple[SessionHead, ...]:
        """Give the interrupted sessions of these workspace folders whose proposal still waits, newest first."""
        waiting = []
        for head in await self._services.store.heads():
            stopped = head.status == Status.INTERRUPTED.value and self._is_here(head)
            if stopped and (await self._load(head.id)).state.waiting:
                waiting.append(head)
        return tuple(waiting)

    async def _reopen(self, session_id: str) -> Running:
        session = await self._leased(session_id)
        if not session.state.waiting:
            await self._services.store.release(session_id)
            raise Refused("sessionId", f"Session {session_id} has no proposal that waits.")
        entry = self._jobs.start(session, lambda: work.resume_review(session))
        assert entry.task is not None  # noqa: S101 - just started
        opened = asyncio.create_task(session.review.opened.wait())
        await asyncio.wait({opened, entry.task}, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        return entry

    async def revert(self, session_id: str) -> str:
        """Propose the reverse of what a session applied, in the same session."""
        if session_id in self._jobs:
            raise Refused("sessionId", f"Session {session_id} is still running; cancel it first.")
        session = await self._leased(session_id)
        await repair.reconcile(session)
        changes, conflicts = await reverse(self._services.workspace, session.state.applied)
        if not changes:
            await self._services.store.release(session_id)
            why = f" ({', '.join(conflicts)} changed since)" if conflicts else ""
            raise Refused("sessionId", f"There is nothing that can be reverted{why}.")
        self._jobs.start(session, lambda: work.propose_reverse(session, changes))
        return session_id

    async def save_deliverable(self, session_id: str, path: str) -> str:
        """Propose the deliverable as a file."""
        if session_id in self._jobs:
            raise Refused("sessionId", f"Session {session_id} is still running.")
        session = await self._leased(session_id)
        if not session.state.deliverable:
            await self._services.store.release(session_id)
            raise Refused("sessionId", f"Session {session_id} has no deliverable yet.")
        self._jobs.start(session, lambda: work.save_deliverable(session, path))
        return session_id

    # ------------------------------------------------------------ reading

    def title(self, session_id: str) -> str:
        """The title of a running session; its id when it does not run here."""
        entry = self._jobs.get(session_id)
        return entry.session.facts.title if entry else session_id

    async def sessions(self) -> list[dict[str, Any]]:
        """Give the sessions of these workspace folders, newest first."""
        return [
            _listed(head, await self._find(head.id))
            for head in await self._services.store.heads()
            if self._is_here(head)
        ]

    def _is_here(self, head: SessionHead) -> bool:
        """Whether a session was started in one of these folders; without folders, in none."""
        here = {root.path for root in self._services.workspace.roots}
        return bool(here.intersection(head.roots)) or not (here or head.roots)

    async def transcript(self, session_id: str) -> str:
        """Give the conversation as Markdown."""
        session = await self._find(session_id)
        return report.transcript(session_id, session.facts, session.state)

    async def deliverable(self, session_id: str) -> str:
        """Give the deliverable as Markdown."""
        session = await self._find(session_id)
        if not session.state.deliverable:
            raise Refused("sessionId", f"Session {session_id} has no deliverable yet.")
        return session.state.deliverable

    async def delete(self, session_id: str) -> bool:
        """Remove a session that does not run."""
        if session_id in self._jobs:
            raise Refused("sessionId", f"Session {session_id} is still running; cancel it first.")
        await self._load(session_id)
        return await self._services.store.delete(session_id)

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

    async def close(self) -> None:
        """Stop everything; what was waiting can be reviewed after a restart."""
        await self._jobs.close()
        await self._services.store.close()


def _listed(head: SessionHead, session: Session) -> dict[str, Any]:
    """Give a session as clients see it; ``waiting`` says whether it has a proposal without an answer."""
    return {
        "sessionId": head.id,
        "title": head.title,
        "agent": head.agent,
        "status": session.status.value,
        "startedAt": head.started_at,
        "files": sorted({item.label for item in session.state.outcomes}),
        "outcomes": outcomes_for_clients(session.state.outcomes),
        "usage": usage_to_json(session.state.usage),
        "waiting": bool(session.state.waiting),
        "deliverable": bool(session.state.deliverable),
    }
