"""A stored session as lines for a terminal.

Owns the short form: what was said in full, what was done in one line each. Understands records of newer versions as
far as it knows them. Gives text as it is stored: who prints it makes it harmless.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from backend_specialist.domain.ports import Record
from backend_specialist.domain.transcript import (
    Message,
    Text,
    ToolResult,
    ToolUse,
    message_from_json,
)

_SPEAKERS = {"user": "You", "assistant": "Specialist", "note": "Session", "toolResults": "Tools"}
_LONGEST_RESULT = 20


def lines_of(records: Iterable[Record]) -> Iterator[str]:
    """Give the lines of a session."""
    for record in records:
        if record.kind in _SPEAKERS:
            yield f"\n{_SPEAKERS[record.kind]}:"
            yield from _said(message_from_json(record.data["message"]))
        elif record.kind == "replied" and record.data["queued"]:
            yield f"\n{_SPEAKERS['user']}:"
            yield record.data["text"]
        else:
            yield from _done(record)
            yield from record.data["text"].splitlines() if record.kind == "failed" else ()


def _said(message: Message) -> Iterator[str]:
    for block in message.content:
        match block:
            case Text(text):
                yield text
            case ToolUse():
                yield f"  calls {block.name} {_short(json.dumps(block.input, ensure_ascii=False))}"
            case ToolResult():
                yield from _result(block)


def _result(block: ToolResult) -> Iterator[str]:
    lines = block.content.splitlines()
    yield "  failed:" if block.is_error else "  gave:"
    yield from (f"    {line}" for line in lines[:_LONGEST_RESULT])
    if len(lines) > _LONGEST_RESULT:
        yield f"    ... {len(lines) - _LONGEST_RESULT} more lines"


def _done(record: Record) -> Iterator[str]:
    describe = _DESCRIBED.get(record.kind)
    text = describe(record.data) if describe else _NAMED.get(record.kind)
    if text:
        yield f"[{text}]"
    if record.kind == "outcome":
        yield from (f"  {_outcome(item)}" for item in record.data.get("outcomes", ()))


def _outcome(item: Mapping[str, Any]) -> str:
    reason = f" ({_short(item['reason'])})" if item.get("reason") else ""
    return f"{item.get('result')}: {item.get('file')} {item.get('lines', '')}{reason}"


def _status(data: Mapping[str, Any]) -> str:
    reason = f": {data['reason']}" if data.get("reason") else ""
    return f"{data.get('status')}{reason}"


def _proposed(data: Mapping[str, Any]) -> str:
    proposals = data.get("proposals") or [data.get("proposal") or {}]
    files = [change.get("label", "") for each in proposals for change in each.get("changes", ())]
    return ", ".join(files)


def _answer(data: Mapping[str, Any]) -> str:
    reason = f": {data['reason']}" if data.get("reason") else ""
    return f"answered {data.get('decision')}{reason}"


_DESCRIBED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "model": lambda data: f"the model is {data.get('model')}",
    "asked": lambda data: f"proposed changes in {_proposed(data)}",
    "answered": _answer,
    "applying": lambda data: f"applying changes in {_proposed(data)}",
    "status": _status,
}
_NAMED = {
    "started": "started",
    "failed": "it failed",
    "outcome": "what became of it",
    "deliverable": "the deliverable was written",
    "reverted": "applied changes were taken back",
    "compacted": "the conversation was made shorter",
}


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}..."
