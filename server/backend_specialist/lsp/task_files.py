"""The architect's files in the editor: tasks can be started, and criteria without an answer are seen.

Owns the lens, the action and the problems of open ``plan.md`` and ``tasks/*.md``. What became of a task it knows from
the sessions, read again whenever one of them ends. Starts nothing itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from backend_specialist.domain.agent import Place
from backend_specialist.domain.display import plain
from backend_specialist.domain.document import Snapshot, split_lines
from backend_specialist.domain.lines import without_ending
from backend_specialist.domain.ports import StoreFailed
from backend_specialist.domain.task_file import PlacedTask, home_of, tasks_in
from backend_specialist.lsp.actions import action
from backend_specialist.lsp.convert import range_in
from backend_specialist.lsp.diagnostics import Found
from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.server import NAME
from backend_specialist.sessions.events import Event, Kind, Status
from backend_specialist.sessions.specification import RECIPE, latest, task_at
from backend_specialist.sessions.stored import Refused

_TITLE = "Implement this task"
_CODE = "unanswered-criterion"

log = logging.getLogger(__name__)


async def _nothing() -> None:
    return None


@dataclass(frozen=True)
class _Open:
    """One version of an open file."""

    snapshot: Snapshot
    lines: tuple[str, ...]
    tasks: tuple[PlacedTask, ...]


class TaskFiles:
    """``sessions`` gives the rows of the list of sessions; ``on_news`` is awaited when they were read again."""

    def __init__(
        self, documents: Documents, sessions: Callable[[], Awaitable[Sequence[Mapping[str, Any]]]]
    ) -> None:
        self._documents = documents
        self._sessions = sessions
        self.on_news: Callable[[], Awaitable[None]] = _nothing
        self._rows: Sequence[Mapping[str, Any]] = ()
        self._revision = 0
        self._read: dict[str, _Open] = {}
        self._refreshing: asyncio.Task[None] | None = None

    # ------------------------------------------------------------ starting a task

    def lenses(self, params: types.CodeLensParams) -> list[types.CodeLens] | None:
        """Give a lens for each task; ``None`` for a file of another kind."""
        found = self._at(params.text_document.uri)
        if found is None:
            return None
        return [
            types.CodeLens(
                range=self._range(found, task.place), command=self._start(found, task).command
            )
            for task in found.tasks
        ]

    def offer(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Give the action for the task at a place."""
        found = self._at(params.text_document.uri)
        task = task_at(found.tasks, params.range.start.line) if found else None
        return [self._start(found, task)] if found and task else []

    def _start(self, found: _Open, task: PlacedTask) -> types.CodeAction:
        width = len(without_ending(found.lines[task.last])) if found.lines else 0
        whole = Place(line=task.place.line, column=0, end_line=task.last, end_column=width)
        span = self._range(found, whole)
        start, end = ({"line": at.line, "character": at.character} for at in (span.start, span.end))
        argument = {
            "recipe": RECIPE,
            "uri": found.snapshot.uri,
            "range": {"start": start, "end": end},
            "version": found.snapshot.version,
        }
        return action(f"{_TITLE} ({plain(task.id, 60)})", "run", argument)

    # ------------------------------------------------------------ what is not answered

    def problems(self, uri: str) -> Found | None:
        """Give the criteria without an answer; ``None`` for a file of another kind."""
        found = self._at(uri)
        if found is None:
            return None
        items = [item for task in found.tasks for item in self._unanswered(found, task)]
        state = f"{found.snapshot.digest[:16]}-{self._revision}"
        return Found(items=items, version=found.snapshot.version, state=state)

    def forget(self, uri: str) -> None:
        """Drop a document that was closed."""
        self._read.pop(uri, None)

    def _unanswered(self, found: _Open, task: PlacedTask) -> Iterator[types.Diagnostic]:
        row = latest(self._rows, task.id, home_of(found.snapshot.path))
        if row is None or not Status(row["status"]).ended:
            return
        left = {each["id"] for each in row["specification"]["unanswered"]}
        for criterion, place in task.criteria:
            if criterion.id in left:
                yield self._problem(found, place, f"Criterion {criterion.id}", row)
        if left and not task.criteria:
            # They stand in the other file of the task.
            named = ", ".join(sorted(left))
            yield self._problem(found, task.place, f"Acceptance criteria {named}", row)

    def _problem(
        self, found: _Open, place: Place, what: str, row: Mapping[str, Any]
    ) -> types.Diagnostic:
        said = (
            f"{what}: no answer in the last session of this task ({row['sessionId']}, {row['status']}). "
            "Reply to that session, or implement the task again."
        )
        return types.Diagnostic(
            range=self._range(found, place),
            message=said,
            severity=types.DiagnosticSeverity.Warning,
            code=_CODE,
            source=NAME,
        )

    # ------------------------------------------------------------ the sessions

    def hear(self, event: Event) -> None:
        """Take one event of any session: with its end it is known what was answered."""
        if event.kind is Kind.STATUS and Status(event.data["status"]).ended:
            self._refreshing = asyncio.create_task(self.refresh(), name="read answers to criteria")

    async def refresh(self) -> None:
        """Read the sessions again."""
        try:
            rows = await self._sessions()
        except (StoreFailed, Refused) as error:
            log.warning("answers to criteria could not be read: %s", error)
            return
        self._rows = [row for row in rows if row["specification"]]
        self._revision += 1
        await self.on_news()

    # ------------------------------------------------------------ the files

    def _at(self, uri: str) -> _Open | None:
        # By its path, since to ask a large document for its text is work.
        if not home_of(self._documents.path_at(uri)):
            return None
        snapshot = self._documents.readable_at(uri)
        if snapshot is None:
            return None
        known = self._read.get(uri)
        if known is None or known.snapshot is not snapshot:
            known = _Open(
                snapshot,
                tuple(split_lines(snapshot.text)),
                tasks_in(snapshot.text, snapshot.path),
            )
            self._read[uri] = known
        return known

    def _range(self, found: _Open, place: Place) -> types.Range:
        return range_in(found.lines, place, self._documents.encoding)
