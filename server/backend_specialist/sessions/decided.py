"""From the answer to a proposal to what it means for each hunk.

Owns the reading of an answer against the text of that moment. Asks nobody, sends and stores nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend_specialist.domain.changeset import FileChange, hunks, select
from backend_specialist.domain.outcome import compare
from backend_specialist.domain.ports import EditorTraits
from backend_specialist.domain.proposal import Answer, HunkOutcome, Proposal, Result
from backend_specialist.sessions import judging


def fault(waiting: Proposal | None, answer: Answer, traits: EditorTraits) -> tuple[str, str] | None:
    """Why this is no answer to the proposal that waits: the key at fault, and a sentence."""
    if waiting is None or waiting.id != answer.proposal_id:
        named = f"Proposal {answer.proposal_id!r} is no longer open"
        return "proposalId", f"{named}; nothing was applied. Review the current one."
    if answer.decision == "review" and not traits.confirms_edits:
        # Sent all the same, its edits would be applied unseen.
        return "decision", (
            "This editor has no preview that asks, so nothing was applied. Accept hunks with `apply`, or all of it "
            "with `applyAll`."
        )
    unknown = answer.hunks - {hunk.id for change in waiting.changes for hunk in hunks(change)}
    if unknown:
        named = ", ".join(sorted(unknown))
        return "hunks", f"Proposal {waiting.id!r} has no hunk {named}; nothing was applied."
    return None


def renamed(
    shown: FileChange, sent: FileChange, outcomes: Sequence[HunkOutcome]
) -> tuple[HunkOutcome, ...]:
    """The outcomes under the hunk ids that the user was shown: a hunk that has shifted has another id."""
    names = {new.id: old.id for old, new in zip(hunks(shown), hunks(sent), strict=True)}
    return tuple(replace(item, hunk=names[item.hunk]) for item in outcomes)


def there_already(shown: FileChange, moved: FileChange) -> tuple[HunkOutcome, ...]:
    """The hunks that the user made by hand while the question was open."""
    if moved.changes_nothing:
        return judging.there(shown)
    if shown.delete or moved.base is None:
        return ()
    left = {(hunk.old, hunk.new) for hunk in hunks(moved)}
    gone = {hunk.id for hunk in hunks(shown) if (hunk.old, hunk.new) not in left}
    if not gone:
        return ()
    found = compare(shown, moved.base.text, frozenset(gone))
    made = gone & {item.hunk for item in found if item.result is Result.ACCEPTED}
    return tuple(item for item in judging.there(shown) if item.hunk in made)


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
