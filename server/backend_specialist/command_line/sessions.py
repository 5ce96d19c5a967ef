"""``backend-specialist sessions``: what is stored, without a server.

Owns the five actions. Reads and writes through the store, so that a session of a running server is safe.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from backend_specialist.adapters.sqlite_store import SqliteStore
from backend_specialist.adapters.state_files import StateFailed, StateFiles, state_directory
from backend_specialist.command_line import DONE, FAILED, USAGE
from backend_specialist.command_line.output import complain, say
from backend_specialist.command_line.transcript import lines_of
from backend_specialist.domain.display import plain
from backend_specialist.domain.ports import Record, SessionHead, StoreFailed


class _Refused(Exception):
    """An action that cannot be done; the message says why."""


def sessions(args: argparse.Namespace) -> int:
    """Do one action; gives the exit code."""
    try:
        return asyncio.run(_with_store(args))
    except StateFailed as error:
        complain(str(error))
        return USAGE
    except (StoreFailed, _Refused) as error:
        complain(str(error))
        return FAILED


async def _with_store(args: argparse.Namespace) -> int:
    files = StateFiles(state_directory(os.environ))
    # Looking must not create a store.
    if not await asyncio.to_thread(os.path.exists, files.path("sessions.sqlite3")):
        return _without_store(args)
    store = SqliteStore(files)
    try:
        await _ACTIONS[args.action](store, args)
        return DONE
    finally:
        for notice in store.notices:
            complain(notice)
        await store.close()


def _without_store(args: argparse.Namespace) -> int:
    if args.action in ("list", "prune"):
        complain("No sessions are stored.")
        return DONE
    raise _Refused(_unknown(args.id))


async def _list(store: SqliteStore, _: argparse.Namespace) -> None:
    heads = await store.heads()
    if not heads:
        complain("No sessions are stored.")
    width = max((len(head.id) for head in heads), default=0)
    for head in heads:
        say(
            f"{head.id:<{width}}  {_when(head):%Y-%m-%d %H:%M}  {head.status:<14}  {plain(head.title)}"
        )


async def _show(store: SqliteStore, args: argparse.Namespace) -> None:
    head, records = await _load(store, args.id)
    say(
        f"{plain(head.title)}\n{head.id}, {head.status}, agent {plain(head.agent)}, {_when(head):%c}"
    )
    for root in head.roots:
        say(plain(root))
    for line in lines_of(records):
        say(line)


async def _export(store: SqliteStore, args: argparse.Namespace) -> None:
    head, records = await _load(store, args.id)
    first = {
        "id": head.id,
        "title": head.title,
        "agent": head.agent,
        "status": head.status,
        "startedAt": head.started_at,
        "roots": head.roots,
    }
    say(json.dumps({"kind": "session", "data": first}))
    for record in records:
        say(json.dumps({"kind": record.kind, "data": record.data}))


async def _delete(store: SqliteStore, args: argparse.Namespace) -> None:
    head = await _find(store, args.id)
    if not await store.delete(head.id):
        raise _Refused(
            f"The session {head.id} belongs to a server that is running. Delete it there, or end that editor first."
        )
    say(f"Deleted {head.id}.")


async def _prune(store: SqliteStore, args: argparse.Namespace) -> None:
    count = await store.prune(args.older_than)
    say(f"Deleted {count} {'session' if count == 1 else 'sessions'}.")


_ACTIONS: dict[str, Callable[[SqliteStore, argparse.Namespace], Awaitable[None]]] = {
    "list": _list,
    "show": _show,
    "export": _export,
    "delete": _delete,
    "prune": _prune,
}


async def _load(store: SqliteStore, beginning: str) -> tuple[SessionHead, Sequence[Record]]:
    head = await _find(store, beginning)
    found = await store.load(head.id)
    if found is None:
        raise _Refused(_unknown(head.id))
    return found


async def _find(store: SqliteStore, beginning: str) -> SessionHead:
    """Give the session of that id, or the only one whose id begins like that."""
    heads = await store.heads()
    found = [head for head in heads if head.id == beginning] or [
        head for head in heads if beginning and head.id.startswith(beginning)
    ]
    if len(found) > 1:
        ids = ", ".join(head.id for head in found)
        raise _Refused(
            f"{beginning!r} is the beginning of several sessions: {ids}. Name one whole."
        )
    if not found:
        raise _Refused(_unknown(beginning))
    return found[0]


def _unknown(session_id: str) -> str:
    return f"There is no session {session_id!r}. See all with: backend-specialist sessions list"


def _when(head: SessionHead) -> datetime:
    return datetime.fromtimestamp(head.started_at, UTC).astimezone()
