"""OpenAPI documents, judged in a process of their own.

Owns the bounds: size, time, and what the process gets to see. What is judged, and by which library, is
``openapi_process``'s. A document that could not be judged counts as wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import AbstractAsyncContextManager

from backend_specialist.adapters.child_process import NotStarted, child_process

MOST_BYTES = 400_000
SECONDS = 20.0
# Nothing else is handed on: an environment is full of keys.
_KEPT = ("HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "PYTHONPATH")


class OpenApi:
    """Implements :class:`~backend_specialist.domain.ports.Contracts`."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    async def problems(self, text: str) -> tuple[str, ...]:
        """Why a text is no valid OpenAPI 3.1 document; nothing when it is one."""
        given = text.encode("utf-8", "replace")
        if len(given) > MOST_BYTES:
            return (f"it is over {MOST_BYTES:,} bytes long",)
        try:
            async with _running() as process, asyncio.timeout(self._seconds):
                said, _ = await process.communicate(given)
        except TimeoutError:
            return (f"it could not be checked within {self._seconds:g} s; make it simpler",)
        except NotStarted as error:
            return (f"it could not be checked: {error}",)
        if process.returncode:
            return ("it could not be checked: the validator stopped",)
        return tuple(json.loads(said))


def _running() -> AbstractAsyncContextManager[Process]:
    # Without the present directory, which may be a workspace, among the places of modules.
    return child_process(
        (sys.executable, "-P", "-m", "backend_specialist.adapters.openapi_process"),
        environment={key: os.environ[key] for key in _KEPT if key in os.environ},
        stdin=PIPE,
        stderr=DEVNULL,
    )
