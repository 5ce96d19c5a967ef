"""The SDK without us: it reads a reply and asks again, with a made-up result of the tool.

``python -m benchmarks.sdk_alone URL``.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from anthropic import AsyncAnthropic

from benchmarks.scripts import TURNS

_TOOL: Any = {"name": "read", "description": "Read a file.", "input_schema": {"type": "object"}}
_PAGE = "0: def step(order): return order.total\n" * 200


async def main() -> None:
    messages: list[Any] = [{"role": "user", "content": "Read everything."}]
    async with AsyncAnthropic(base_url=sys.argv[1], api_key="scripted", max_retries=0) as client:
        for _ in range(TURNS):
            stream = client.messages.stream(
                model="claude-sonnet-4-5", max_tokens=8192, messages=messages, tools=[_TOOL]
            )
            async with stream as events:
                answer = await events.get_final_message()
            content = [
                block.model_dump(include={"type", "text", "id", "name", "input"})
                for block in answer.content
            ]
            results = [
                {"type": "tool_result", "tool_use_id": block.id, "content": _PAGE}
                for block in answer.content
                if block.type == "tool_use"
            ]
            messages += [
                {"role": "assistant", "content": content},
                {"role": "user", "content": results},
            ]


if __name__ == "__main__":
    asyncio.run(main())
