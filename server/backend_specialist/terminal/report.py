"""What became of a task: for the exit code, for ``--json`` and for the last lines on the screen.

Owns the record that the terminal keeps of a session. Shows nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend_specialist.terminal.proposed import Shown

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
# Kinds of errors that are about the set-up and not about the task.
_SET_UP = frozenset({"key", "configuration", "model"})


@dataclass(kw_only=True)
class Report:
    """Filled while a session is followed.

    ``text`` is the deliverable, ``deliverable`` the path of the file that holds it, ``saved`` are the paths of
    all files that were changed.
    """

    session_id: str = ""
    status: str = ""
    reason: str = ""
    error_kind: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)
    deliverable: str | None = None
    text: str = ""
    created: set[str] = field(default_factory=set)
    saved: set[str] = field(default_factory=set)
    outcomes: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)

    def reviewed(self, shown: Shown | None, outcomes: list[Mapping[str, Any]]) -> None:
        """Keep what became of a proposal."""
        number = shown.round if shown else 1
        self.outcomes += [(number, item) for item in outcomes]
        changes = [file.change for file in shown.files] if shown else []
        accepted = {item["file"] for item in outcomes if item["result"] == "accepted"}
        self.created |= {change.label for change in changes if change.base is None}
        self.saved |= {change.path for change in changes if change.label in accepted}

    @property
    def hunks(self) -> Counter[str]:
        """How many hunks had which result."""
        return Counter(item["result"] for _, item in self.outcomes)

    @property
    def applied(self) -> bool:
        """Whether everything that was proposed last is in the files."""
        last = max((number for number, _ in self.outcomes), default=0)
        return all(item["result"] == "accepted" for number, item in self.outcomes if number == last)

    @property
    def exit_code(self) -> int:
        """0 done, 1 failed or refused, 2 the set-up is wrong, 130 Ctrl+C before there was a session."""
        if self._stopped:
            return INTERRUPTED
        if self.error_kind in _SET_UP:
            return USAGE
        return DONE if self.status == "completed" and self.applied else FAILED

    @property
    def _stopped(self) -> bool:
        return self.status == "cancelled" and not self.session_id

    def to_json(self) -> dict[str, Any]:
        """Give the one object that ``--json`` prints."""
        files = sorted({item["file"] for _, item in self.outcomes})
        return {
            "sessionId": self.session_id or None,
            "status": self.status or "failed",
            "reason": self.reason or None,
            "files": [self._file(label) for label in files],
            "hunks": dict(self.hunks),
            "usage": dict(self.usage) or None,
            "deliverable": self.deliverable,
        }

    def _file(self, label: str) -> dict[str, Any]:
        results = Counter(item["result"] for _, item in self.outcomes if item["file"] == label)
        return {"path": label, "created": label in self.created, "hunks": dict(results)}

    def summary(self) -> str:
        """One or two sentences for people; why nothing was started was said before."""
        if self._stopped:
            return "Stopped."
        if not self.session_id:
            return "No session was started."
        total, accepted = sum(self.hunks.values()), self.hunks["accepted"]
        ending = f" ({self.reason})" if self.reason else ""
        said = f"Session {self.session_id}: {self.status or 'failed'}{ending}."
        if total:
            said += f" {accepted} of {total} edits are in your files."
        return said + self._spent()

    def _spent(self) -> str:
        if not self.usage:
            return ""
        read = sum(
            self.usage[key] for key in ("inputTokens", "cacheReadTokens", "cacheWriteTokens")
        )
        cost = self.usage["cost"]
        price = "cost unknown" if cost is None else f"${cost:.4f}"
        return f" {read:,} tokens read, {self.usage['outputTokens']:,} written, {price}."
