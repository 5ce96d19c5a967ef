"""The real server with a seam between "stored" and "acted on": it kills itself there, with SIGKILL.

A test entry point; the product knows nothing of it. ``after`` dies as soon as the first record of a kind is on disk,
``before`` when one is about to be stored, so that what came before it has been acted on.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend_specialist import app, serving
from backend_specialist.adapters.sqlite_store import SqliteStore
from backend_specialist.domain.ports import Record, SessionHead

TESTS = str(Path(__file__).parent.parent)


def program(moment: str, kind: str) -> str:
    """The program for a process of its own."""
    return (
        f"import sys; sys.path.insert(0, {TESTS!r}); from support import mortal_server; "
        f"sys.exit(mortal_server.serve({moment!r}, {kind!r}))"
    )


def serve(moment: str, kind: str) -> int:
    """Serve until the moment has come."""

    def die_at(now: str, records: Sequence[Record]) -> None:
        if now == moment and any(record.kind == kind for record in records):
            os.kill(os.getpid(), signal.SIGKILL)

    class MortalStore(SqliteStore):
        """Stores as the real one does, and dies once."""

        async def create(self, head: SessionHead, records: Sequence[Record]) -> None:
            await super().create(head, records)
            die_at("after", records)

        async def append(self, session_id: str, records: Sequence[Record], **rest: Any) -> None:
            die_at("before", records)
            await super().append(session_id, records, **rest)
            die_at("after", records)

    app.SqliteStore = MortalStore
    return serving.serve(None)
