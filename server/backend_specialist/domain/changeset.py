"""Proposed text over the buffers: file changes and the change set.

Owns what a proposal consists of. A :class:`ChangeSet` is immutable; a session keeps the current
one. Applies nothing and reads nothing. Which names are protected is ``domain.protected``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from backend_specialist.domain.display import plain
from backend_specialist.domain.document import Snapshot, TextFormat, split_lines
from backend_specialist.domain.hunk import Hunk, apply_hunks, diff_hunks
from backend_specialist.domain.protected import protected

__all__ = [
    "ChangeSet",
    "FileChange",
    "Hunk",
    "also_named",
    "apply_hunks",
    "change_from_json",
    "change_to_json",
    "counts",
    "hunks",
    "select",
]


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One file's proposed text over the text it was computed from.

    ``base`` is ``None`` when the file is to be created. ``label`` is what people read
    (root-relative path), ``subject`` what permission rules are matched with: the real path below
    the root, empty where that is the label. ``strategies`` names the match strategies used other than ``exact``.
    ``aliases`` are other names of the file below the roots, of links by which it was reached: rules are matched with
    each. ``protected`` says why one of the names needs a question of its own, empty when none does. ``delete`` is only
    used by a revert of a created file.
    """

    path: str
    uri: str
    label: str
    base: Snapshot | None
    text: str
    strategies: tuple[str, ...] = ()
    protected: str = ""
    delete: bool = False
    subject: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """Every name that permission rules judge the change by."""
        return (self.place, *self.aliases)

    @property
    def place(self) -> str:
        """The real path below the root, as it was when the change was proposed."""
        return self.subject or self.label

    @property
    def base_text(self) -> str:
        """The text before, empty for a file to be created."""
        return self.base.text if self.base else ""

    @property
    def changes_nothing(self) -> bool:
        """Whether an existing file would stay as it is."""
        return self.base is not None and not self.delete and self.text == self.base.text


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """All that a session proposes and that was not yet decided, by path, in order of touch."""

    files: Mapping[str, FileChange] = field(default_factory=dict)

    def with_file(self, change: FileChange) -> ChangeSet:
        """Give the set with this file's change in place of an earlier one."""
        return ChangeSet(files={**self.files, change.path: change})

    def without(self, path: str) -> ChangeSet:
        """Give the set without this file."""
        return ChangeSet(files={key: change for key, change in self.files.items() if key != path})

    def get(self, path: str) -> FileChange | None:
        """Give a file's change, also one that changes nothing."""
        return self.files.get(path)

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The changes that change something; to create an empty file is one."""
        return tuple(change for change in self.files.values() if not change.changes_nothing)

    @property
    def texts(self) -> Mapping[str, str]:
        """The proposed texts by path, without files that are deleted or stay as they are."""
        return {change.path: change.text for change in self.changes if not change.delete}


def also_named(change: FileChange, names: Iterable[str]) -> FileChange:
    """The change of a file that has these names as well; one of them may be protected."""
    own, *known = change.subjects
    aliases = tuple(name for name in dict.fromkeys((*known, *names)) if name != own)
    reasons = (
        f"{why} A link names it {plain(name)}." for name in aliases if (why := protected(name))
    )
    return replace(change, aliases=aliases, protected=change.protected or next(reasons, ""))


def hunks(change: FileChange) -> tuple[Hunk, ...]:
    """The hunks of a change, ascending; to create or to delete a file is exactly one hunk."""
    whole = change.base is None or change.delete
    text = "" if change.delete else change.text
    return diff_hunks(change.path, change.base_text, text, whole=whole)


def select(change: FileChange, ids: frozenset[str]) -> FileChange | None:
    """The change with only those of its hunks, ``None`` when none of its hunks is among them."""
    every = hunks(change)
    chosen = [hunk for hunk in every if hunk.id in ids]
    if not chosen:
        return None
    if len(chosen) == len(every):
        return change
    return replace(change, text=apply_hunks(change.base_text, chosen))


def counts(changes: Iterable[FileChange]) -> tuple[int, int]:
    """How many lines are added and removed."""
    every = [hunk for change in changes for hunk in hunks(change)]
    added = sum(len(split_lines(hunk.new)) for hunk in every)
    removed = sum(len(split_lines(hunk.old)) for hunk in every)
    return added, removed


def change_to_json(change: FileChange) -> dict[str, Any]:
    """Give a change as JSON, for the store."""
    lists = {"strategies": list(change.strategies), "aliases": list(change.aliases)}
    return asdict(change) | lists


def change_from_json(raw: Mapping[str, Any]) -> FileChange:
    """Read what :func:`change_to_json` gave."""
    base = raw["base"]
    if base is not None:
        base = Snapshot(**base | {"format": TextFormat(**base["format"])})
    tuples = {key: tuple(raw.get(key, ())) for key in ("strategies", "aliases")}
    return FileChange(**{**raw, "base": base, **tuples})
