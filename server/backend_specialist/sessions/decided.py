"""From the answer to a proposal to what it means for each hunk.

Owns the reading of an answer against the text of that moment. Asks nobody, sends and stores nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend_specialist.domain.changeset import FileChange, hunks, select
from backend_specialist.domain.outcome import compare
from backend_specialist.domain.proposal import Answer, HunkOutcome, Proposal, Result
from backend_specialist.sessions import applying


def renamed(
    shown: FileChange, sent: FileChange, outcomes: Sequence[HunkOutcome]
) -> tuple[HunkOutcome, ...]:
    """The outcomes under the hunk ids that the user was shown: a hunk that has shifted has another id."""
    names = {new.id: old.id for old, new in zip(hunks(shown), hunks(sent), strict=True)}
    return tuple(replace(item, hunk=names[item.hunk]) for item in outcomes)


def there_already(shown: FileChange, moved: FileChange) -> tuple[HunkOutcome, ...]:
    """The hunks that the user made by hand while the question was open."""
    if moved.changes_nothing:
        return applying.there(shown)
    if shown.delete or moved.base is None:
        return ()
    left = {(hunk.old, hunk.new) for hunk in hunks(moved)}
    gone = {hunk.id for hunk in hunks(shown) if (hunk.old, hunk.new) not in left}
    if not gone:
        return ()
    found = compare(shown, moved.base.text, frozenset(gone))
    made = gone & {item.hunk for item in found if item.result is Result.ACCEPTED}
    return tuple(item for item in applying.there(shown) if item.hunk in made)


def chosen(
    proposal: Proposal, answer: Answer
) -> tuple[tuple[FileChange, ...], tuple[HunkOutcome, ...]]:
    """The changes that the user wants, and the outcomes of the hunks that they left out."""
    if answer.decision == "reject":
        return (), refused(proposal.changes, answer.reason)
    if answer.decision != "apply":
        return proposal.changes, ()
    parts = [select(change, answer.hunks) for change in proposal.changes]
    wanted = tuple(part for part in parts if part is not None)
    left = tuple(
        item for item in refused(proposal.changes, answer.reason) if item.hunk not in answer.hunks
    )
    return wanted, left


def refused(changes: Sequence[FileChange], reason: str) -> tuple[HunkOutcome, ...]:
    """Report every hunk as refused for one reason."""
    return tuple(
        replace(item, result=Result.REFUSED, reason=reason, actual="")
        for change in changes
        for item in compare(change, None, frozenset())
    )
