"""The review: the change set is put to the user, and the specialist is told what became of it.

Owns the rounds: what of the change set is asked about, in which order, and whether the specialist goes on. A single
proposal is ``sessions.proposing``'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from backend_specialist.domain.changeset import FileChange, hunks, select
from backend_specialist.domain.declined import Declined
from backend_specialist.domain.outcome import compare
from backend_specialist.domain.proposal import (
    HunkOutcome,
    Proposal,
    Result,
    outcome_summary,
    proposals,
)
from backend_specialist.sessions import applying, judging, records
from backend_specialist.sessions.journal import Journal
from backend_specialist.sessions.proposing import OpenProposals

SETTLED_BEFORE = (
    "the user has decided on exactly this edit in this place before; propose something else, and leave this one "
    "until the user asks for it"
)
UNHEARD = (
    "The user has said something more, which you find below. Edits that are not named here were not asked about: they "
    "are still proposed, and the review comes when you call deliver again."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the specialist is told, and whether it should go on."""

    text: str
    go_on: bool


class Review:
    """Goes through the change set of a session, round by round."""

    def __init__(self, journal: Journal, open_proposals: OpenProposals) -> None:
        self._journal = journal
        self._proposals = open_proposals

    async def hold(
        self,
        title: str,
        only: Collection[str] | None = None,
        *,
        again: bool = False,
        ordered: bool = False,
    ) -> Verdict:
        """Ask about the change set (or these of its paths) and apply what is accepted.

        ``again``: what was refused before is asked about too, since the user wants it and not the specialist.
        ``ordered``: the user wants this review, whatever they said since; else their word is heard first.
        """
        done = list(await self._refresh(only, again=again))
        number = self._journal.state.round + 1
        if ordered or not await self._journal.unheard():
            queue = self._split(self._changes(only), number, title)
            done.extend(await self._ask(queue, ordered=ordered))
        return await self._verdict(tuple(done), number)

    async def _ask(self, queue: Sequence[Proposal], *, ordered: bool) -> list[HunkOutcome]:
        done: list[HunkOutcome] = []
        earlier = self._journal.state.waiting
        if queue:
            # What an earlier job left without an answer waits on, behind these.
            await self._journal.record(records.asked((*queue, *earlier)))
        for proposal in queue:
            # Nothing may come between this look and the question: from then on a reply is a reason to refuse it.
            if not ordered and await self._journal.unheard():
                await self._journal.record(records.asked(earlier))
                break
            done.extend(await self._proposals.decide(proposal))
        return done

    async def resume(self) -> Verdict:
        """Go on with proposals that a crash left without an answer; the specialist hears of earlier ones as well."""
        done = list(self._journal.state.untold)
        number = self._journal.state.round + 1
        for proposal in self._journal.state.waiting:
            done.extend(await self._proposals.decide(proposal))
        return await self._verdict(tuple(done), number)

    def _changes(self, only: Collection[str] | None) -> tuple[FileChange, ...]:
        every = self._journal.state.changes.changes
        return tuple(change for change in every if only is None or change.path in only)

    def _split(
        self, changes: Sequence[FileChange], number: int, title: str
    ) -> tuple[Proposal, ...]:
        """What needs no question comes first, then one question for all, then each protected file."""
        free = [change for change in changes if self._proposals.unasked(change)]
        rest = [change for change in changes if not self._proposals.unasked(change)]
        first = proposals(free, round=number, title=title) if free else ()
        return (*first, *(proposals(rest, round=number, title=title) if rest else ()))

    async def _refresh(
        self, only: Collection[str] | None, *, again: bool
    ) -> tuple[HunkOutcome, ...]:
        """Rebase on the text of this moment; what conflicts or was refused before is not asked about."""
        lost: list[HunkOutcome] = []
        for change in self._changes(only):
            fresh = await applying.refreshed(self._journal.services.workspace, change)
            if fresh is None:
                lost.extend(await self._lose(change, judging.stale(change)))
                continue
            if not (hunks(fresh) or fresh.delete):
                lost.extend(await self._lose(change, judging.there(change)))
                continue
            kept, settled = (fresh, ()) if again else await self._unsettled(fresh)
            lost.extend(settled)
            if kept is None:
                await self._journal.record(records.dropped(change.path))
            elif kept != change:
                await self._journal.record(records.changed(kept))
        return tuple(lost)

    async def _lose(
        self, change: FileChange, outcomes: tuple[HunkOutcome, ...]
    ) -> tuple[HunkOutcome, ...]:
        """The user's own typing is in the way of a change, or has made it: it is closed unasked, and said."""
        number = self._journal.state.round + 1
        (lost,) = proposals((change,), round=number, title=change.label)
        await self._journal.record(records.outcome(lost, outcomes, ()))
        self._journal.announce_review(lost, outcomes)
        return outcomes

    async def _unsettled(
        self, change: FileChange
    ) -> tuple[FileChange | None, tuple[HunkOutcome, ...]]:
        settled = self._journal.state.settled
        # In a thread, as large texts are compared.
        old = await asyncio.to_thread(_settled_of, change, settled)
        if not old:
            return change, ()
        refused = tuple(
            replace(item, result=Result.REFUSED, reason=SETTLED_BEFORE, actual="")
            for item in compare(change, None, frozenset())
            if item.hunk in old
        )
        return select(change, frozenset(h.id for h in hunks(change)) - old), refused

    # ------------------------------------------------------------ the end of a round

    async def _verdict(self, outcomes: tuple[HunkOutcome, ...], number: int) -> Verdict:
        """Go on when the user gave a reason or text moved, as long as rounds are left; and when they said more."""
        unheard = await self._journal.unheard()
        if not outcomes:
            return Verdict(
                text=UNHEARD if unheard else "There was nothing to review.", go_on=unheard
            )
        wanted = any(
            item.result is Result.STALE or (item.result is Result.REFUSED and item.reason)
            for item in outcomes
        )
        left = number < self._journal.policy.rounds
        text = outcome_summary(outcomes)
        if wanted:
            await self._journal.record(records.simple("round"))
        if unheard:
            text += f"\n{UNHEARD}"
        elif wanted and left:
            text += "\nPropose something better, or call deliver again without it."
        elif wanted:
            text += "\nNo review rounds are left; nothing more can be proposed in this task."
        return Verdict(text=text, go_on=unheard or (wanted and left))


def _settled_of(change: FileChange, settled: Sequence[Declined]) -> frozenset[str]:
    return frozenset().union(*(each.again(change) for each in settled))
