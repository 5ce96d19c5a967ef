"""What the last delivered session leaves to do: its deliverable can be saved, its requests to others taken up.

Owns these actions, until the session goes on or another one delivers. Starts nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from backend_specialist.domain.display import plain
from backend_specialist.lsp.actions import action
from backend_specialist.sessions.events import Event, Kind, Status

_KIND = "source"
# Who takes up which request: a recipe, on the file that the user is in.
_RECIPES = {"reference": ("document-api", "Document API")}


class Offers:
    """Gives the actions for the session that was heard last."""

    def __init__(self) -> None:
        self._last: Event | None = None

    def hear(self, event: Event) -> None:
        """Take one event of any session."""
        if event.kind is Kind.DELIVERABLE:
            self._last = event
        elif self._last is not None and event.session_id == self._last.session_id:
            goes_on = event.kind is Kind.STATUS and not Status(event.data["status"]).ended
            self._last = None if goes_on else self._last

    def forget(self, session_id: str) -> None:
        """Drop what a deleted session has left."""
        if self._last is not None and self._last.session_id == session_id:
            self._last = None

    def offer(self, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
        """Give the actions, wherever the user is."""
        if self._last is None:
            return
        data, session_id = self._last.data, self._last.session_id
        title = plain(str(data["title"]), 60)
        if data["path"]:
            argument = {"sessionId": session_id, "path": data["path"]}
            yield action(
                f"Save deliverable to workspace (“{title}”)", "saveDeliverable", argument, _KIND
            )
        for request in data["requests"]:
            if request["to"] in _RECIPES:
                recipe, name = _RECIPES[request["to"]]
                asked = {
                    "recipe": recipe,
                    "instructions": request["about"],
                    "uri": params.text_document.uri,
                }
                heading = f"{name}, as “{title}” asks: {plain(request['about'], 80)}"
                yield action(heading, "run", asked, _KIND)
