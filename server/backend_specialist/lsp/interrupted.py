"""What an earlier server left without an answer.

Owns the telling at the start, and which of it was not opened yet. Opens nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from backend_specialist.domain.display import plain
from backend_specialist.domain.ports import SessionHead
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.sessions.events import Event


class Interrupted:
    """Interrupted sessions whose proposal waits, until something is heard of them again."""

    def __init__(self, server: SpecialistServer) -> None:
        self._server = server
        self._titles: dict[str, str] = {}

    def sessions(self) -> tuple[tuple[str, str], ...]:
        """Id and title of each."""
        return tuple(self._titles.items())

    def recall(self, heads: Sequence[SessionHead]) -> None:
        """Take them, and tell the user."""
        self._titles = {head.id: plain(head.title, 60) for head in heads}
        if len(heads) == 1:
            text = f"“{plain(heads[0].title, 60)}” was interrupted; its edits wait for your review"
        else:
            text = f"{len(heads)} interrupted sessions have edits that wait for your review"
        # A client that draws proposals reads the list of sessions, and shows them its own way.
        if heads and "proposal" not in self._server.profile.traits.draws:
            message = f"Backend Specialist: {text} (code action)"
            self._server.say(message, types.MessageType.Info)

    def hear(self, event: Event) -> None:
        """Take one event of any session: it is no longer only stored."""
        self._titles.pop(event.session_id, None)
