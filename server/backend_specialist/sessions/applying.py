"""From a yes to the real text: rebase, send, wait, compare.

Owns the only path on which a session changes anything. What became of each hunk is ``sessions.judging``'s word. Sends
once: whether again is ``sessions.sending``'s. Asks nobody and stores nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.ports import ApplyAnswer, Editor, EditorTraits, Workspace
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.rebase import rebase
from backend_specialist.sessions.judging import STALE, all_hunks, failed, judge, stale
from backend_specialist.sessions.looking import Seen, look, settled
from backend_specialist.tools.location import strayed

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
        late = frozenset[str]().union(*map(all_hunks, sent))
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
