"""From a yes to the real text: rebase, send, wait, compare.

Owns the only path on which a session changes anything, and the rule that the client's word is not
believed. Sends once: whether again is ``sessions.sending``'s. Asks nobody and stores nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend_specialist.domain.changeset import FileChange, hunks, select
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.outcome import compare
from backend_specialist.domain.ports import ApplyAnswer, Editor, EditorTraits, Workspace
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.rebase import rebase
from backend_specialist.sessions.looking import Seen, look, settled
from backend_specialist.tools.location import strayed

THERE = "the text was there already"
STALE = "the file was changed in the editor where this edit belongs; read it again"
STRAYED = (
    "its path leads elsewhere than when this edit was proposed: a link or another folder stands in it now; "
    "restore the path, or propose the edit where the file really is, inside the workspace"
)
_NOT_THERE = (Result.REFUSED, Result.FAILED, Result.ALTERED)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What became of an edit: the outcomes by path, from the real text.

    ``overtaken`` are the ids of hunks that are not there because a text moved before the edit came; they are stale,
    unless somebody tries again. ``resends``: that needs no question, for the editor says that it did nothing, no file
    is half done, and nobody was shown a preview.
    """

    outcomes: Mapping[str, tuple[HunkOutcome, ...]]
    overtaken: frozenset[str] = frozenset()
    resends: bool = False


async def refreshed(workspace: Workspace, change: FileChange) -> FileChange | None:
    """Rebase a change on the text of this moment; ``None`` on a conflict. What is there already has no hunks left."""
    seen = await look(workspace, change.path)
    if not seen.visible:
        return None
    if seen.snapshot is None:
        return change if change.base is None else None
    # In a thread, as the hunks of a large text take long; they are remembered for whoever asks next.
    return await asyncio.to_thread(_over, change, seen.snapshot)


def _over(change: FileChange, now: Snapshot) -> FileChange | None:
    there = now.text == change.text and not change.delete
    same = there or (change.base is not None and now.digest == change.base.digest)
    fresh = replace(change, base=now, uri=now.uri) if same else rebase(change, now)
    if fresh is not None:
        hunks(fresh)
    return fresh


def stale(change: FileChange, why: str = STALE) -> tuple[HunkOutcome, ...]:
    """Report every hunk of a change as stale: nothing of it was sent."""
    return tuple(
        replace(item, result=Result.STALE, reason=why, actual="")
        for item in compare(change, None, frozenset())
    )


def there(change: FileChange) -> tuple[HunkOutcome, ...]:
    """Report every hunk of a change as accepted: somebody has made just this edit."""
    return tuple(
        replace(item, result=Result.ACCEPTED, reason=THERE, actual="")
        for item in compare(change, change.base_text, frozenset())
    )


async def apply(
    editor: Editor,
    workspace: Workspace,
    changes: Sequence[FileChange],
    *,
    label: str,
    confirm: bool,
) -> Applied:
    """Send the edit and give the outcome of every hunk."""
    outcomes = await _kept_back(editor.traits, workspace, changes)
    sent = [change for change in changes if change.path not in outcomes]
    if not sent:
        return Applied(outcomes=outcomes)
    answer = await editor.apply(sent, label=label, confirm=confirm)
    if answer.overtaken:
        late = frozenset[str]().union(*map(_all_hunks, sent))
        outcomes |= {change.path: stale(change) for change in sent}
        return Applied(outcomes=outcomes, overtaken=late, resends=True)
    seen = await settled(workspace, sent, denied=answer.applied is False)
    for change in sent:
        # In a thread: to explain a large text that is another one takes a second.
        outcomes[change.path] = await asyncio.to_thread(
            judge, change, seen[change.path], answer, confirm=confirm
        )
    moved = [change for change in sent if _moved(change, seen[change.path])]
    late = _overtaken(sent, moved, outcomes, answer, confirm=confirm)
    outcomes = {path: _as_stale(items, late) for path, items in outcomes.items()}
    resends = answer.applied is False and not confirm and not _halves(outcomes, late)
    return Applied(outcomes=outcomes, overtaken=late, resends=resends)


async def _kept_back(
    traits: EditorTraits, workspace: Workspace, changes: Sequence[FileChange]
) -> dict[str, tuple[HunkOutcome, ...]]:
    """What must not be sent. It is looked where paths lead as late as that, since a question may wait for days."""
    away = await strayed(workspace, changes)
    kept = {change.path: stale(change, STRAYED) for change in changes if change.path in away}
    for change in changes:
        if why := unable(traits, change):
            kept[change.path] = failed(change, why)
    return kept


def _moved(change: FileChange, seen: Seen) -> bool:
    return seen.visible and (seen.text or "") != change.base_text


def _overtaken(
    sent: Sequence[FileChange],
    moved: Sequence[FileChange],
    outcomes: Mapping[str, tuple[HunkOutcome, ...]],
    answer: ApplyAnswer,
    *,
    confirm: bool,
) -> frozenset[str]:
    """The hunks that are not there because a text moved.

    For one file that moved editors refuse the whole edit. One that checks versions and says yes all the same has left
    out just the file that moved, and all of it.
    """
    if answer.applied is False and moved:
        late = sent
    elif answer.applied and not confirm:
        late = [c for c in moved if all(o.result is Result.FAILED for o in outcomes[c.path])]
    else:
        late = []
    return frozenset(
        item.hunk for c in late for item in outcomes[c.path] if item.result in _NOT_THERE
    )


def _halves(outcomes: Mapping[str, tuple[HunkOutcome, ...]], late: frozenset[str]) -> bool:
    """Whether of some file a part is missing and a part is there, by whomever."""
    return any(
        0 < sum(item.hunk in late for item in items) < len(items) for items in outcomes.values()
    )


def _as_stale(outcomes: tuple[HunkOutcome, ...], late: frozenset[str]) -> tuple[HunkOutcome, ...]:
    return tuple(
        replace(item, result=Result.STALE, reason=STALE, actual="") if item.hunk in late else item
        for item in outcomes
    )


def unable(traits: EditorTraits, change: FileChange) -> str:
    """Why a client cannot be sent a change; empty when it can."""
    if not traits.applies_edits:
        return "this editor takes no edits from a language server; apply the patch by hand"
    if change.base is None and not traits.creates_files:
        return "this editor creates no files for a language server; apply the patch by hand"
    if change.delete and not traits.deletes_files:
        return "this editor deletes no files for a language server; delete it by hand"
    return ""


def failed(change: FileChange, why: str) -> tuple[HunkOutcome, ...]:
    """Report every hunk of a change as failed: nothing of it was sent."""
    return tuple(
        replace(item, result=Result.FAILED, reason=why, actual="")
        for item in compare(change, None, frozenset())
    )


def judge(
    change: FileChange, seen: Seen, answer: ApplyAnswer, *, confirm: bool
) -> tuple[HunkOutcome, ...]:
    """Compare the real text with what was sent, and say why a hunk is not there."""
    if not seen.visible:
        return compare(change, None, _all_hunks(change))
    if _unseen(change, seen, answer, confirm=confirm):
        return _unverified(change, answer)
    outcomes = compare(change, seen.text, _all_hunks(change), gone=seen.text is None)
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
    return compare(change, None, _all_hunks(change), reason=why)


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


def _all_hunks(change: FileChange) -> frozenset[str]:
    return frozenset(hunk.id for hunk in hunks(change))


def accepted_part(change: FileChange, outcomes: Sequence[HunkOutcome]) -> FileChange | None:
    """The part of a change that is in the real text now: what a revert would take back."""
    accepted = frozenset(item.hunk for item in outcomes if item.result is Result.ACCEPTED)
    return select(change, accepted) if accepted else None
