"""What ``run`` and ``demo`` share: a server is started, a session is followed, everything is ended.

Owns the order of that, and Ctrl+C. Leaves nothing running.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from backend_specialist.terminal.asking import Asker
from backend_specialist.terminal.client import COMMAND, ErrorAnswer, ServerDied
from backend_specialist.terminal.editor import Editor
from backend_specialist.terminal.files import Files
from backend_specialist.terminal.report import USAGE, Report
from backend_specialist.terminal.saving import Refused
from backend_specialist.terminal.screen import Screen
from backend_specialist.terminal.session import Session

INVALID_PARAMS = -32602


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to do. ``task`` gives the argument of ``backendSpecialist.run``, and may open files."""

    workspace: str
    task: Callable[[Files], Mapping[str, Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    command: Sequence[str] = COMMAND


async def perform(job: Job, screen: Screen, asker: Asker) -> Report:
    """Do it; every failure is said on the screen and in the report."""
    editor = Editor(job.workspace, asker.interrupt)
    session = Session(editor, screen, asker)
    with _on_interrupt(session.interrupt):
        try:
            await _play(job, editor, session)
        except (ErrorAnswer, ServerDied, Refused) as error:
            _fail(error, session, screen)
        finally:
            await editor.close()
    return session.report


def _fail(error: Exception, session: Session, screen: Screen) -> None:
    if session.killed:
        session.report.status = "cancelled"
        return
    screen.say(str(error), "red")
    session.report.status, session.report.reason = "failed", str(error)
    if _is_set_up(error):
        session.report.error_kind = "configuration"


def _is_set_up(error: Exception) -> bool:
    """Whether the server refused the task, or to begin at all, for what it was given."""
    match error:
        case ErrorAnswer(code=code):
            return code == INVALID_PARAMS
        case ServerDied(exit_code=code):
            return code == USAGE
    return False


async def _play(job: Job, editor: Editor, session: Session) -> None:
    await editor.start(job.settings, job.command)
    await session.run(job.task(editor.files))
    if session.report.status == "completed":
        session.report.text = await session.deliverable()


@contextlib.contextmanager
def _on_interrupt(act: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl+C do this, in place of ending the program in the middle of something."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
