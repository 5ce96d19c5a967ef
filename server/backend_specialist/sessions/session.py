"""One session: its identity, its state and its voice.

Owns the transcript, the change set and what the user said that was not heard yet, through the fold over its records,
and the numbering of its events. What an event says of a proposal belongs to ``announcements``. Runs nothing by itself:
``sessions.loop`` converses, ``sessions.supervisor`` owns the task.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from backend_specialist.domain.deliverable import Claims
from backend_specialist.domain.failure import failure_to_json
from backend_specialist.domain.permission import Chain
from backend_specialist.domain.ports import ModelError, Record
from backend_specialist.domain.proposal import HunkOutcome, Proposal
from backend_specialist.sessions import records
from backend_specialist.sessions.announcements import proposal_event, request_event
from backend_specialist.sessions.asking import OpenRequests
from backend_specialist.sessions.codec import outcomes_for_clients, usage_to_json
from backend_specialist.sessions.events import Asking, Event, Kind, Listener, Status
from backend_specialist.sessions.facts import SessionFacts
from backend_specialist.sessions.fold import fold
from backend_specialist.sessions.gate import Gate
from backend_specialist.sessions.listing import summary_of
from backend_specialist.sessions.proposing import OpenProposals
from backend_specialist.sessions.report import error_context
from backend_specialist.sessions.review import Review, Verdict
from backend_specialist.sessions.services import Policy, Services
from backend_specialist.sessions.speech import Speech
from backend_specialist.sessions.state import State


class Session:
    """A running or restored session. ``listener`` hears every event, in order."""

    def __init__(
        self,
        session_id: str,
        facts: SessionFacts,
        services: Services,
        *,
        state: State,
        listener: Listener,
    ) -> None:
        self.id = session_id
        self.facts = facts
        self.services = services
        self.policy: Policy = services.policy()
        self.state = state
        self.delivered = False
        # The text of each file that the model knows, by path, as a hash. Only in memory: whoever does not know reads.
        self.known: dict[str, int] = {}
        self._listener = listener
        self._sequence = itertools.count(1)
        self._saying = asyncio.Lock()
        self.speech = Speech(lambda text: self._tell(Kind.TEXT, {"text": text}))
        self.requests = OpenRequests(self._announce_request)
        self.gate = self.gate_under(facts.chain)
        self.proposals = OpenProposals(self, self.gate)
        self.review = Review(self, self.proposals)

    @property
    def status(self) -> Status:
        """The session's state, in a word."""
        return Status(self.state.status or Status.RUNNING)

    @property
    def typed_urls(self) -> frozenset[str]:
        """The URLs that the user typed, in the task or in a reply."""
        return self.facts.typed_urls | self.state.typed_urls

    def gate_under(self, chain: Chain) -> Gate:
        """A gate of this session, with these rule sets."""
        return Gate(
            chain,
            ask=self.ask,
            approved=lambda: self.state.approved,
            remember=self._remember,
        )

    # ------------------------------------------------------------ the record

    async def record(self, *entries: Record) -> None:
        """Store records, then fold them: nothing is acted on before it is on disk."""
        await self.services.store.append(self.id, entries)
        for entry in entries:
            self.state = fold(self.state, entry)

    async def set_status(self, status: Status, reason: str = "") -> None:
        """Store a status and say it."""
        entry = records.simple("status", status=status.value, reason=reason)
        state = fold(self.state, entry)
        if state == self.state:
            return
        summary = summary_of(self.facts, state)
        await self.services.store.append(self.id, (entry,), status=status.value, summary=summary)
        # Only now: the user may have said something meanwhile.
        self.state = fold(self.state, entry)
        self._say_status(status, reason)

    async def fail(self, kind: str, reason: str) -> None:
        """Write the error context and say it; the status is set afterwards."""
        text = error_context(self.id, self.facts, self.state, kind, reason)
        self.emit(Kind.ERROR, failure_to_json(kind, reason), source=text)
        await self.record(records.failed(kind, reason, text))

    def fall(self, status: Status, reason: str) -> None:
        """Take a status that could not be stored, so that at least the user hears of it."""
        entry = records.simple("status", status=status.value, reason=reason)
        self.state = fold(self.state, entry)
        self._say_status(status, reason)

    def _say_status(self, status: Status, reason: str) -> None:
        self.emit(Kind.STATUS, {"status": status.value, **({"reason": reason} if reason else {})})

    # ------------------------------------------------------------ the user's word

    async def say(self, text: str) -> None:
        """Keep what the user says: the model hears it with its next request."""
        async with self._saying:
            await self.record(records.replied(text, queued=True))

    async def unheard(self) -> bool:
        """Whether the user has said something that the model has not heard; waits for what is being stored."""
        async with self._saying:
            return bool(self.state.queued)

    async def hear(self) -> None:
        """Put what the user said meanwhile into the conversation."""
        if self.state.queued:
            await self.record(records.simple("heard"))

    # ------------------------------------------------------------ the voice

    def emit(self, kind: Kind, data: Mapping[str, Any], source: Any = None) -> None:
        """Say something to whoever listens, after all text that came before it."""
        self.speech.flush()
        self._tell(kind, data, source)

    def _tell(self, kind: Kind, data: Mapping[str, Any], source: Any = None) -> None:
        event = Event(
            session_id=self.id, seq=next(self._sequence), kind=kind, data=data, source=source
        )
        self._listener(event)

    def announce_proposal(self, proposal: Proposal) -> None:
        """Say that a proposal waits for the user."""
        self.emit(Kind.PROPOSAL, proposal_event(proposal), source=proposal)

    def announce_review(self, proposal: Proposal, outcomes: Sequence[HunkOutcome]) -> None:
        """Say what became of a proposal."""
        told = outcomes_for_clients(outcomes)
        self.emit(Kind.REVIEW, {"proposalId": proposal.id, "outcomes": told})

    def announce_usage(self) -> None:
        """Say what was spent so far."""
        self.emit(Kind.USAGE, usage_to_json(self.state.usage))

    def announce_wait(self, seconds: float, error: ModelError, attempt: int) -> None:
        """Say that a turn failed, and when it is tried again."""
        reason = f"{error} Trying again in {seconds:.0f} s (attempt {attempt} of 5)."
        self.emit(Kind.STATUS, {"status": Status.RUNNING.value, "reason": reason})

    # ------------------------------------------------------------ questions

    def _announce_request(self, asking: Asking) -> None:
        self.emit(Kind(asking.kind), request_event(asking), source=asking)

    async def ask(self, asking: Asking) -> str | None:
        """Put one question to the user and wait, as long as they need."""
        await self.set_status(Status.AWAITING_ANSWER)
        answer = await self.requests.ask(asking)
        await self.set_status(Status.RUNNING)
        return answer

    async def _remember(self, approval_id: str, permission: str, pattern: str) -> None:
        entry = records.simple("approved", id=approval_id, permission=permission, pattern=pattern)
        await self.record(entry)

    # ------------------------------------------------------------ the end

    async def deliver(self, claims: Claims) -> Verdict:
        """Keep the claims and hold the review; the session is done unless the user wants something else."""
        await self.record(records.claimed(claims))
        verdict = await self.review.hold(self.facts.title)
        self.delivered = not verdict.go_on
        return verdict
