"""The real SDK against the scripted server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

import pytest

from backend_specialist.adapters.models import ModelCatalog
from backend_specialist.adapters.scripted_cache import InputTokens
from backend_specialist.adapters.scripted_http import read_request
from backend_specialist.adapters.scripted_stream import message_events
from backend_specialist.adapters.scripts import Call, Fault, Reply
from backend_specialist.domain.ports import (
    ModelError,
    TextDelta,
    ThinkingDelta,
    ToolSpec,
    ToolStarted,
)
from backend_specialist.domain.transcript import Message, StopReason, Text, ToolUse, Turn, Verbatim
from support.model_server import KEY, MODEL, asking, events_of, results_for, said, served, turn_of

READ_CALL = Call("read", {"filePath": "src/app.py", "lines": [1, 2]})
TALK = Reply(text="A sentence that is long enough to be sent in pieces.", tools=(READ_CALL,))


async def failure_of(reply: Reply, **options: object) -> ModelError:
    async with served([reply], **options) as (model, _):
        with pytest.raises(ModelError) as caught:
            await events_of(model, asking())
    return caught.value


async def test_stream_gives_pieces_then_the_turn() -> None:
    async with served([Reply(thinking="Let me see.", text=TALK.text, tools=(READ_CALL,))]) as (
        model,
        _,
    ):
        *shown, turn = await events_of(model, asking())
    texts = [event.text for event in shown if isinstance(event, TextDelta)]
    assert len(texts) > 1
    assert "".join(texts) == TALK.text
    assert "".join(e.text for e in shown if isinstance(e, ThinkingDelta)) == "Let me see."
    assert [e.name for e in shown if isinstance(e, ToolStarted)] == ["read"]
    assert isinstance(turn, Turn)
    assert turn.stop_reason is StopReason.TOOL_USE
    thinking, text, use = turn.message.content
    assert isinstance(thinking, Verbatim)
    assert text == Text(TALK.text)
    assert isinstance(use, ToolUse)
    assert use.input == READ_CALL.input


async def test_stream_counts_tokens_and_their_cost() -> None:
    async with served([Reply(text="Yes.")]) as (model, _):
        usage = (await turn_of(model, asking())).usage
    assert usage.input_tokens > 0
    assert usage.cost == pytest.approx((usage.input_tokens * 2 + usage.output_tokens * 10) / 1e6)


async def test_thinking_goes_back_exactly_as_it_came() -> None:
    script = [Reply(thinking="Deep thought. ü \n", tools=(READ_CALL,)), Reply(text="Done.")]
    async with served(script) as (model, api):
        first = await turn_of(model, asking())
        await turn_of(model, asking(said("Hello."), first.message, results_for(first)))
    sent = api.requests[1]["messages"][1]["content"][0]
    assert sent == first.message.content[0].raw  # type: ignore[union-attr]
    assert sent["thinking"] == "Deep thought. ü \n"


async def test_history_that_was_changed_before_thinking_is_refused() -> None:
    script = [Reply(thinking="Hm.", tools=(READ_CALL,)), Reply(text="Done.")]
    async with served(script) as (model, _):
        first = await turn_of(model, asking())
        with pytest.raises(ModelError, match="bound to a different conversation"):
            await turn_of(model, asking(said("Hello!"), first.message, results_for(first)))


async def test_thinking_that_is_left_out_is_refused() -> None:
    script = [Reply(thinking="Hm.", tools=(READ_CALL,)), Reply(text="Done.")]
    async with served(script) as (model, _):
        first = await turn_of(model, asking())
        shorter = replace(first.message, content=first.message.content[1:])
        with pytest.raises(ModelError, match="Expected `thinking`"):
            await turn_of(model, asking(said("Hello."), shorter, results_for(first)))


async def test_thinking_need_not_survive_a_summary() -> None:
    script = [Reply(thinking="Hm.", tools=(READ_CALL,)), Reply(text="Done.")]
    async with served(script) as (model, _):
        first = await turn_of(model, asking())
        shorter = replace(first.message, content=first.message.content[1:])
        await turn_of(model, asking(said("In short: hello."), shorter, results_for(first)))


async def test_model_with_a_budget_gets_one_that_leaves_room() -> None:
    async with served([Reply(text="Hi.")], name="anthropic/claude-haiku-4-5") as (model, api):
        await turn_of(model, asking(temperature=0.2))
    request = api.requests[0]
    assert request["thinking"] == {"type": "enabled", "budget_tokens": 4096}
    assert "temperature" not in request


async def test_sampling_options_reach_a_model_that_takes_them() -> None:
    async with served([Reply(text="Hi.")], name="anthropic/some-local-model") as (model, api):
        await turn_of(model, asking(temperature=0.2, top_k=40, unknown="x"))
    request = api.requests[0]
    assert (request["temperature"], request["top_k"]) == (0.2, 40)
    assert "unknown" not in request
    assert "thinking" not in request


FAULTS = [
    ("a refused key", Fault(kind="status", status=401), "key", False, None),
    ("a forbidden model", Fault(kind="status", status=403), "key", False, None),
    ("an unknown model", Fault(kind="status", status=404), "model", False, None),
    ("a bad request", Fault(kind="status", status=400), "request", False, None),
    ("a request too large", Fault(kind="status", status=413), "context", False, None),
    (
        "a rate limit",
        Fault(kind="status", status=429, headers={"retry-after": "7"}),
        "limit",
        True,
        7.0,
    ),
    (
        "a rate limit in milliseconds",
        Fault(kind="status", status=429, headers={"retry-after-ms": "1500"}),
        "limit",
        True,
        1.5,
    ),
    ("an overloaded endpoint", Fault(kind="status", status=529), "overloaded", True, None),
    ("a server error", Fault(kind="status", status=500), "server", True, None),
    ("a bad gateway", Fault(kind="status", status=502), "server", True, None),
    ("an overload in mid-stream", Fault(kind="error"), "overloaded", True, None),
    ("an API error in mid-stream", Fault(kind="error", type="api_error"), "server", True, None),
    ("a cut before the first event", Fault(kind="cut", after=0), "stream", True, None),
    ("a clean cut", Fault(kind="cut"), "stream", True, None),
    ("a cut in a tool call", Fault(kind="cut", after=11), "stream", True, None),
    ("a cut in a chunk", Fault(kind="chunkCut"), "stream", True, None),
    ("a page that is not a stream", Fault(kind="notAStream"), "stream", True, None),
    ("tool arguments that are not JSON", Fault(kind="badToolJson"), "stream", True, None),
    ("tool arguments without a bottom", Fault(kind="deepToolJson"), "stream", True, None),
]


@pytest.mark.parametrize(
    ("fault", "kind", "retryable", "retry_after"),
    [row[1:] for row in FAULTS],
    ids=[row[0] for row in FAULTS],
)
async def test_failure_becomes_a_model_error(
    fault: Fault, kind: str, retryable: bool, retry_after: float | None
) -> None:
    error = await failure_of(Reply(text=TALK.text, tools=TALK.tools, fault=fault))
    assert (error.kind, error.retryable, error.retry_after) == (kind, retryable, retry_after)
    assert KEY not in str(error)
    assert "127.0.0.1" in str(error) or kind in ("stream", "context")


async def test_refused_key_names_the_variable_and_not_the_key() -> None:
    error = await failure_of(Reply(text="Hi."), key="another key")
    assert error.kind == "key"
    assert "ANTHROPIC_API_KEY" in str(error)
    assert KEY not in repr(error) + str(error)
    assert error.__cause__ is None


async def test_endpoint_that_is_not_there_is_named() -> None:
    catalog = ModelCatalog({"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"})
    model = await catalog.resolve(MODEL)
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 could not be reached") as caught:
        await events_of(model, asking())
    assert (caught.value.kind, caught.value.retryable) == ("network", True)
    await catalog.close()


async def test_answer_without_a_stop_reason_is_no_turn() -> None:
    error = await failure_of(Reply(text=TALK.text, fault=Fault(kind="cut", after=5)))
    assert (error.kind, error.retryable) == ("stream", True)


@pytest.mark.parametrize("limit", [StopReason.MAX_TOKENS, StopReason.CONTEXT_EXCEEDED])
async def test_call_that_the_limit_cut_short_is_left_out(limit: StopReason) -> None:
    reply = Reply(
        text="Now I read.",
        tools=(READ_CALL,),
        stop_reason=limit.value,
        fault=Fault(kind="badToolJson"),
    )
    async with served([reply]) as (model, _):
        turn = await turn_of(model, asking())
    assert turn.stop_reason is limit
    assert turn.message.content == (Text("Now I read."),)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("refusal", StopReason.REFUSAL),
        ("pause_turn", StopReason.PAUSE_TURN),
        ("model_context_window_exceeded", StopReason.CONTEXT_EXCEEDED),
        ("a reason of tomorrow", StopReason.END_TURN),
    ],
)
async def test_stop_reason_is_passed_on(given: str, expected: StopReason) -> None:
    async with served([Reply(text="Well.", stop_reason=given)]) as (model, _):
        turn = await turn_of(model, asking())
    assert turn.stop_reason is expected


async def test_cancelled_stream_leaves_the_connection_at_once() -> None:
    async with served([Reply(text=TALK.text, fault=Fault(kind="stall"))]) as (model, api):
        task = asyncio.ensure_future(events_of(model, asking()))
        await api.request_came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(2):
            await api.stream_left.wait()


async def test_abandoned_stream_leaves_the_connection() -> None:
    async with served([Reply(text=TALK.text, fault=Fault(kind="stall"))]) as (model, api):
        stream = model.stream(asking())
        async for _ in stream:
            break
        await stream.aclose()  # type: ignore[attr-defined]
        async with asyncio.timeout(2):
            await api.stream_left.wait()


async def test_retired_name_on_a_custom_endpoint_is_passed_on_in_silence() -> None:
    name = "anthropic/claude-sonnet-4-20250514"
    async with served([Reply(text="Hi.")], name=name) as (model, api):
        await turn_of(model, asking())
    assert api.requests[0]["model"] == "claude-sonnet-4-20250514"
    assert model.info.notice == ""


# ---------------------------------------------------------------- the prompt cache


def long_script(turns: int, calls: int) -> list[Reply]:
    step = Reply(thinking="Hm.", text="Next.", tools=tuple(READ_CALL for _ in range(calls)))
    return [*(step for _ in range(turns - 1)), Reply(text="Done.")]


@pytest.mark.parametrize("calls", [1, 30], ids=["one call a turn", "thirty calls a turn"])
async def test_long_session_reads_its_whole_past_from_the_cache(calls: int) -> None:
    tools = [
        ToolSpec(name=name, description="word " * 400, schema={"type": "object"})
        for name in ("read", "grep", "edit")
    ]
    messages: list[Message] = [said("Please implement this. " * 100)]
    before = 0
    async with served(long_script(30, calls)) as (model, _):
        for _ in range(30):
            turn = await turn_of(model, asking(*messages, tools=tools))
            usage = turn.usage
            assert usage.cache_read_tokens >= 0.99 * before
            assert usage.input_tokens <= 10
            before = usage.total_tokens - usage.output_tokens
            messages += [turn.message, results_for(turn, "a line of the file\n" * 20)]


async def test_note_after_the_tool_results_does_not_lose_the_cache() -> None:
    tools = [ToolSpec(name="read", description="word " * 1500, schema={"type": "object"})]
    async with served(long_script(3, 2)) as (model, _):
        first = await turn_of(model, asking(tools=tools))
        history = (said("Hello."), first.message, results_for(first), said("One last turn."))
        second = await turn_of(model, asking(*history, tools=tools))
    assert second.usage.cache_read_tokens == first.usage.cache_write_tokens


# ---------------------------------------------------------------- loading


def test_sdk_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys; import backend_specialist.adapters.models; "
        "sys.exit('anthropic' in sys.modules or 'httpx2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@asynccontextmanager
async def flooding(pieces: int) -> AsyncIterator[str]:
    """An endpoint that sends a whole streamed answer in one write, and the URL that it is at."""
    request = {"model": "any", "messages": [{"role": "user", "content": "Hello."}]}
    nothing = InputTokens(read=0, written=0, fresh=0)
    events = message_events(Reply(text="word " * 5 * pieces), request, nothing, None)
    body = b"".join(event.encode() for event in events)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(head % len(body) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_flood_of_pieces_leaves_the_event_loop_to_others_between_two_of_them() -> None:
    """The SDK reads 64 KB at once and hands all of it on without a pause."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with flooding(2_000) as url:
        catalog = ModelCatalog({"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY})
        model = await catalog.resolve(MODEL)
        beside = asyncio.create_task(others())
        seen = [turns async for event in model.stream(asking()) if isinstance(event, TextDelta)]
        beside.cancel()
        await catalog.close()
    assert len(seen) > 1_000
    assert all(earlier < later for earlier, later in pairwise(seen))
