"""The SDK's own view of the server: everything that it can ask is answered as by the real one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import httpx
import pytest

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Call, Fault, Reply

HELLO: list[Any] = [{"role": "user", "content": "Hello."}]
TOOLS: list[Any] = [{"name": "read", "input_schema": {"type": "object"}}]


@asynccontextmanager
async def client_of(api: ScriptedApi, **options: Any) -> AsyncIterator[anthropic.AsyncAnthropic]:
    url = await api.start()
    options = {"api_key": "any", "max_retries": 0, **options}
    async with api, anthropic.AsyncAnthropic(base_url=url, **options) as client:
        yield client


async def message(client: anthropic.AsyncAnthropic, **options: Any) -> anthropic.types.Message:
    options = {"model": "m", "max_tokens": 4096, "messages": HELLO, **options}
    async with client.messages.stream(**options) as stream:
        return await stream.get_final_message()


async def test_message_is_what_the_script_says() -> None:
    call = Call("read", {"filePath": "a/very/long/path/that/needs/pieces.py"})
    script = [Reply(thinking="Hm.", text="Reading it now.", tools=(call, call))]
    async with client_of(ScriptedApi(script)) as client:
        got = await message(client, tools=TOOLS, thinking={"type": "adaptive"})
    assert [block.type for block in got.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert got.content[2].input == call.input  # type: ignore[union-attr]
    assert len({block.id for block in got.content[2:]}) == 2  # type: ignore[union-attr]
    assert got.stop_reason == "tool_use"


async def test_thinking_is_left_out_when_it_was_not_asked_for() -> None:
    async with client_of(ScriptedApi([Reply(thinking="Hm.", text="Hi.")])) as client:
        got = await message(client)
    assert [block.type for block in got.content] == ["text"]


async def test_events_come_in_the_order_of_the_real_api() -> None:
    api = ScriptedApi([Reply(text="Hi.", tools=(Call("read", {}),))])
    async with client_of(api) as client, httpx.AsyncClient() as http:
        body = {"model": "m", "max_tokens": 9, "messages": HELLO, "tools": TOOLS, "stream": True}
        got = await http.post(
            f"{client.base_url}/v1/messages", json=body, headers={"x-api-key": "any"}
        )
    names = [line[7:] for line in got.text.splitlines() if line.startswith("event: ")]
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    assert names == [
        "message_start", block[0], "ping", *block[1:], *block, "message_delta", "message_stop",
    ]  # fmt: skip


async def test_model_name_chooses_the_script() -> None:
    scripts = {"one": [Reply(text="First.")], "two": [Reply(text="Second.")]}
    async with client_of(ScriptedApi(scripts)) as client:
        got = await asyncio.gather(message(client, model="two"), message(client, model="one"))
        with pytest.raises(anthropic.NotFoundError, match="model: three"):
            await message(client, model="three")
        listed = [model.id async for model in client.models.list()]
    assert [m.content[0].text for m in got] == ["Second.", "First."]  # type: ignore[union-attr]
    assert listed == ["one", "two"]


async def test_tokens_can_be_counted() -> None:
    async with client_of(ScriptedApi([])) as client:
        counted = await client.messages.count_tokens(model="m", messages=HELLO)
    assert counted.input_tokens > 0


async def test_refusal_names_the_fault_of_the_request() -> None:
    async with client_of(ScriptedApi([Reply()])) as client:
        with pytest.raises(anthropic.BadRequestError, match="prefill"):
            await message(client, messages=[*HELLO, {"role": "assistant", "content": "I"}])


async def test_script_that_ran_out_is_a_clear_refusal() -> None:
    async with client_of(ScriptedApi([])) as client:
        with pytest.raises(anthropic.BadRequestError, match="The script has 0 replies"):
            await message(client)


async def test_wrong_key_is_refused() -> None:
    async with client_of(ScriptedApi([Reply(text="Hi.")], key="right")) as client:
        with pytest.raises(anthropic.AuthenticationError):
            await message(client)
        right = client.with_options(api_key="right")
        assert (await message(right)).stop_reason == "end_turn"


async def test_fault_happens_as_often_as_it_says() -> None:
    fault = Fault(kind="status", status=529, times=2)
    async with client_of(ScriptedApi([Reply(text="Hi.", fault=fault)])) as client:
        for _ in range(2):
            with pytest.raises(anthropic.InternalServerError):
                await message(client)
        assert (await message(client)).stop_reason == "end_turn"


async def test_sdk_retries_are_answered_too() -> None:
    fault = Fault(kind="status", status=429, headers={"retry-after-ms": "1"})
    api = ScriptedApi([Reply(text="Hi.", fault=fault)])
    async with client_of(api, max_retries=1) as client:
        await message(client)
    assert len(api.requests) == 2


async def test_body_that_is_not_json_is_refused() -> None:
    async with client_of(ScriptedApi([])) as client, httpx.AsyncClient() as http:
        url, headers = f"{client.base_url}/v1/messages", {"x-api-key": "any"}
        got = await http.post(url, content=b"{", headers=headers)
    assert (got.status_code, got.json()["error"]["type"]) == (400, "invalid_request_error")


async def test_connection_that_says_nothing_useful_is_dropped() -> None:
    api = ScriptedApi([])
    async with client_of(api) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"hello\r\n\r\n")
        assert await reader.read() == b""
        writer.close()


async def test_cached_tokens_follow_the_real_prefix() -> None:
    def marked(text: str) -> dict[str, Any]:
        return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}

    system = [marked("word " * 1000)]
    script = [Reply(text="One.")]
    async with client_of(ScriptedApi(script)) as client:
        first = (await message(client, system=system)).usage
        again = (await message(client, system=system)).usage
        other = (await message(client, system=[marked("Word " * 1000)])).usage
        short = (await message(client, system=[marked("too short to be cached")])).usage
    assert first.cache_creation_input_tokens == again.cache_read_input_tokens > 1000  # type: ignore[operator]
    assert other.cache_read_input_tokens == 0
    assert (short.cache_creation_input_tokens, short.cache_read_input_tokens) == (0, 0)


async def test_requests_are_kept_as_they_came() -> None:
    api = ScriptedApi([Reply(text="Hi.")])
    async with client_of(api) as client:
        await message(client, system="Be brief.")
    assert api.requests[0]["system"] == "Be brief."
    assert json.loads(json.dumps(api.requests[0])) == api.requests[0]
