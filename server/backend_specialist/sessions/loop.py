"""The conversation with the model: turns, tool calls, limits and the end.

Owns the order of things within a session. Knows no endpoint, no client and no store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend_specialist.domain.deliverable import Claims
from backend_specialist.domain.ports import Model, ModelError
from backend_specialist.domain.transcript import ToolUse, Turn
from backend_specialist.sessions import limits, records
from backend_specialist.sessions.answers import Answers
from backend_specialist.sessions.calls import close_calls
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.experts import Caller, Experts
from backend_specialist.sessions.following import Next, going_on, what_follows
from backend_specialist.sessions.history import user_text
from backend_specialist.sessions.session import Session

LAST_STEP = (
    "This is your last turn: the step limit is reached and tools are not run any more. "
    "Say in a few sentences what is done and what is left."
)
STOPPED = "Not run: the session stopped here."
MAX_CUTS = 3
# The same conversation fails every time, so that what was proposed in it must be offered now.
NEVER_AGAIN = ("context", "request")
REFUSED = "The model refused to go on with this task. Say it in other words, or try another model."
FULL = "The conversation no longer fits the model's context window. Start a new session with a smaller task."


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """How a run of the loop ended; ``reason`` is for the user.

    ``error_kind`` says what failed: that of a ``ModelError``, or ``failed``.
    """

    status: Status
    reason: str = ""
    error_kind: str = "failed"


class Conversation:
    """Runs one session until it needs the user."""

    def __init__(self, session: Session, model: Model) -> None:
        self._session = session
        self._calls = Experts(session, Caller(chain=session.facts.chain)).tool_calls()
        self._answers = Answers(session, model, self._calls.specs)
        self._cuts = 0

    async def run(self) -> End:
        """Take turns until the specialist has delivered, or a limit is reached, and no word of the user is unheard."""
        while True:
            end = await self._until_end()
            if not await self._session.unheard():
                return end

    async def _until_end(self) -> End:
        try:
            return await self._converse()
        except ModelError as error:
            if error.kind not in NEVER_AGAIN:
                raise
            return await self._finish(Status.FAILED, str(error), error.kind)

    async def _converse(self) -> End:
        session = self._session
        session.delivered = False
        while True:
            await session.hear()
            over = limits.exceeded(session.state, session.policy)
            if over:
                return await self._finish(Status.PAUSED, over)
            await self._answers.compactor.prepare()
            # A summary takes time, in which the user may have said more.
            await session.hear()
            last = limits.last_step(session.state, session.policy, session.facts.steps)
            if last:
                await session.record(records.note(user_text(LAST_STEP)))
            turn = await self._answers.next()
            end = await self._after(turn, last=last)
            if end is not None:
                return end

    # ------------------------------------------------------------ what follows a turn

    async def _after(self, turn: Turn, *, last: bool) -> End | None:
        """Act on a turn; ``None`` means that the conversation goes on."""
        following = what_follows(turn)
        if following is Next.REFUSED:
            return await self._finish(Status.FAILED, REFUSED)
        if last:
            reached = limits.steps_reached(self._session.policy, self._session.facts.steps)
            return await self._finish(Status.PAUSED, reached)
        self._cuts = self._cuts + 1 if following is Next.CUT else 0
        return await self._next(turn, following)

    async def _next(self, turn: Turn, following: Next) -> End | None:
        match following:
            case Next.CALLS:
                return await self._run_tools(turn.message.tool_uses)
            case Next.CUT:
                return await self._cut(turn)
            case Next.FULL:
                return await self._full(turn)
            case Next.PAUSED:
                await self._say_go_on(turn)
                return None
            case _:
                return await self._ended_without_deliver(turn)

    async def _run_tools(self, calls: Sequence[ToolUse]) -> End | None:
        over = limits.exceeded(self._session.state, self._session.policy)
        # What the user said meanwhile begins a new budget.
        if over and not self._session.state.queued:
            return None
        await self._calls.run(calls)
        return End(status=Status.COMPLETED) if self._session.delivered else None

    async def _cut(self, turn: Turn) -> End | None:
        await self._say_go_on(turn)
        if self._cuts <= MAX_CUTS:
            return None
        why = "The model's answers were cut at the output limit again and again. Ask for a smaller step."
        return await self._finish(Status.FAILED, why)

    async def _full(self, turn: Turn) -> End | None:
        await self._say_go_on(turn)
        over = limits.exceeded(self._session.state, self._session.policy)
        if over or await self._answers.compactor.relieve():
            return None
        return await self._finish(Status.FAILED, FULL, "context")

    async def _say_go_on(self, turn: Turn) -> None:
        record = records.tool_results if turn.message.tool_uses else records.note
        await self._session.record(record(going_on(turn)))

    async def _ended_without_deliver(self, turn: Turn) -> End | None:
        """A turn that ends without ``deliver`` counts as done, if it has heard everything; its text is the prose."""
        if await self._session.unheard():
            return None
        text = turn.message.text.strip()
        if not self._session.state.changes.changes:
            if self._session.state.claims is None:
                await self._session.record(records.claimed(Claims(summary=text)))
            return End(status=Status.COMPLETED)
        verdict = await self._session.deliver(Claims(summary=text))
        await self._session.record(records.note(user_text(verdict.text)))
        return None if verdict.go_on else End(status=Status.COMPLETED)

    async def _finish(self, status: Status, reason: str, error_kind: str = "failed") -> End:
        """End early: no more tools are run, but what was proposed so far is offered."""
        await close_calls(self._session, STOPPED)
        if self._session.state.changes.changes:
            verdict = await self._session.review.hold(self._session.facts.title)
            await self._session.record(records.note(user_text(verdict.text)))
        return End(status=status, reason=reason, error_kind=error_kind)
