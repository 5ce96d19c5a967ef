"""Which process a session belongs to, and whether that process still lives.

Owns the identity of a process and the judgement about a lease. Stores nothing: ``adapters.sqlite_store`` does.
"""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
from dataclasses import dataclass

LEASE_SECONDS = 30.0
HEARTBEAT_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """One store in one process. ``host`` tells where the pid means something, ``started`` whose pid it is."""

    id: str
    host: str
    pid: int
    started: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """``expires_at`` is seconds since the epoch."""

    owner: Owner
    expires_at: float


def this_process() -> Owner:
    """Give a new owner in this process."""
    pid = os.getpid()
    return Owner(id=secrets.token_hex(8), host=_host(), pid=pid, started=_started(pid))


def is_live(lease: Lease, *, now: float, viewer: Owner) -> bool:
    """Whether the holder of a lease is still at work, as ``viewer`` sees it.

    Where the process itself can be looked at, that decides, in both directions: a killed one is known at once, and
    one that slept with the machine has not lost anything. Elsewhere the heartbeat decides.
    """
    owner = lease.owner
    if owner.id == viewer.id:
        return True
    if owner.host == viewer.host and owner.started:
        return _started(owner.pid) == owner.started
    if owner.host == viewer.host and os.name == "posix" and not _exists(owner.pid):
        return False
    return now < lease.expires_at


def _host() -> str:
    """Name the machine, its boot and its pid namespace: two containers may share a name, and a store."""
    parts = [platform.node(), _text("/proc/sys/kernel/random/boot_id")]
    # Where there is no such thing, the name alone must do.
    with contextlib.suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(part for part in parts if part)


def _started(pid: int) -> str:
    """Give the start time of a living process, in the kernel's ticks; empty if there is none or none can be known."""
    # The command name stands in parentheses and may hold anything, spaces and parentheses included.
    fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] in ("Z", "X"):
        return ""
    return fields[19]


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
