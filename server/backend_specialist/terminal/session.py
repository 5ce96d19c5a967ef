"""One session, followed from its start to its end.

Owns what happens on each event: what is shown, what is asked, what is answered. Starts no server.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from backend_specialist.terminal import saving
from backend_specialist.terminal.asking import Asker, Decision, NoAnswer
from backend_specialist.terminal.client import ErrorAnswer, ServerDied
from backend_specialist.terminal.editor import Editor
from backend_specialist.terminal.next_steps import in_a_terminal
from backend_specialist.terminal.proposed import Shown
from backend_specialist.terminal.report import Report
from backend_specialist.terminal.screen import Screen

_WAITING = frozenset({"running", "awaitingReview", "awaitingAnswer"})
# Seconds that the server has to cancel a session before it is ended.
_PATIENCE = 5.0

Event = Mapping[str, Any]


class Session:
    """Follows one session of an editor that was started. ``killed``: its user did not wait for its end."""

    def __init__(self, editor: Editor, screen: Screen, asker: Asker) -> None:
        self.report = Report()
        self._editor = editor
        self._screen = screen
        self._asker = asker
        self._shown: dict[str, Shown] = {}
        self._heard: set[str] = set()
        self._ended = False
        self._stopping: asyncio.Task[None] | None = None
        self.killed = False

    async def run(self, task: Mapping[str, Any]) -> None:
        """Start a session and follow it to its end; raise ``ErrorAnswer`` or :class:`ServerDied`."""
        answer = await self._editor.command("run", **task)
        if self.killed:  # the answer was faster than the end of the server
            raise ServerDied("The language server was ended.")
        self.report.session_id = answer["sessionId"]
        self._editor.files.close_all()
        await self._follow()

    async def deliverable(self) -> str:
        """Give the deliverable's text, empty when there is none."""
        try:
            shown = await self._editor.command("showDeliverable", sessionId=self.report.session_id)
        except ErrorAnswer:
            return ""
        # An editor without documents of its own gets a file in the user's state directory.
        data = await asyncio.to_thread(saving.load, saving.path_of(shown["uri"]))
        return (data or b"").decode("utf-8", "replace")

    def interrupt(self) -> None:
        """Cancel the session; a second time, or when there is none yet, end the server at once."""
        if self._stopping is not None or not self.report.session_id:
            self.killed = True
            self._editor.kill()
            return
        self._stopping = asyncio.create_task(self._cancel())
        self._asker.interrupt()
        # Nobody hears of an error here; what is printed next raises it again.
        with contextlib.suppress(BrokenPipeError):
            self._screen.say("Stopping. Press Ctrl+C again to stop at once.", "yellow")

    async def _cancel(self) -> None:
        try:
            await self._editor.command("cancel", sessionId=self.report.session_id)
        except (ErrorAnswer, ServerDied):
            return
        await asyncio.sleep(_PATIENCE)
        self._editor.kill()

    # ------------------------------------------------------------ events

    async def _follow(self) -> None:
        handlers: dict[str, Callable[[Event], Awaitable[None]]] = {
            "status": self._on_status,
            "text": self._on_text,
            "toolCall": self._on_tool_call,
            "toolResult": self._on_tool_result,
            "proposal": self._on_proposal,
            "question": self._on_question,
            "permission": self._on_permission,
            "review": self._on_review,
            "usage": self._on_usage,
            "error": self._on_error,
            "message": self._on_message,
        }
        while not self._ended:
            event = await self._editor.events.get()
            if event is None:
                return await self._server_gone()
            handler = handlers.get(event["kind"])
            if handler is not None and event.get("sessionId") in (None, self.report.session_id):
                await handler(event)
        if self._stopping is not None:
            self._stopping.cancel()
        return None

    async def _server_gone(self) -> None:
        if not self.killed and self._stopping is None:
            raise await self._editor.death()
        self.report.status = "cancelled"

    async def _on_status(self, event: Event) -> None:
        reason = event.get("reason") or ""
        if event["status"] in _WAITING:
            if reason:
                self._once(reason)
            return
        self.report.status, self.report.reason = event["status"], reason
        self._ended = True

    async def _on_text(self, event: Event) -> None:
        if event.get("restarted"):
            self._screen.say("The answer broke off and begins again.", "yellow")
        self._screen.prose(event["text"])

    async def _on_tool_call(self, event: Event) -> None:
        self._screen.passing(event["title"])

    async def _on_tool_result(self, event: Event) -> None:
        title, name = event["title"], event["name"]
        line = title if title.split(" ")[0] == name else f"{name} {title}"
        self._screen.step(line, failed=event["isError"])

    async def _on_usage(self, event: Event) -> None:
        keys = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "cost")
        self.report.usage = {key: event[key] for key in keys}

    async def _on_error(self, event: Event) -> None:
        # The status that follows says the message.
        self.report.error_kind = event.get("errorKind") or ""
        self._heard.add(event["message"])
        for step in event.get("nextSteps") or ():
            self._screen.step(f"next: {in_a_terminal(step)}", failed=False)

    async def _on_message(self, event: Event) -> None:
        """Say what comes for every editor, unless an event has said it before."""
        if not any(text in event["message"] for text in self._heard):
            self._once(event["message"])

    def _once(self, text: str) -> None:
        if text not in self._heard:
            self._heard.add(text)
            self._screen.say(text, "yellow")

    # ------------------------------------------------------------ questions

    async def _on_proposal(self, event: Event) -> None:
        self._editor.files.settle()
        shown = await self._editor.files.show(event)
        self._shown[shown.id] = shown
        self._screen.proposal(shown)
        try:
            decision = await self._asker.decide(shown)
        except NoAnswer as error:
            self._unanswered(f"{error} Nothing was applied; the proposal is kept with the session.")
            return
        await self._answer(shown, decision)

    async def _answer(self, shown: Shown, decision: Decision) -> None:
        if decision.decision != "reject":
            self._editor.files.accept(shown, decision.hunks or shown.hunk_ids)
        answer: dict[str, Any] = {"proposalId": shown.id, "decision": decision.decision}
        if decision.decision == "apply":
            answer["hunks"] = sorted(decision.hunks)
        if decision.reason:
            answer["reason"] = decision.reason
        await self._send(answer)

    async def _on_permission(self, event: Event) -> None:
        try:
            decision = await self._asker.permission(event)
        except NoAnswer:
            decision = "reject"
        await self._send({"requestId": event["requestId"], "decision": decision})

    async def _on_question(self, event: Event) -> None:
        try:
            text = await self._asker.question(event)
        except NoAnswer:
            text = None
        await self._send({"requestId": event["requestId"], "text": text})

    async def _send(self, answer: Mapping[str, Any]) -> None:
        try:
            await self._editor.command("answer", sessionId=self.report.session_id, **answer)
        except ErrorAnswer as error:
            self._editor.files.settle()
            if self._stopping is None:
                self._screen.say(f"Your answer was not taken: {error}", "yellow")
        except ServerDied:
            pass  # the end of the events says how

    def _unanswered(self, why: str) -> None:
        if self._stopping is None and not self.killed and not self._editor.gone:
            self.report.status, self.report.reason = "awaitingReview", why
            self._ended = True

    async def _on_review(self, event: Event) -> None:
        self._editor.files.settle()
        self.report.reviewed(self._shown.get(event["proposalId"]), event["outcomes"])
        for item in event["outcomes"]:
            if item["result"] not in ("accepted", "refused"):
                said = f"{item['file']}:{item['lines']} {item['result']}"
                self._heard.add(said)
                why = f": {item['reason']}" if item["reason"] else ""
                self._screen.step(said + why, failed=True)
