"""What a session knows: everything that survives a crash.

Owns the shape of that knowledge. How a record changes it belongs to ``fold``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend_specialist.domain.changeset import ChangeSet, FileChange
from backend_specialist.domain.declined import Declined
from backend_specialist.domain.deliverable import Claims
from backend_specialist.domain.failure import Attempt
from backend_specialist.domain.proposal import HunkOutcome, Proposal
from backend_specialist.domain.transcript import Message, Usage


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything that survives a crash.

    ``models`` are those that were conversed with, by their full names, the present one last.
    ``waiting`` are the proposals without an answer, in the order in which they are asked. ``applying`` is set between
    the user's yes and the comparison with the real text, ``previewed`` whether the editor's own preview asks first, and
    ``beside`` what became of the hunks that were not sent. ``applied`` is what a revert would take back. ``untold`` are
    outcomes that the model has not heard of. ``declined`` is what the user refused, ``reopened`` how many of that when
    the user last spoke. ``budget`` is what was spent since then: limits count that. ``claimed_at`` is how many outcomes
    there were when the claims were made. ``filing`` are the files as which the deliverable was last proposed,
    ``unfiled`` is set by claims and outcomes that it knew nothing of. ``attempts`` are the failures, ``error_context``
    is the document about the last one. ``filled`` is how many tokens the first ``counted`` messages had when the
    endpoint last counted them; both are 0 where it has not. ``queued`` is what the user said and the model has not
    heard, ``typed_urls`` are the URLs in the user's replies.
    """

    system: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    queued: tuple[str, ...] = ()
    typed_urls: frozenset[str] = frozenset()
    filled: int = 0
    counted: int = 0
    changes: ChangeSet = field(default_factory=ChangeSet)
    waiting: tuple[Proposal, ...] = ()
    applying: Proposal | None = None
    previewed: bool = False
    beside: tuple[HunkOutcome, ...] = ()
    applied: tuple[FileChange, ...] = ()
    outcomes: tuple[HunkOutcome, ...] = ()
    untold: tuple[HunkOutcome, ...] = ()
    refusals: tuple[str, ...] = ()
    declined: tuple[Declined, ...] = ()
    reopened: int = 0
    round: int = 0
    usage: Usage = field(default_factory=Usage)
    budget: Usage = field(default_factory=Usage)
    turns: int = 0
    steps: int = 0
    seconds: float = 0.0
    claims: Claims | None = None
    claimed_at: int = 0
    sent_back: bool = False
    unanswered: tuple[str, ...] = ()
    approved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    deliverable: str = ""
    filing: tuple[str, ...] = ()
    unfiled: bool = False
    attempts: tuple[Attempt, ...] = ()
    error_kind: str = ""
    error_context: str = ""
    status: str = ""
    reason: str = ""

    @property
    def settled(self) -> tuple[Declined, ...]:
        """What is not asked about again by itself: only a new word of the user opens it again."""
        return self.declined[self.reopened :]


def attempt(state: State, reason: str) -> Attempt:
    """What is said of a failure of now: the turns are those since the one before."""
    before = sum(each.turns for each in state.attempts)
    model = state.models[-1] if state.models else ""
    return Attempt(turns=state.turns - before, reason=reason, model=model)


# What one kind of record does: the state and the data of the record give the state after it.
Step = Callable[[State, Mapping[str, Any]], State]
