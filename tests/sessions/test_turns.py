"""Patience, without spending any time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from backend_specialist.domain.ports import (
    ModelError,
    ModelEvent,
    ModelInfo,
    ModelRequest,
    TextDelta,
)
from backend_specialist.domain.transcript import Message, StopReason, Text, Turn
from backend_specialist.sessions.turns import Backoff, Pause, Restarted, take_turn

REQUEST = ModelRequest(system=(), tools=(), messages=(), max_tokens=100)
TURN = Turn(
    message=Message(role="assistant", content=(Text("Done."),)), stop_reason=StopReason.END_TURN
)


def limited(seconds: float | None = None) -> ModelError:
    return ModelError("limit", "Slow down.", retryable=True, retry_after=seconds)


def cut() -> ModelError:
    return ModelError("stream", "Cut off.", retryable=True)


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.now += seconds


class ScriptedModel:
    """A model whose attempts end as they are told: each is what streams before the failure or the turn."""

    info = ModelInfo(name="t/m", id="m", provider="t")
    endpoint = "host"

    def __init__(self, *attempts: ModelError | tuple[ModelEvent | ModelError, ...] | Turn) -> None:
        self.attempts = list(attempts)
        self.asked_at: list[float] = []
        self.clock: Callable[[], float] = lambda: 0.0

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.asked_at.append(self.clock())
        attempt = self.attempts.pop(0)
        for event in attempt if isinstance(attempt, tuple) else (attempt,):
            if isinstance(event, ModelError):
                raise event
            yield event


@dataclass
class Session:
    """What a session sees of its turns."""

    clock: Clock = field(default_factory=Clock)
    events: list[object] = field(default_factory=list)
    waits: list[tuple[float, str, int]] = field(default_factory=list)
    waited: asyncio.Event = field(default_factory=asyncio.Event)
    backoff: Backoff = field(init=False)

    def __post_init__(self) -> None:
        # The dice always show the middle, so that jitter changes nothing.
        self.backoff = Backoff(
            clock=lambda: self.clock.now, sleep=self.clock.sleep, dice=lambda: 0.5
        )

    async def take(self, model: ScriptedModel) -> Turn:
        return await take_turn(
            model,
            REQUEST,
            on_event=self.events.append,
            on_wait=self.wait,
            backoff=self.backoff,
        )

    def wait(self, seconds: float, error: ModelError, attempt: int) -> None:
        self.waits.append((seconds, error.kind, attempt))
        self.waited.set()


async def test_turn_that_succeeds_waits_for_nothing() -> None:
    session = Session()
    assert await session.take(ScriptedModel((TextDelta("Do"), TURN))) is TURN
    assert session.events == [TextDelta("Do")]
    assert session.waits == []


async def test_delays_double_up_to_thirty_seconds_and_end_after_five_retries() -> None:
    session, model = Session(), ScriptedModel(*(cut() for _ in range(6)))
    with pytest.raises(Pause, match="Cut off") as caught:
        await session.take(model)
    assert caught.value.error.kind == "stream"
    assert session.waits == [(2, "stream", 1), (4, "stream", 2), (8, "stream", 3),
                             (16, "stream", 4), (30, "stream", 5)]  # fmt: skip
    assert model.attempts == []


@pytest.mark.parametrize("dice", [0.0, 0.999])
def test_jitter_stays_within_a_quarter_and_under_the_cap(dice: float) -> None:
    backoff = Backoff(dice=lambda: dice)
    for attempt in range(1, 9):
        plain = 2.0**attempt
        assert min(plain * 0.75, 30) <= backoff.delay(cut(), attempt) <= min(plain * 1.25, 30)


async def test_wish_of_the_endpoint_is_honoured() -> None:
    session = Session()
    await session.take(ScriptedModel(limited(90), TURN))
    assert session.waits == [(90, "limit", 1)]
    assert session.clock.slept == [90]


async def test_wish_of_zero_seconds_still_waits() -> None:
    session = Session()
    await session.take(ScriptedModel(limited(0), TURN))
    assert session.clock.slept == [2]


async def test_wish_over_two_minutes_pauses_every_session_of_the_endpoint() -> None:
    session = Session()
    with pytest.raises(Pause):
        await session.take(ScriptedModel(limited(121)))
    other = ScriptedModel(TURN)
    with pytest.raises(Pause, match="Slow down"):
        await session.take(other)
    assert len(other.attempts) == 1
    session.clock.now += 121
    assert await session.take(other) is TURN


@pytest.mark.parametrize("kind", ["limit", "overloaded"])
async def test_no_other_session_asks_before_a_limited_endpoint_is_ready(kind: str) -> None:
    session = Session()
    first = ScriptedModel(ModelError(kind, "Wait.", retryable=True, retry_after=60))
    waiting = asyncio.ensure_future(session.take(first))
    await session.waited.wait()
    waiting.cancel()
    second = ScriptedModel(TURN)
    second.clock = lambda: session.clock.now
    await session.take(second)
    assert second.asked_at == [1060.0]
    assert session.waits[-1] == (60, kind, 0)


async def test_limit_of_one_endpoint_holds_no_other() -> None:
    session = Session()
    session.backoff.hold("elsewhere", 60, limited())
    assert await session.take(ScriptedModel(TURN)) is TURN
    assert session.waits == []


def test_hold_is_never_shortened() -> None:
    clock = Clock()
    backoff = Backoff(clock=lambda: clock.now)
    backoff.hold("host", 60, limited())
    backoff.hold("host", 5, limited())
    held = backoff.held("host")
    assert held is not None
    assert held[0] == 60
    clock.now += 60
    assert backoff.held("host") is None


async def test_broken_stream_holds_only_its_own_session() -> None:
    session = Session()
    await session.take(ScriptedModel(cut(), TURN))
    assert session.backoff.held("host") is None


async def test_fault_after_text_says_that_the_text_is_void() -> None:
    session = Session()
    await session.take(ScriptedModel((TextDelta("Ha"), cut()), (TextDelta("Do"), TURN)))
    assert session.events == [TextDelta("Ha"), Restarted(), TextDelta("Do")]


async def test_fault_before_any_text_is_not_worth_a_word() -> None:
    session = Session()
    await session.take(ScriptedModel(cut(), TURN))
    assert session.events == []


async def test_error_that_time_does_not_mend_is_raised_at_once() -> None:
    session = Session()
    with pytest.raises(ModelError, match="Bad key"):
        await session.take(ScriptedModel(ModelError("key", "Bad key")))
    assert session.waits == []


async def test_stream_that_ends_without_a_turn_is_tried_again() -> None:
    session = Session()
    assert await session.take(ScriptedModel((TextDelta("Do"),), TURN)) is TURN
    assert session.events == [TextDelta("Do"), Restarted()]


async def test_waiting_can_be_cancelled() -> None:
    backoff = Backoff()
    model = ScriptedModel(limited(60), TURN)
    waiting = asyncio.Event()
    task = asyncio.ensure_future(
        take_turn(
            model,
            REQUEST,
            on_event=lambda _: None,
            on_wait=lambda *_: waiting.set(),
            backoff=backoff,
        )
    )
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
