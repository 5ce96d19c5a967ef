"""What a review needs of the session that it belongs to.

Owns the seam only; ``sessions.session`` is behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from backend_specialist.domain.ports import Record
from backend_specialist.domain.proposal import HunkOutcome, Proposal
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.services import Policy, Services
from backend_specialist.sessions.state import State


class Journal(Protocol):
    """The record of a session, and its voice."""

    @property
    def state(self) -> State: ...  # noqa: D102 - the session says what it is
    @property
    def services(self) -> Services: ...  # noqa: D102
    @property
    def policy(self) -> Policy: ...  # noqa: D102

    async def record(self, *entries: Record) -> None:
        """Store, then fold."""
        ...

    async def set_status(self, status: Status, reason: str = "") -> None:
        """Store and announce a status."""
        ...

    async def unheard(self) -> bool:
        """Whether the user has said something that the model has not heard."""
        ...

    def announce_proposal(self, proposal: Proposal) -> None:
        """Emit the ``proposal`` event."""
        ...

    def announce_review(self, proposal: Proposal, outcomes: Sequence[HunkOutcome]) -> None:
        """Emit the ``review`` event."""
        ...
