"""Sessions that outlive the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One step of a session, stored before it is acted on. ``kind`` is one of :mod:`.record`."""

    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SessionHead:
    """What a list of sessions shows. ``started_at`` is seconds since the epoch.

    ``summary`` is what was given with the last status; empty where there was none.
    """

    id: str
    title: str
    agent: str
    status: str
    started_at: float
    roots: tuple[str, ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)


class StoreFailed(Exception):
    """The store could not keep a record (disk full, locked); nothing may be acted on."""


class Store(Protocol):
    """Durable sessions. Each call returns when the data is on disk."""

    async def create(self, head: SessionHead, records: Sequence[Record]) -> None:
        """Begin a session, leased by this process."""
        ...

    async def append(
        self,
        session_id: str,
        records: Sequence[Record],
        *,
        status: str | None = None,
        summary: Mapping[str, Any] | None = None,
    ) -> None:
        """Add records in one transaction, with new status and summary if given; raise :class:`StoreFailed`."""
        ...

    async def load(self, session_id: str) -> tuple[SessionHead, tuple[Record, ...]] | None:
        """Give head and records, or ``None`` when there is no such session."""
        ...

    async def heads(self, only: str | None = None) -> tuple[SessionHead, ...]:
        """Every session, newest first, or that one; an active one whose lease has expired is ``interrupted``."""
        ...

    async def acquire(self, session_id: str) -> bool:
        """Lease a session to this process; ``False`` when another live process holds it."""
        ...

    async def release(self, session_id: str) -> None:
        """Give a lease back."""
        ...

    async def delete(self, session_id: str) -> bool:
        """Remove a session; ``False`` when there is none or another process holds it."""
        ...

    async def prune(self, older_than_seconds: float) -> int:
        """Remove ended sessions older than that; give how many."""
        ...

    async def close(self) -> None:
        """Release every lease and close."""
        ...
