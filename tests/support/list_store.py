"""A store of lists: what several processes would share in one file, without the file.

Keeps records as JSON text, as the real one does, so that what cannot be stored fails here too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backend_specialist.domain.ports import Record, SessionHead, StoreFailed

ACTIVE = ("running", "awaitingReview", "awaitingAnswer")


@dataclass
class Shelf:
    """What is stored: heads, records and leases by session id."""

    heads: dict[str, SessionHead] = field(default_factory=dict)
    records: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    leases: dict[str, ListStore] = field(default_factory=dict)

    def kinds(self, session_id: str) -> list[str]:
        return [kind for kind, _ in self.records[session_id]]


class ListStore:
    """One process's view of a shelf. ``dead`` is a process that was killed: it stores nothing any more.

    ``committed`` is called with each record as soon as it is stored; ``full`` makes every write fail.
    ``committing`` is set when a write begins.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.shelf = shelf or Shelf()
        self.dead = False
        self.full = ""
        self.committing = asyncio.Event()
        self.committed: Callable[[Record], None] = lambda record: None

    async def create(self, head: SessionHead, records: Sequence[Record]) -> None:
        await self._alive(writing=True)
        self.shelf.heads[head.id] = head
        self.shelf.records[head.id] = []
        self.shelf.leases[head.id] = self
        await self._commit(head.id, records)

    async def append(
        self,
        session_id: str,
        records: Sequence[Record],
        *,
        status: str | None = None,
        summary: Mapping[str, Any] | None = None,
    ) -> None:
        await self._alive(writing=True)
        if self.shelf.leases.get(session_id) is not self:
            raise StoreFailed(f"The session {session_id} is not held by this server.")
        if status is not None:
            self.shelf.heads[session_id] = replace(self.shelf.heads[session_id], status=status)
        if summary is not None:
            told = json.loads(json.dumps(summary))
            self.shelf.heads[session_id] = replace(self.shelf.heads[session_id], summary=told)
        await self._commit(session_id, records)

    async def _commit(self, session_id: str, records: Sequence[Record]) -> None:
        self.committing.set()
        await asyncio.sleep(0)
        rows = [(record.kind, json.dumps(record.data)) for record in records]
        self.shelf.records[session_id] += rows
        for record in records:
            self.committed(record)
        await self._alive()

    async def load(self, session_id: str) -> tuple[SessionHead, tuple[Record, ...]] | None:
        await self._alive()
        if session_id not in self.shelf.heads:
            return None
        rows = self.shelf.records[session_id]
        return self._head(session_id), tuple(Record(kind=k, data=json.loads(d)) for k, d in rows)

    async def heads(self, only: str | None = None) -> tuple[SessionHead, ...]:
        await self._alive()
        wanted = [each for each in reversed(self.shelf.heads) if only in (None, each)]
        return tuple(map(self._head, wanted))

    def _head(self, session_id: str) -> SessionHead:
        head = self.shelf.heads[session_id]
        if head.status in ACTIVE and not self._held(session_id):
            return replace(head, status="interrupted")
        return head

    def _held(self, session_id: str) -> bool:
        holder = self.shelf.leases.get(session_id)
        return holder is not None and not holder.dead

    def _held_elsewhere(self, session_id: str) -> bool:
        return self._held(session_id) and self.shelf.leases[session_id] is not self

    async def acquire(self, session_id: str) -> bool:
        await self._alive()
        if session_id not in self.shelf.heads or self._held_elsewhere(session_id):
            return False
        self.shelf.leases[session_id] = self
        return True

    async def release(self, session_id: str) -> None:
        await self._alive()
        if self.shelf.leases.get(session_id) is self:
            del self.shelf.leases[session_id]

    async def delete(self, session_id: str) -> bool:
        await self._alive(writing=True)
        if session_id not in self.shelf.heads or self._held_elsewhere(session_id):
            return False
        del self.shelf.heads[session_id], self.shelf.records[session_id]
        return True

    async def prune(self, older_than_seconds: float) -> int:
        return 0

    async def close(self) -> None:
        for session_id in [key for key, value in self.shelf.leases.items() if value is self]:
            del self.shelf.leases[session_id]

    async def _alive(self, *, writing: bool = False) -> None:
        # A real store needs a moment as well: everything that could interleave does.
        await asyncio.sleep(0)
        if self.dead:
            raise asyncio.CancelledError
        if self.full and writing:
            raise StoreFailed(self.full)
