"""What a plain LSP client sees and hears of a session.

Owns progress, messages and the ``backendSpecialist/event`` notification. Asks nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types

from backend_specialist.domain.display import plain, terminal
from backend_specialist.lsp.contents import text_uris
from backend_specialist.lsp.progress import Progress
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.sessions.events import Event, Kind, Status

EVENT = "backendSpecialist/event"
MOST_OUTCOMES = 100
"""How many edits of one review are told one by one."""

_AMISS = ("failed", "stale", "altered", "unverified")
_ENDS = {
    Status.COMPLETED: (types.MessageType.Info, "has finished"),
    Status.CANCELLED: (types.MessageType.Info, "was cancelled"),
    Status.FAILED: (types.MessageType.Error, "failed"),
    Status.PAUSED: (types.MessageType.Warning, "has paused"),
    Status.INTERRUPTED: (types.MessageType.Warning, "was interrupted"),
}


class Announcer:
    """Turns events into notifications. ``wants_events`` reads the setting, ``title_of`` names a session."""

    def __init__(
        self,
        server: SpecialistServer,
        wants_events: Callable[[], bool],
        title_of: Callable[[str], str],
    ) -> None:
        self._server = server
        self._title_of = title_of
        self._wants_events = wants_events
        self._titles: dict[str, str] = {}
        self._progress: dict[str, Progress] = {}

    def hear(self, event: Event) -> None:
        """Take one event of any session."""
        self._titles.setdefault(event.session_id, self._title_of(event.session_id))
        if self._wants_events():
            self._server.tell(EVENT, wire(event))
        match event.kind:
            case Kind.STATUS:
                self._status(event)
            case Kind.TOOL_RESULT | Kind.TOOL_CALL:
                self._tool(event)
            case Kind.TEXT:
                self._of(event.session_id).text(str(event.data["text"]))
            case Kind.REVIEW:
                self._review(event)
            case Kind.ERROR:
                self._log(f"{event.session_id} {terminal(event.source)}")
            case _:
                pass

    def _of(self, session_id: str) -> Progress:
        if session_id not in self._progress:
            title = plain(self._titles[session_id], 80)
            self._progress[session_id] = Progress(self._server, session_id, title)
        return self._progress[session_id]

    def _status(self, event: Event) -> None:
        status = Status(event.data["status"])
        reason = plain(str(event.data.get("reason", "")), 600)
        if event.data.get("notice"):
            self._server.say(reason, types.MessageType.Info)
        if not status.ended:
            self._of(event.session_id).report(reason or _WORDS.get(status, status.value))
            return
        title = plain(self._titles.pop(event.session_id), 80)
        kind, word = _ENDS[status]
        failed = status is Status.FAILED
        if not failed or "error" not in self._server.profile.traits.draws:
            more = " The transcript says what was tried and what comes next." if failed else ""
            text = (
                f"Backend Specialist: “{title}” {word}" + (f": {reason}" if reason else ".") + more
            )
            self._server.say(text, kind)
        progress = self._progress.pop(event.session_id, None)
        if progress is not None:
            progress.end(word)

    def _tool(self, event: Event) -> None:
        line = plain(str(event.data["title"]), 120)
        self._of(event.session_id).report(line)
        if event.kind is Kind.TOOL_RESULT:
            failed = " (failed)" if event.data.get("isError") else ""
            self._log(f"{event.session_id} {line}{failed}")

    def _review(self, event: Event) -> None:
        # What went wrong comes first, so that it is told however many edits there are.
        outcomes = sorted(event.data["outcomes"], key=lambda item: item["result"] not in _AMISS)
        for outcome in outcomes[:MOST_OUTCOMES]:
            reason = f" ({outcome['reason']})" if outcome["reason"] else ""
            line = f"{outcome['file']}:{outcome['lines']} {outcome['result']}{reason}"
            self._log(f"{event.session_id} {plain(line, 400)}")
            if outcome["result"] in _AMISS:
                self._server.say(f"Backend Specialist: {plain(line, 400)}")
        if len(outcomes) > MOST_OUTCOMES:
            more = len(outcomes) - MOST_OUTCOMES
            self._log(f"{event.session_id} … and {more:,} more edits; the transcript has them all")

    def _log(self, line: str) -> None:
        params = types.LogMessageParams(type=types.MessageType.Info, message=line)
        self._server.tell(types.WINDOW_LOG_MESSAGE, params)


_WORDS = {
    Status.RUNNING: "working",
    Status.AWAITING_REVIEW: "waiting for your review",
    Status.AWAITING_ANSWER: "waiting for your answer",
}


def wire(event: Event) -> dict[str, object]:
    """Give an event as it is sent; each file of a proposal with the URIs of its two texts."""
    head: dict[str, object] = {
        "sessionId": event.session_id,
        "seq": event.seq,
        "kind": event.kind.value,
    }
    if event.kind in (Kind.TOOL_CALL, Kind.TOOL_RESULT):
        head["title"] = plain(str(event.data["title"]))
    if event.kind is not Kind.PROPOSAL:
        return {**event.data, **head}
    files = [
        {**file, **text_uris(event.session_id, event.data["proposalId"], number, file["label"])}
        for number, file in enumerate(event.data["files"])
    ]
    return {**event.data, "files": files, **head}
