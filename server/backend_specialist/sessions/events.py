"""What a session says while it runs.

Owns the event and its kinds, as in ``docs/protocol.md``. Sends nothing: the supervisor hands events to listeners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The kinds of ``backendSpecialist/event``."""

    STATUS = "status"
    TEXT = "text"
    TOOL_CALL = "toolCall"
    TOOL_RESULT = "toolResult"
    PROPOSAL = "proposal"
    QUESTION = "question"
    PERMISSION = "permission"
    REVIEW = "review"
    USAGE = "usage"
    DELIVERABLE = "deliverable"
    ERROR = "error"


class Status(StrEnum):
    """The states of a session."""

    RUNNING = "running"
    AWAITING_REVIEW = "awaitingReview"
    AWAITING_ANSWER = "awaitingAnswer"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens without the user."""
        return self not in (Status.RUNNING, Status.AWAITING_REVIEW, Status.AWAITING_ANSWER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """``data`` is JSON, apart from ``source``, which is for listeners inside the server and never sent.

    ``source`` is the ``Proposal`` of a ``proposal`` event, the ``Asking`` of a ``question`` or ``permission`` event.
    """

    session_id: str
    seq: int
    kind: Kind
    data: Mapping[str, Any]
    source: Any = None


Listener = Callable[[Event], None]


MOST_DETAIL = 2_000
"""How long what a user is asked about may be: an editor that cuts it would have them agree to what they cannot see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """An open question or permission request, answered through ``Supervisor.answer_request``.

    ``kind`` is ``question`` or ``permission``. ``options`` are button titles; an empty tuple asks for free text.
    ``detail`` is the full subject (a URL, a path), to be neutralised before it is shown, and short enough for that:
    at most :data:`MOST_DETAIL` characters.
    """

    request_id: str
    kind: str
    title: str
    detail: str = ""
    options: tuple[str, ...] = ()
