"""A module of ours in a process of its own, for one text of somebody else's.

Owns what that process may see and do, and its time: a hostile text can keep a library busy for ever, with Python's lock
in its hands, and only a process can be stopped then. Knows no format.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from typing import Any

from backend_specialist.adapters.child_process import NotStarted, child_process

MOST_MEMORY = 1 << 30
# Nothing else is handed on: an environment is full of keys.
_KEPT = ("HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "PYTHONPATH")


class NotDone(Exception):
    """Why there is no result: the process did not start, or ended without one."""


async def run_apart(module: str, text: str, *arguments: str, seconds: float) -> Any:
    """Give the JSON that a module of ``adapters`` says of a text; raise :class:`NotDone` and ``TimeoutError``."""
    # Without the present directory, which may be a workspace, among the places of modules.
    command = (sys.executable, "-P", "-m", f"backend_specialist.adapters.{module}", *arguments)
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    given = text.encode("utf-8", "replace")
    try:
        async with (
            child_process(command, environment=environment, stdin=PIPE, stderr=DEVNULL) as process,
            asyncio.timeout(seconds),
        ):
            said, _ = await process.communicate(given)
    except NotStarted as error:
        raise NotDone(str(error)) from error
    if process.returncode:
        raise NotDone("its process stopped")
    return json.loads(said)


def given() -> str:
    """In that process: confine it, and give the text."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.addaudithook(_refuse)
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def say(result: object) -> None:
    """In that process: give the result back."""
    sys.stdout.write(json.dumps(result))


def _refuse(event: str, _: Any) -> None:
    """Belt and braces: a library reads what it was installed with, and has no business in a network."""
    if event.startswith(("socket.connect", "socket.get", "subprocess.", "os.exec", "os.system")):
        raise PermissionError(event)
