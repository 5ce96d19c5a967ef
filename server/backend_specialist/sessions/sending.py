"""From an answer to what became of it: look, send, and look again where a text was faster.

Owns the turn at the editor, and when an edit is sent once more without a new question: only what was answered, in the
same words, and not for ever. Asks nobody and closes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from backend_specialist.domain.changeset import FileChange, select
from backend_specialist.domain.proposal import HunkOutcome, Proposal
from backend_specialist.domain.rebase import only_shifted
from backend_specialist.sessions import applying, decided, judging, records
from backend_specialist.sessions.journal import Journal

# In the turn only the user's own typing is faster, and they do not always type. An editor that asks by itself must not
# ask them for ever.
TRIES = 3

Pair = tuple[FileChange, FileChange]


@dataclass(kw_only=True)
class Sent:
    """``outcomes`` go by the hunk ids that the user was shown, the latest first; ``applied`` is in the texts now.

    ``again`` is what would be another change than the one that was answered: the user is to be asked about it.
    """

    outcomes: list[HunkOutcome] = field(default_factory=list)
    applied: list[FileChange] = field(default_factory=list)
    again: list[FileChange] = field(default_factory=list)


class Sending:
    """The edits of one answer on their way; ``tries`` is how often they may still be sent."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.tries = TRIES

    async def carry_out(
        self,
        proposal: Proposal,
        chosen: Sequence[FileChange],
        left: Sequence[HunkOutcome],
        *,
        confirm: bool,
    ) -> Sent:
        """Bring the chosen changes into the texts; ``left`` became of the hunks that were not chosen."""
        sent = Sent(outcomes=list(left))
        if not chosen:
            return sent
        resends = True
        async with self._journal.services.editor.turn(confirm=confirm):
            while fresh := await self._fresh(chosen, sent):
                if not (resends and all(only_shifted(old, new) for old, new in fresh)):
                    sent.again = [new for _, new in fresh]
                    break
                found = await self._send(proposal, fresh, sent, confirm=confirm)
                chosen = self._take(fresh, found, sent)
                resends = found.resends
        return sent

    async def _fresh(self, chosen: Sequence[FileChange], sent: Sent) -> list[Pair]:
        """The changes over the texts of this moment; what conflicts or is there already has its outcome."""
        fresh: list[Pair] = []
        lost: list[HunkOutcome] = []
        for change in chosen:
            moved = await applying.refreshed(self._journal.services.workspace, change)
            if moved is None:
                lost.extend(judging.stale(change))
                continue
            # In a thread: to explain a large text takes long.
            lost.extend(await asyncio.to_thread(decided.there_already, change, moved))
            if not moved.changes_nothing:
                fresh.append((change, moved))
        sent.outcomes[:0] = lost
        return fresh

    async def _send(
        self, proposal: Proposal, fresh: Sequence[Pair], sent: Sent, *, confirm: bool
    ) -> applying.Applied:
        changes = tuple(new for _, new in fresh)
        applied = replace(proposal, changes=changes)
        beside = tuple(sent.outcomes)
        await self._journal.record(records.applying(applied, beside, previewed=confirm))
        self.tries -= 1
        return await applying.apply(
            self._journal.services.editor,
            self._journal.services.workspace,
            changes,
            label=proposal.title,
            confirm=confirm,
        )

    def _take(self, fresh: Sequence[Pair], found: applying.Applied, sent: Sent) -> list[FileChange]:
        """Note what became of the changes; gives the parts that may be tried again."""
        # What was cancelled meanwhile is seen to its end, and goes no further.
        last = self.tries <= 0 or cancelling()
        parts: list[FileChange] = []
        told: list[HunkOutcome] = []
        for old, new in fresh:
            outcomes = found.outcomes[new.path]
            if part := judging.accepted_part(new, outcomes):
                sent.applied.append(part)
            again = [item for item in outcomes if item.hunk in found.overtaken and not last]
            told += decided.renamed(old, new, [i for i in outcomes if i not in again])
            late = frozenset(item.hunk for item in decided.renamed(old, new, again))
            if part := select(old, late):
                parts.append(part)
        sent.outcomes[:0] = told
        return parts


def cancelling() -> bool:
    """Whether this task was cancelled while the editor was applying an edit."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
