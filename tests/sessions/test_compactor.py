"""A conversation that outgrows the context window goes on. The endpoint is scripted; HTTP and SDK are real.

It takes a request only where input and ``max_tokens`` fit its window, as the Messages API does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripted_cache import head_blocks, message_blocks, tokens
from backend_specialist.adapters.scripts import Call, Fault, Reply, Request
from backend_specialist.domain.ports import Model
from backend_specialist.domain.transcript import Usage
from backend_specialist.sessions.codec import usage_from_json
from backend_specialist.sessions.compaction import REQUEST
from backend_specialist.sessions.services import Policy
from support.model_server import served
from support.scripted_model import results, texts
from support.session_stage import Stage, edit

# 200,000 tokens, of which an answer may have 64,000; it thinks.
KNOWN = "anthropic/claude-sonnet-4-6"
# Taken for one of 128,000 and 8,192.
UNKNOWN = "anthropic/a-local-model"
TOO_LONG = Reply(fault=Fault(kind="status", status=413, times=1_000))
SUMMARY = Reply(text="So far so good.")
LEFT_OUT = "Left out: this result"
# A page of each is 50 KB.
FILES = {f"f{n}.py": "".join(f"value_{n}_{i} = {i}\n" for i in range(2_600)) for n in range(12)}


def reads(count: int, first: int = 0) -> tuple[Call, ...]:
    return tuple(Call("read", {"filePath": f"f{first + n}.py"}) for n in range(count))


def size(body: Request) -> int:
    return sum(tokens(each.text) for each in head_blocks(body) + message_blocks(body["messages"]))


def asks_summary(body: Request) -> bool:
    return texts(dict(body))[-1:] == [REQUEST]


class Endpoint:
    """``window`` is how much it really has room for; ``taken`` are the requests that had room."""

    def __init__(self, window: int, script: Callable[[Request], Reply]) -> None:
        self.window = window
        self.script = script
        self.taken: list[dict[str, Any]] = []
        self.refused = 0

    def __call__(self, body: Request) -> Reply:
        if size(body) + body["max_tokens"] > self.window:
            self.refused += 1
            return TOO_LONG
        self.taken.append(dict(body))
        return SUMMARY if asks_summary(body) else self.script(body)


class Always:
    """The port ``Models``: every name is this model."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def resolve(self, name: str) -> Model:
        return self._model


@asynccontextmanager
async def stage_at(
    endpoint: Callable[[Request], Reply], *, name: str = KNOWN, policy: Policy | None = None
) -> AsyncIterator[tuple[Stage, ScriptedApi]]:
    async with served(endpoint, name=name) as (model, api):
        stage = Stage(FILES, policy=policy)
        stage.model = Always(model)  # type: ignore[assignment]
        stage.supervisor = stage._supervisor()
        yield stage, api


def playing(*replies: Reply) -> Callable[[Request], Reply]:
    """One reply after the other, whatever is asked."""
    left = iter(replies)
    return lambda body: next(left)


async def test_one_turn_of_reads_that_fills_the_window_goes_on() -> None:
    every = Reply(thinking="I need all of them.", text="I read.", tools=reads(12))
    endpoint = Endpoint(200_000, playing(every, Reply(text="Done.")))
    async with stage_at(endpoint) as (stage, _):
        await stage.finished()
    assert (stage.status, stage.reason) == ("completed", "")
    assert endpoint.refused == 0
    first, summary, after = endpoint.taken
    assert asks_summary(summary)
    for same in ("system", "tools"):
        assert first[same] == summary[same] == after[same]
    assert summary["messages"][0] == first["messages"][0]
    assert [block["type"] for block in summary["messages"][1]["content"]][:2] == [
        "thinking",
        "text",
    ]
    assert [block["type"] for block in after["messages"][1]["content"]][:2] == ["text", "tool_use"]
    left_out = [result.startswith(LEFT_OUT) for result in results(after)]
    assert left_out == sorted(left_out), "the first of them stay"
    assert 3 <= left_out.count(False) < 12
    assert "read takes offset and limit" in results(after)[-1]
    assert len([r for r in results(summary) if not r.startswith(LEFT_OUT)]) > left_out.count(False)


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
async def test_reply_to_a_session_that_is_almost_full_goes_on(restarted: bool) -> None:
    read = [Reply(tools=reads(4)), Reply(tools=reads(2, 4)), Reply(tools=reads(1, 6))]
    long = Reply(text="It is done. " + "And so on. " * 11_600)
    endpoint = Endpoint(200_000, playing(*read, long, Reply(text="That as well.")))
    reply = "Now this: " + "y" * 20_000
    async with stage_at(endpoint) as (stage, _):
        session = await stage.finished("Do it. " + "z" * 40_000)
        assert stage.status == "completed"
        assert 0.95 < (size(endpoint.taken[-1]) + tokens(long.text)) / 136_000 < 1.0
        if restarted:
            stage.after_a_crash()
        await stage.supervisor.reply(session, reply)
        await stage.ended(session)
    assert (stage.status, stage.reason) == ("completed", "")
    assert endpoint.refused == 0
    *_, summary, after = endpoint.taken
    assert asks_summary(summary)
    assert texts(after) == [reply]
    assert len(after["messages"]) == 3


async def usages(stage: Stage, session: str, *kinds: str) -> list[Usage]:
    """What each request of these kinds of record took, in order."""
    stored = await stage.store.load(session)
    assert stored
    return [usage_from_json(record.data["usage"]) for record in stored[1] if record.kind in kinds]


def reread(before: Usage, after: Usage) -> float:
    """The share of a request that the next one reads from the cache."""
    return after.cache_read_tokens / (before.total_tokens - before.output_tokens)


async def test_summary_is_asked_of_what_the_cache_holds() -> None:
    steps = [Reply(thinking="Hm.", text=f"{n}.", tools=reads(3, 3 * n)) for n in range(3)]
    endpoint = Endpoint(200_000, playing(*steps, Reply(text="Done.")))
    async with stage_at(endpoint) as (stage, _):
        session = await stage.finished()
        *_, before, summary, after = await usages(stage, session, "assistant", "compacted")
    assert stage.status == "completed"
    assert before.total_tokens > 70_000
    assert reread(before, summary) > 0.99
    assert after.total_tokens < before.total_tokens


async def test_last_turn_is_asked_of_what_the_cache_holds() -> None:
    steps = [Reply(thinking="Hm.", tools=reads(2, 2 * n)) for n in range(2)]
    endpoint = Endpoint(200_000, playing(*steps, Reply(text="Half of it is done.")))
    async with stage_at(endpoint, policy=Policy(max_steps=3)) as (stage, _):
        session = await stage.finished()
        _, before, last = await usages(stage, session, "assistant")
    assert stage.status == "paused"
    assert reread(before, last) > 0.99


async def test_window_that_is_smaller_than_known_is_found_out() -> None:
    endpoint = Endpoint(30_000, playing(Reply(text="I read.", tools=reads(2)), Reply(text="Done.")))
    async with stage_at(endpoint, name=UNKNOWN) as (stage, _):
        await stage.finished()
    assert (stage.status, stage.reason) == ("completed", "")
    _, summary, after = endpoint.taken
    assert asks_summary(summary)
    assert [result[: len(LEFT_OUT)] for result in results(after)] == [LEFT_OUT] * 2


async def test_reply_that_is_too_long_by_itself_is_cut_with_a_word() -> None:
    endpoint = Endpoint(200_000, playing(Reply(text="Done."), Reply(text="I see.")))
    async with stage_at(endpoint) as (stage, _):
        session = await stage.finished()
        await stage.supervisor.reply(session, f"Look at this: {'log ' * 250_000} What is wrong?")
        await stage.ended(session)
    assert (stage.status, stage.reason) == ("completed", "")
    (said,) = texts(endpoint.taken[-1])
    assert said.startswith("Look at this: ")
    assert said.endswith(" What is wrong?")
    assert "Left out here: 992," in said


async def test_task_that_is_too_long_by_itself_fails_at_once() -> None:
    endpoint = Endpoint(200_000, playing())
    async with stage_at(endpoint) as (stage, api):
        await stage.finished("x" * 600_000)
    assert stage.status == "failed"
    assert "Start a new session, or choose a model with a larger context window" in stage.reason
    assert len(api.requests) == 1


async def test_it_ends_where_nothing_helps_and_a_reply_goes_on_where_there_is_room_again() -> None:
    endpoint = Endpoint(
        200_000,
        playing(
            Reply(text="I read.", tools=(edit("f0.py", "value_0_1 = 1\n", ""), *reads(2))),
            Reply(text="Done."),
        ),
    )

    def shrinking(body: Request) -> Reply:
        reply = endpoint(body)
        if len(endpoint.taken) == 1:
            endpoint.window = 0
        return reply

    async with stage_at(shrinking) as (stage, api):
        session = await stage.run()
        await stage.answer(session, await stage.proposal())
        await stage.ended(session)
        assert stage.status == "failed"
        assert "Start a new session, or choose a model" in stage.reason
        assert stage.outcomes() == [("f0.py", "accepted")], "what was proposed is offered first"
        assert 3 <= len(api.requests) <= 6
        assert "compacted" not in stage.kinds(session), "nothing is lost without a summary"
        endpoint.window = 50_000 + 64_000
        await stage.supervisor.reply(session, "Go on.")
        await stage.ended(session)
    assert (stage.status, stage.reason) == ("completed", "")


async def test_session_that_failed_with_a_full_window_goes_on() -> None:
    """As one of a version that never compacted here: the whole history is stored, and the endpoint refuses it."""
    endpoint = Endpoint(200_000, playing(Reply(tools=reads(12)), Reply(text="Done.")))

    def closing(body: Request) -> Reply:
        return TOO_LONG if endpoint.taken else endpoint(body)

    now = [closing]

    def current(body: Request) -> Reply:
        return now[0](body)

    async with stage_at(current) as (stage, _):
        session = await stage.finished()
        assert stage.status == "failed"
        now[0] = endpoint
        stage.after_a_crash()
        await stage.supervisor.reply(session, "Go on.")
        await stage.ended(session)
    assert (stage.status, stage.reason) == ("completed", "")
    assert endpoint.refused == 0


def filling(*, after: int) -> Callable[[Request], Reply]:
    """The window is full in the middle of each answer but the first ones."""
    count = 0

    def script(body: Request) -> Reply:
        nonlocal count
        count += 1
        if count <= after:
            return Reply(text="I read.", tools=(reads(count)[-1],))
        full = count == after + 1 or after == 1
        reason = "model_context_window_exceeded" if full else None
        return Reply(text="It beg", tools=reads(1) if full else (), stop_reason=reason)

    return script


async def test_answer_that_filled_the_window_is_gone_on_with_after_a_summary() -> None:
    endpoint = Endpoint(200_000, filling(after=2))
    async with stage_at(endpoint) as (stage, _):
        await stage.finished()
    assert (stage.status, stage.reason) == ("completed", "")
    *_, summary, after = endpoint.taken
    assert asks_summary(summary)
    (said,) = results(after)
    assert said.startswith("Not run: your answer was cut where the context window was full.")


async def test_answers_that_fill_the_window_again_and_again_fail() -> None:
    endpoint = Endpoint(200_000, filling(after=1))
    async with stage_at(endpoint) as (stage, _):
        session = await stage.finished()
        state = await stage.state(session)
    assert stage.status == "failed"
    assert "no longer fits the model's context window. Start a new session" in stage.reason
    assert state.error_kind == "context"
    assert [asks_summary(body) for body in endpoint.taken] == [False, False, True, False]


async def test_no_summary_is_paid_for_once_the_limit_is_reached() -> None:
    endpoint = Endpoint(200_000, filling(after=0))
    async with stage_at(endpoint, policy=Policy(max_tokens=1_000)) as (stage, _):
        await stage.finished()
    assert stage.status == "paused"
    assert len(endpoint.taken) == 1
