"""One model turn, with every retry there is.

Owns waiting and trying again: models never retry by themselves. Decides nothing about the turn
itself, and stores nothing; a failure that patience cannot mend is raised.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from backend_specialist.domain.ports import (
    Model,
    ModelError,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ThinkingDelta,
    ToolStarted,
)
from backend_specialist.domain.transcript import Turn

MAX_RETRIES = 5
FIRST_DELAY_SECONDS = 2.0
MAX_DELAY_SECONDS = 30.0
MAX_RETRY_AFTER_SECONDS = 120.0

# An endpoint that says one of these means every session, not just the one that asked.
_SHARED_KINDS = ("limit", "overloaded")


@dataclass(frozen=True, slots=True)
class Restarted:
    """What was shown of this turn is void: the stream failed, and the turn may begin again."""


OnEvent = Callable[[TextDelta | ThinkingDelta | ToolStarted | Restarted], None]
OnWait = Callable[[float, ModelError, int], None]


class Pause(Exception):
    """Patience has ended: the session pauses until the user says so; ``error`` says why."""

    def __init__(self, error: ModelError) -> None:
        wish = error.retry_after or 0.0
        asked = (
            f" It asks to wait {wish / 60:.0f} minutes." if wish > MAX_RETRY_AFTER_SECONDS else ""
        )
        super().__init__(f"{error}{asked}")
        self.error = error


class Backoff:
    """Until when each endpoint wants to be left alone; shared by all sessions of the process.

    The clock, the sleep and the dice (a number in [0, 1)) are arguments, so a test needs no time.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._dice = dice
        self._holds: dict[str, tuple[float, ModelError]] = {}

    def hold(self, endpoint: str, seconds: float, error: ModelError) -> None:
        """Let nobody ask this endpoint for so long; never shortens an earlier hold."""
        until = self._clock() + seconds
        held_until, _ = self._holds.get(endpoint, (0.0, error))
        if until > held_until:
            self._holds[endpoint] = (until, error)

    def held(self, endpoint: str) -> tuple[float, ModelError] | None:
        """How many seconds are left, and the failure that caused them; ``None``: go ahead."""
        until, error = self._holds.get(endpoint, (0.0, None))
        left = until - self._clock()
        return (left, error) if error is not None and left > 0 else None

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._sleep(seconds)

    def delay(self, error: ModelError, attempt: int) -> float:
        """Seconds before a retry (``attempt`` from 1): the endpoint's wish, else doubling."""
        if error.retry_after:
            return error.retry_after
        doubled = FIRST_DELAY_SECONDS * 2.0 ** (attempt - 1)
        return min(doubled * (0.75 + 0.5 * self._dice()), MAX_DELAY_SECONDS)


def _silent(_: object) -> None:
    """Nobody looks on."""


async def take_turn(
    model: Model,
    request: ModelRequest,
    *,
    on_event: OnEvent = _silent,
    on_wait: OnWait,
    backoff: Backoff,
) -> Turn:
    """Give the finished turn.

    ``on_event`` gets what streams, and :class:`Restarted` when it was in vain. ``on_wait`` gets
    seconds, cause and the number of the retry that follows (0: this turn has not failed, the
    endpoint asked everybody to wait). Raises :class:`Pause` when retrying makes no sense now, and
    ``ModelError`` when it never does.
    """
    retries = 0
    while True:
        await _wait_for_endpoint(model.endpoint, retries, on_wait, backoff)
        try:
            return await _attempt(model, request, on_event)
        except ModelError as error:
            if not error.retryable:
                raise
            retries += 1
            await _wait_after(error, model.endpoint, retries, on_wait, backoff)


async def take_words(
    model: Model, request: ModelRequest, *, on_wait: OnWait, backoff: Backoff
) -> Turn:
    """Give a finished turn for its words alone: nobody would run its calls.

    The request offers tools as every other of its conversation, since another ``tool_choice`` would lose what the
    endpoint has cached of it. Only a model that calls one all the same is asked again, and may call none.
    """
    take = partial(take_turn, on_wait=on_wait, backoff=backoff)
    turn = await take(model, request)
    if not turn.message.tool_uses:
        return turn
    again = await take(model, replace(request, tool_choice="none"))
    return replace(again, usage=turn.usage + again.usage)


async def _attempt(model: Model, request: ModelRequest, on_event: OnEvent) -> Turn:
    shown = False
    failure = ModelError("stream", "The model's answer ended too early.", retryable=True)
    try:
        # A generator that is not closed keeps its connection until the garbage collector comes.
        stream = cast("AsyncGenerator[ModelEvent, None]", model.stream(request))
        async with aclosing(stream):
            async for event in stream:
                if isinstance(event, Turn):
                    return event
                shown = True
                on_event(event)
    except ModelError as error:
        failure = error
    if shown:
        on_event(Restarted())
    raise failure


async def _wait_for_endpoint(
    endpoint: str, retries: int, on_wait: OnWait, backoff: Backoff
) -> None:
    while held := backoff.held(endpoint):
        seconds, error = held
        if seconds > MAX_RETRY_AFTER_SECONDS:
            raise Pause(error)
        on_wait(seconds, error, retries)
        await backoff.sleep(seconds)


async def _wait_after(
    error: ModelError, endpoint: str, retries: int, on_wait: OnWait, backoff: Backoff
) -> None:
    seconds = backoff.delay(error, retries)
    if error.kind in _SHARED_KINDS:
        backoff.hold(endpoint, seconds, error)
    if retries > MAX_RETRIES or seconds > MAX_RETRY_AFTER_SECONDS:
        raise Pause(error) from error
    if error.kind not in _SHARED_KINDS:
        on_wait(seconds, error, retries)
        await backoff.sleep(seconds)
