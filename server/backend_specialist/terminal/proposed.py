"""What the server proposes, over the files as they are on disk.

Owns a proposal as it is shown and what of it the user accepted. Asks nobody and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend_specialist.domain.changeset import FileChange, Hunk, apply_hunks, counts
from backend_specialist.domain.document import Snapshot, split_lines
from backend_specialist.domain.rebase import only_shifted, rebase
from backend_specialist.terminal.saving import Refused


@dataclass(frozen=True, kw_only=True)
class ShownFile:
    """One file of a proposal. ``moved``: the disk does not hold what the server proposes to change."""

    change: FileChange
    hunks: tuple[Hunk, ...]
    moved: bool = False


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A proposal as the user sees it. ``protected`` says why it needs a question of its own."""

    id: str
    session_id: str
    title: str
    round: int
    protected: str
    files: tuple[ShownFile, ...]

    @property
    def hunk_ids(self) -> frozenset[str]:
        """The ids of all hunks."""
        return frozenset(hunk.id for file in self.files for hunk in file.hunks)

    @property
    def size(self) -> str:
        """How much it is: ``5 edits in 3 files, +42 −7``."""
        edits, files = len(self.hunk_ids), len(self.files)
        added, removed = counts(file.change for file in self.files)
        said = f"{edits} edit{'s'[: edits != 1]} in {files} file{'s'[: files != 1]}"
        return f"{said}, +{added} −{removed}"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What the user said yes to: the only text that may be saved."""

    proposal: Shown
    hunks: frozenset[str]

    def file(self, uri: str) -> ShownFile | None:
        """The file of that URI, if any of its hunks was accepted."""
        for file in self.proposal.files:
            if file.change.uri == uri and any(hunk.id in self.hunks for hunk in file.hunks):
                return file
        return None

    def text(self, file: ShownFile, now: str) -> str:
        """The text that the user accepted, over the text of this moment.

        On a text that changed since it was shown, the accepted hunks may have shifted; anything more raises
        :class:`Refused`.
        """
        chosen = [hunk for hunk in file.hunks if hunk.id in self.hunks]
        wanted = replace(file.change, text=apply_hunks(file.change.base_text, chosen))
        if not file.moved and now == wanted.base_text:
            return wanted.text
        current = Snapshot(uri=wanted.uri, path=wanted.path, text=now)
        shifted = None if file.moved else rebase(wanted, current)
        if shifted is None or not only_shifted(wanted, shifted):
            raise Refused(f"{wanted.label} changed on disk since it was shown. Run the task again.")
        return shifted.text


def shown_file(raw: Mapping[str, Any], now: str | None) -> ShownFile:
    """Read a file of a ``proposal`` event; ``now`` is the text on disk, ``None`` for no file."""
    hunks = tuple(_hunk(item) for item in raw["hunks"])
    moved = (now is None) is not bool(raw["created"]) or not _fits(now or "", hunks)
    base_text = _from_hunks(hunks) if moved else now or ""
    change = FileChange(
        path=raw["path"],
        uri=raw["uri"],
        label=raw["label"],
        base=None if raw["created"] else Snapshot(uri=raw["uri"], path=raw["path"], text=base_text),
        text=apply_hunks(base_text, hunks),
        strategies=tuple(raw.get("strategies") or ()),
        protected=raw.get("protected") or "",
        delete=bool(raw.get("deleted")),
    )
    return ShownFile(change=change, hunks=hunks, moved=moved)


def _hunk(raw: Mapping[str, Any]) -> Hunk:
    start, end = (raw["range"][side]["line"] for side in ("start", "end"))
    return Hunk(id=raw["id"], start=start, end=end, old=raw["old"], new=raw["new"])


def _fits(text: str, hunks: Sequence[Hunk]) -> bool:
    lines = split_lines(text)
    return all("".join(lines[hunk.start : hunk.end]) == hunk.old for hunk in hunks)


def _from_hunks(hunks: Sequence[Hunk]) -> str:
    """A text in which the hunks stand where they say, when nothing is known between them."""
    lines: list[str] = []
    for hunk in hunks:
        lines += ["\n"] * (hunk.start - len(lines))
        lines += split_lines(hunk.old)
    return "".join(lines)
