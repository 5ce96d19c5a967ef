"""One proposal, from the question to what became of it.

Owns which proposal is open, the answer to it, and that only what was answered is applied. The ladder by which a client
is asked belongs to ``lsp.approvals``; this module waits for an answer, for as long as it takes. Knows no rounds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.permission import Action
from backend_specialist.domain.proposal import Answer, HunkOutcome, Proposal, proposals
from backend_specialist.domain.rebase import only_shifted
from backend_specialist.sessions import applying, decided, records
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.gate import Gate
from backend_specialist.sessions.journal import Journal


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
        while True:
            answer = await self._ask(proposal)
            await self._journal.record(records.answered(answer))
            chosen, left = decided.chosen(proposal, answer)
            fresh, lost = await self._fresh(chosen)
            outcomes = None
            if all(only_shifted(old, new) for old, new in fresh):
                outcomes = await self._apply(proposal, answer, fresh, (*lost, *left))
                if outcomes is None:
                    fresh, lost = await self._fresh(chosen)
            if outcomes is None and not fresh:
                outcomes = await self._close(proposal, (*lost, *left))
            if outcomes is not None:
                return (*told, *outcomes)
            told += (*lost, *left)
            proposal = await self._renewed(proposal, [new for _, new in fresh], (*lost, *left))

    def _impossible(self, proposal: Proposal) -> tuple[HunkOutcome, ...]:
        """This editor can apply nothing: nobody is asked, and the patch is left for the user."""
        editor = self._journal.services.editor
        return tuple(
            item
            for change in proposal.changes
            for item in applying.failed(change, applying.unable(editor.traits, change))
        )

    async def _ask(self, proposal: Proposal) -> Answer:
        if all(self.unasked(change) for change in proposal.changes):
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

    async def _fresh(
        self, chosen: Sequence[FileChange]
    ) -> tuple[list[tuple[FileChange, FileChange]], tuple[HunkOutcome, ...]]:
        fresh: list[tuple[FileChange, FileChange]] = []
        lost: list[HunkOutcome] = []
        for change in chosen:
            moved = await applying.refreshed(self._journal.services.workspace, change)
            if moved is None:
                lost.extend(applying.stale(change))
                continue
            # In a thread: to explain a large text takes long.
            lost.extend(await asyncio.to_thread(decided.there_already, change, moved))
            if not moved.changes_nothing:
                fresh.append((change, moved))
        return fresh, tuple(lost)

    async def _renewed(
        self, old: Proposal, changes: Sequence[FileChange], settled: tuple[HunkOutcome, ...]
    ) -> Proposal:
        """The text changed under the answer: the user is asked about the new text."""
        fresh = proposals(changes, round=old.round, title=old.title)[0]
        again = records.asked((fresh, *self._journal.state.waiting[1:]))
        if not settled:
            await self._journal.record(again)
            return fresh
        paths = {item.path for item in settled}
        part = replace(old, changes=tuple(c for c in old.changes if c.path in paths))
        await self._journal.record(records.outcome(part, settled, ()), again)
        self._journal.announce_review(part, settled)
        return fresh

    async def _apply(
        self,
        proposal: Proposal,
        answer: Answer,
        fresh: Sequence[tuple[FileChange, FileChange]],
        others: tuple[HunkOutcome, ...],
    ) -> tuple[HunkOutcome, ...] | None:
        """Apply what was accepted and close the proposal; ``None``: see ``applying.apply``."""
        changes = tuple(new for _, new in fresh)
        if not changes:
            return await self._close(proposal, others)
        confirm = answer.decision == "review" or self._journal.policy.preview
        confirm = confirm and self._journal.services.editor.traits.confirms_edits
        sent = replace(proposal, changes=changes)
        await self._journal.record(records.applying(sent, others, previewed=confirm))
        found = await applying.apply(
            self._journal.services.editor,
            self._journal.services.workspace,
            changes,
            label=proposal.title,
            confirm=confirm,
        )
        if found is None:
            return None
        closed = await self._close_applied(proposal, fresh, found, others)
        task = asyncio.current_task()
        if task and task.cancelling():
            # Cancelled while the editor was applying it: that was seen to its end first.
            raise asyncio.CancelledError
        return closed

    async def _close_applied(
        self,
        proposal: Proposal,
        fresh: Sequence[tuple[FileChange, FileChange]],
        found: Mapping[str, tuple[HunkOutcome, ...]],
        others: tuple[HunkOutcome, ...],
    ) -> tuple[HunkOutcome, ...]:
        changes = [new for _, new in fresh]
        parts = [applying.accepted_part(change, found[change.path]) for change in changes]
        applied = tuple(part for part in parts if part)
        outcomes = tuple(
            item for pair in fresh for item in decided.renamed(*pair, found[pair[1].path])
        )
        return await self._close(proposal, (*outcomes, *others), applied)

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
