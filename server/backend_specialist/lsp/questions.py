"""The questions themselves, as ``window/showMessageRequest`` puts them.

Owns their words and their buttons. ``Review`` comes first; ``Apply all`` is never the default. Text of model and
repository is neutralised before it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsprotocol import types

from backend_specialist.domain.changeset import FileChange, Hunk, counts, hunks
from backend_specialist.domain.display import plain
from backend_specialist.domain.proposal import Answer, Proposal
from backend_specialist.lsp.requests import Requests
from backend_specialist.sessions.events import MOST_DETAIL, Asking

REVIEW = "Review"
APPLY_ALL = "Apply all"
REJECT = "Reject"
APPLY = "Apply"
SKIP = "Skip"
STOP = "Stop"


class Questions:
    """Asks one question at a time. ``seconds`` and ``by_hunk`` read the settings."""

    def __init__(
        self,
        requests: Requests,
        *,
        seconds: Callable[[], float | None],
        by_hunk: Callable[[], bool],
    ) -> None:
        self._requests = requests
        self._seconds = seconds
        self._by_hunk = by_hunk
        self.unsupported = False

    async def _choose(
        self, message: str, titles: Sequence[str], kind: types.MessageType = types.MessageType.Info
    ) -> str | None:
        answer = await self._requests.choose(message, titles, kind=kind, seconds=self._seconds())
        if answer.unsupported:
            self.unsupported = True
        return answer.value if answer.usable else None

    async def proposal(self, proposal: Proposal, impossible: str = "") -> str | None:
        """Ask about a proposal, and say what of it the editor cannot do; ``None`` when it was dismissed."""
        text = f"Backend Specialist: {summary(proposal)}"
        kind = types.MessageType.Info
        for warning in (plain(proposal.protected, 300), impossible):
            if warning:
                text, kind = f"{text}. {warning}", types.MessageType.Warning
        return await self._choose(text, (REVIEW, APPLY_ALL, REJECT), kind)

    async def one_by_one(self, proposal: Proposal) -> Answer | None:
        """Ask file by file, or hunk by hunk; ``None`` when the user stopped: then nothing is applied."""
        chosen: set[str] = set()
        for label, ids in self._parts(proposal):
            choice = await self._choose(label, (APPLY, SKIP, STOP))
            if choice == APPLY:
                chosen.update(ids)
            elif choice != SKIP:
                return None
        if not chosen:
            return Answer(proposal_id=proposal.id, decision="reject")
        return Answer(proposal_id=proposal.id, decision="apply", hunks=frozenset(chosen))

    def _parts(self, proposal: Proposal) -> list[tuple[str, tuple[str, ...]]]:
        parts: list[tuple[str, tuple[str, ...]]] = []
        for change in proposal.changes:
            cut = hunks(change)
            if self._by_hunk():
                parts += [(_hunk(change, hunk), (hunk.id,)) for hunk in cut]
            else:
                parts.append((_file(change), tuple(hunk.id for hunk in cut)))
        return parts

    async def request(self, asking: Asking) -> str | None:
        """Ask a question with options, or for a permission."""
        message = f"{plain(asking.title, 120)}: {whole(asking)}"
        return await self._choose(message, asking.options)


def whole(asking: Asking) -> str:
    """What a request is about, to its end: made harmless, it is longer by what breaks the links in it."""
    return plain(asking.detail, 2 * MOST_DETAIL)


def summary(proposal: Proposal) -> str:
    """Say how much is proposed: ``5 edits in 3 files, +42 −7``."""
    edits = sum(len(hunks(change)) for change in proposal.changes)
    added, removed = counts(proposal.changes)
    files = len(proposal.changes)
    text = (
        f"{edits} edit{'s' * (edits != 1)} in {files} file{'s' * (files != 1)}, +{added} −{removed}"
    )
    flags = sorted({name for change in proposal.changes for name in change.strategies})
    return text + (f" (matched by {', '.join(flags)})" if flags else "")


def _file(change: FileChange) -> str:
    added, removed = counts((change,))
    verb = "delete" if change.delete else "create" if change.base is None else "change"
    return f"{verb} {plain(change.label, 200)}, +{added} −{removed}?"


def _hunk(change: FileChange, hunk: Hunk) -> str:
    shown = f"−{plain(hunk.old, 300)} +{plain(hunk.new, 300)}"
    return f"{plain(change.label, 200)}:{hunk.start + 1} {shown}"
