"""What became of each hunk, from the real text and the editor's answer.

Owns the rule that the client's word is not believed, and what a user is told of a hunk that is not there. Sends
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend_specialist.domain.changeset import FileChange, hunks, select
from backend_specialist.domain.outcome import compare
from backend_specialist.domain.ports import ApplyAnswer
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.sessions.looking import Seen

THERE = "the text was there already"
STALE = "the file was changed in the editor where this edit belongs; read it again"


def stale(change: FileChange, why: str = STALE) -> tuple[HunkOutcome, ...]:
    """Report every hunk of a change as stale: nothing of it was sent."""
    return _each(change, None, Result.STALE, why)


def there(change: FileChange) -> tuple[HunkOutcome, ...]:
    """Report every hunk of a change as accepted: somebody has made just this edit."""
    return _each(change, change.base_text, Result.ACCEPTED, THERE)


def failed(change: FileChange, why: str) -> tuple[HunkOutcome, ...]:
    """Report every hunk of a change as failed: nothing of it was sent."""
    return _each(change, None, Result.FAILED, why)


def _each(change: FileChange, now: str | None, result: Result, why: str) -> tuple[HunkOutcome, ...]:
    return tuple(
        replace(item, result=result, reason=why, actual="")
        for item in compare(change, now, frozenset())
    )


def judge(
    change: FileChange, seen: Seen, answer: ApplyAnswer, *, confirm: bool
) -> tuple[HunkOutcome, ...]:
    """Compare the real text with what was sent, and say why a hunk is not there."""
    if not seen.visible:
        return compare(change, None, all_hunks(change))
    if _unseen(change, seen, answer, confirm=confirm):
        return _unverified(change, answer)
    outcomes = compare(change, seen.text, all_hunks(change), gone=seen.text is None)
    return tuple(_explained(item, answer, confirm=confirm) for item in outcomes)


def _unseen(change: FileChange, seen: Seen, answer: ApplyAnswer, *, confirm: bool) -> bool:
    """Whether the edit may be where we cannot see it: nothing has changed, and nobody says that this is the end of it.

    The text is in a buffer that was never opened to us, or its change was not told yet. Once the editor has told of
    any change of the text, the text is known. A preview tells of what it changed, and of nothing else.
    """
    if change.delete or answer.applied is False or (seen.text or "") != change.base_text:
        return False
    if confirm and answer.applied:
        return seen.snapshot is not None and not seen.open
    if seen.snapshot is None or change.base is None or not seen.open:
        return True
    return seen.snapshot.version == change.base.version


def _unverified(change: FileChange, answer: ApplyAnswer) -> tuple[HunkOutcome, ...]:
    if answer.applied:
        why = "the editor said that it applied the edit, but it shows no change of the text"
    else:
        why = f"the editor gave no usable answer and shows no change of the text: {answer.reason or 'none came'}"
    return compare(change, None, all_hunks(change), reason=why)


def _explained(item: HunkOutcome, answer: ApplyAnswer, *, confirm: bool) -> HunkOutcome:
    if item.result is not Result.REFUSED:
        return item
    if confirm and answer.applied is not None:
        return replace(item, reason=answer.reason)
    if answer.applied is True:
        why = "the editor said that it applied the edit, but the text did not change"
    elif answer.applied is False:
        why = f"the editor did not apply the edit: {answer.reason or 'it gave no reason'}"
    else:
        why = f"the editor gave no usable answer: {answer.reason or 'none came'}"
    return replace(item, result=Result.FAILED, reason=why)


def all_hunks(change: FileChange) -> frozenset[str]:
    """Give the ids of a change's hunks."""
    return frozenset(hunk.id for hunk in hunks(change))


def accepted_part(change: FileChange, outcomes: Sequence[HunkOutcome]) -> FileChange | None:
    """The part of a change that is in the real text now: what a revert would take back."""
    accepted = frozenset(item.hunk for item in outcomes if item.result is Result.ACCEPTED)
    return select(change, accepted) if accepted else None
