"""The patch, for an editor that takes no edits from a language server.

Owns the telling of where it is. Asks nothing: the session has closed such a proposal as failed already.
"""

from __future__ import annotations

import asyncio

from backend_specialist.domain.proposal import Proposal
from backend_specialist.lsp.contents import Contents
from backend_specialist.lsp.questions import summary
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.sessions.events import Event, Kind


class Patches:
    """Shows each proposal that the editor cannot apply as a document."""

    def __init__(self, server: SpecialistServer, contents: Contents) -> None:
        self._server = server
        self._contents = contents
        self._showing: set[asyncio.Task[None]] = set()

    def hear(self, event: Event) -> None:
        """Take one event of any session."""
        if event.kind is Kind.PROPOSAL and not self._server.profile.traits.applies_edits:
            task = asyncio.create_task(self._show(event.session_id, event.source))
            self._showing.add(task)
            task.add_done_callback(self._showing.discard)

    async def _show(self, session_id: str, proposal: Proposal) -> None:
        place = await self._contents.show_diff(session_id, proposal) or "in your editor's log"
        self._server.say(
            f"Backend Specialist: {summary(proposal)}. This editor takes no edits from a language server, so nothing "
            f"was changed. The patch is {place}; apply it by hand."
        )
