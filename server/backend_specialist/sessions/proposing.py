"""One proposal, from the question to what became of it.

Owns which proposal is open, the answer to it, and that only what was answered is applied. The ladder by which a client
is asked belongs to ``lsp.approvals``; this module waits for an answer, for as long as it takes. Knows no rounds.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.permission import Action
from backend_specialist.domain.proposal import Answer, HunkOutcome, Proposal, proposals
from backend_specialist.sessions import applying, decided, judging, records
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.gate import Gate
from backend_specialist.sessions.journal import Journal
from backend_specialist.sessions.sending import Sending, Sent, cancelling


class OpenProposals:
    """Puts proposals to the user, one at a time."""

    def __init__(self, journal: Journal, gate: Gate) -> None:
        self._journal = journal
        self._gate = gate
        self._answer: asyncio.Future[Answer] | None = None
        self._open: Proposal | None = None
        self.opened = asyncio.Event()

    @property
    def waiting(self) -> Proposal | None:
        """The proposal that waits for an answer now."""
        return self._open if self._answer and not self._answer.done() else None

    def answer(self, answer: Answer) -> bool:
        """Answer the waiting proposal; ``False`` when that one is not waiting."""
        if self.waiting is None or self.waiting.id != answer.proposal_id:
            return False
        assert self._answer is not None  # noqa: S101 - waiting implies it
        self._answer.set_result(answer)
        return True

    def unasked(self, change: FileChange) -> bool:
        """Whether a change is applied without a question."""
        if change.protected or change.delete:
            return False
        return self._gate.decide("edit", change.subjects).action is Action.ALLOW

    async def decide(self, proposal: Proposal) -> tuple[HunkOutcome, ...]:
        """Ask until there is an answer to exactly what would be applied."""
        told: list[HunkOutcome] = []
        if not self._journal.services.editor.traits.applies_edits:
            self._journal.announce_proposal(proposal)
            return await self._close(proposal, self._impossible(proposal))
        sending = Sending(self._journal)
        while True:
            if not self._free(proposal):
                # Every yes of the user counts anew.
                sending = Sending(self._journal)
            answer = await self._ask(proposal)
            await self._journal.record(records.answered(answer))
            chosen, left = decided.chosen(proposal, answer)
            confirm = self._confirms(answer)
            sent = await sending.carry_out(proposal, chosen, left, confirm=confirm)
            told += sent.outcomes
            if not sent.again:
                await self._close(proposal, tuple(sent.outcomes), tuple(sent.applied))
                break
            proposal = await self._renewed(proposal, sent)
        if cancelling():
            # Cancelled while the editor was applying it: that was seen to its end first.
            raise asyncio.CancelledError
        return tuple(told)

    def _free(self, proposal: Proposal) -> bool:
        return all(self.unasked(change) for change in proposal.changes)

    def _confirms(self, answer: Answer) -> bool:
        """Whether the editor's own preview is used."""
        wanted = answer.decision == "review" or self._journal.policy.preview
        return wanted and self._journal.services.editor.traits.confirms_edits

    def _impossible(self, proposal: Proposal) -> tuple[HunkOutcome, ...]:
        """This editor can apply nothing: nobody is asked, and the patch is left for the user."""
        editor = self._journal.services.editor
        return tuple(
            item
            for change in proposal.changes
            for item in judging.failed(change, applying.unable(editor.traits, change))
        )

    async def _ask(self, proposal: Proposal) -> Answer:
        if self._free(proposal):
            return Answer(proposal_id=proposal.id, decision="applyAll")
        self._open = proposal
        self._answer = asyncio.get_running_loop().create_future()
        await self._journal.set_status(Status.AWAITING_REVIEW)
        self._journal.announce_proposal(proposal)
        self.opened.set()
        try:
            return await self._answer
        finally:
            self._open = self._answer = None
            self.opened.clear()

    async def _renewed(self, old: Proposal, sent: Sent) -> Proposal:
        """The text changed under the answer: the user is asked about the new text."""
        fresh = proposals(sent.again, round=old.round, title=old.title)[0]
        again = records.asked((fresh, *self._journal.state.waiting[1:]))
        settled = tuple(sent.outcomes)
        if not settled:
            await self._journal.record(again)
            return fresh
        paths = {item.path for item in settled}
        part = replace(old, changes=tuple(c for c in old.changes if c.path in paths))
        await self._journal.record(records.outcome(part, settled, tuple(sent.applied)), again)
        self._journal.announce_review(part, settled)
        return fresh

    async def _close(
        self,
        proposal: Proposal,
        outcomes: tuple[HunkOutcome, ...],
        applied: tuple[FileChange, ...] = (),
    ) -> tuple[HunkOutcome, ...]:
        await self._journal.record(records.outcome(proposal, outcomes, applied))
        self._journal.announce_review(proposal, outcomes)
        await self._journal.set_status(Status.RUNNING)
        return outcomes
