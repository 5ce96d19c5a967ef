"""From a yes to the real text: rebase, send, wait, compare.

Owns the only path on which a session changes anything, and the rule that the client's word is not
believed. Asks nobody and stores nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend_specialist.domain.changeset import FileChange, hunks, select
from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.domain.outcome import compare
from backend_specialist.domain.ports import ApplyAnswer, Editor, EditorTraits, Workspace
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.rebase import rebase

# The change notification comes up to 150 ms after the answer in editors that debounce; a liar never sends one.
SETTLE_SECONDS = 2.0
SETTLE_AFTER_NO_SECONDS = 0.5

STALE = "the file was changed in the editor where this edit belongs; read it again"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What can be seen of one file now. ``snapshot`` is ``None`` when there is no such file; an unreadable
    file is not ``visible``.
    """

    snapshot: Snapshot | None
    visible: bool = True

    @property
    def text(self) -> str | None:
        """The text, ``None`` when there is none."""
        return self.snapshot.text if self.snapshot else None

    @property
    def open(self) -> bool:
        """Whether this is the editor's buffer and not the disk."""
        return self.snapshot is not None and self.snapshot.open


async def look(workspace: Workspace, path: str) -> Seen:
    """See a file as the user does."""
    try:
        return Seen(snapshot=await workspace.read(path))
    except Unreadable as error:
        return Seen(snapshot=None, visible=error.kind == "missing")


async def refreshed(workspace: Workspace, change: FileChange) -> FileChange | None:
    """Rebase a change on the text of this moment; ``None`` on a conflict."""
    seen = await look(workspace, change.path)
    if not seen.visible:
        return None
    if seen.snapshot is None:
        return change if change.base is None else None
    if change.base is not None and seen.snapshot.digest == change.base.digest:
        return replace(change, base=seen.snapshot, uri=seen.snapshot.uri)
    return rebase(change, seen.snapshot)


def stale(change: FileChange) -> tuple[HunkOutcome, ...]:
    """Report every hunk of a change as stale: nothing of it was sent."""
    return tuple(
        replace(item, result=Result.STALE, reason=STALE, actual="")
        for item in compare(change, change.base_text, frozenset())
    )


async def apply(
    editor: Editor,
    workspace: Workspace,
    changes: Sequence[FileChange],
    *,
    label: str,
    confirm: bool,
) -> dict[str, tuple[HunkOutcome, ...]]:
    """Send the edit and give the outcome of every hunk, by path, from the real text."""
    reasons = {change.path: unable(editor.traits, change) for change in changes}
    sent = [change for change in changes if not reasons[change.path]]
    outcomes = {change.path: failed(change, reasons[change.path]) for change in changes}
    if not sent:
        return outcomes
    answer = await editor.apply(sent, label=label, confirm=confirm)
    seen = await _settled(workspace, sent, answer)
    judged = {c.path: judge(c, seen[c.path], answer, confirm=confirm) for c in sent}
    return {**outcomes, **judged}


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
        for item in compare(change, change.base_text, frozenset())
    )


async def _settled(
    workspace: Workspace, changes: Sequence[FileChange], answer: ApplyAnswer
) -> Mapping[str, Seen]:
    """Look until everything proposed is there, or no more of it comes in time."""
    loop = asyncio.get_running_loop()
    patience = SETTLE_AFTER_NO_SECONDS if answer.applied is False else SETTLE_SECONDS
    deadline = loop.time() + patience
    while True:
        seen = {change.path: await look(workspace, change.path) for change in changes}
        complete = all(_arrived(change, seen[change.path]) for change in changes)
        left = deadline - loop.time()
        if complete or left <= 0 or not await workspace.next_change(left):
            return seen if complete else await _last_look(workspace, changes)


async def _last_look(workspace: Workspace, changes: Sequence[FileChange]) -> Mapping[str, Seen]:
    return {change.path: await look(workspace, change.path) for change in changes}


def _arrived(change: FileChange, seen: Seen) -> bool:
    return seen.text is None if change.delete else seen.text == change.text


def judge(
    change: FileChange, seen: Seen, answer: ApplyAnswer, *, confirm: bool
) -> tuple[HunkOutcome, ...]:
    """Compare the real text with what was sent, and say why a hunk is not there."""
    if not seen.visible or _unseen(change, seen, answer):
        return compare(change, None, _all_hunks(change))
    gone = seen.snapshot is None
    outcomes = compare(change, seen.text, _all_hunks(change), gone=gone)
    return tuple(_explained(item, answer, confirm=confirm) for item in outcomes)


def _unseen(change: FileChange, seen: Seen, answer: ApplyAnswer) -> bool:
    """The client said yes, and the text may be in a buffer that it never opened to us."""
    if seen.open or answer.applied is not True:
        return False
    return (seen.text or "") == change.base_text


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
