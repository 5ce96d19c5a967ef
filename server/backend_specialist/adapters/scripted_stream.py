"""A reply as the events of a streamed message.

Owns the shape of the stream: which events, in which order, with which pieces. Sends nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend_specialist.adapters.scripted_cache import (
    InputTokens,
    history_digests,
    tokens,
)
from backend_specialist.adapters.scripts import Call, Fault, Reply, position

_PIECE = 24
_THOUGHTFUL = "_thought_"


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One server-sent event; ``paced`` ones come after the pause of the script."""

    data: Mapping[str, Any]
    paced: bool = False

    def encode(self) -> bytes:
        """Give it as it goes over the wire."""
        return f"event: {self.data['type']}\ndata: {json.dumps(self.data)}\n\n".encode()


def signature(history: str, thinking: str) -> str:
    """Sign thinking together with the digest of everything before it, as newer models do."""
    return "sig_" + hashlib.sha256((history + thinking).encode()).hexdigest()


def thought_before(tool_use_id: str, history: str) -> bool:
    """Whether this call was made by a reply that began with thinking, after just this history.

    After a summary the history is another one, and the thinking cannot stay.
    """
    return tool_use_id.endswith(_THOUGHTFUL + history[:8])


def message_events(
    reply: Reply, request: Mapping[str, Any], spent: InputTokens, fault: Fault | None
) -> Iterator[StreamEvent]:
    """Give every event of a streamed reply; ``fault`` is the one that is due, if any."""
    history = history_digests(request)[-1]
    reply = reply if _may_think(request) else replace(reply, thinking="")
    yield StreamEvent({"type": "message_start", "message": _message_start(request, spent, history)})
    for index, (block, deltas) in enumerate(_blocks(reply, position(request), history, fault)):
        start = {"type": "content_block_start", "index": index, "content_block": block}
        yield StreamEvent(start)
        if index == 0:
            yield StreamEvent({"type": "ping"})
        for delta in deltas:
            piece = {"type": "content_block_delta", "index": index, "delta": delta}
            yield StreamEvent(piece, paced=True)
        yield StreamEvent({"type": "content_block_stop", "index": index})
    yield StreamEvent(_message_delta(reply))
    yield StreamEvent({"type": "message_stop"})


def _message_start(request: Mapping[str, Any], spent: InputTokens, history: str) -> dict[str, Any]:
    usage = {
        "input_tokens": spent.fresh,
        "cache_read_input_tokens": spent.read,
        "cache_creation_input_tokens": spent.written,
        "output_tokens": 1,
    }
    return {
        "id": "msg_" + history[:24],
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def _message_delta(reply: Reply) -> dict[str, Any]:
    said = reply.text + reply.thinking + "".join(json.dumps(call.input) for call in reply.tools)
    reason = reply.stop_reason or ("tool_use" if reply.tools else "end_turn")
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": tokens(said) + 1},
    }


def _blocks(
    reply: Reply, turn: int, history: str, fault: Fault | None
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    if reply.thinking:
        yield _thinking(reply.thinking, history)
    if reply.text:
        texts = [{"type": "text_delta", "text": piece} for piece in _pieces(reply.text)]
        yield {"type": "text", "text": ""}, texts
    mark = _THOUGHTFUL + history[:8] if reply.thinking else ""
    for number, call in enumerate(reply.tools):
        identity = f"toolu_{turn + 1:03}_{number + 1:02}{mark}"
        pieces = _pieces(_arguments(call, fault))
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        yield {"type": "tool_use", "id": identity, "name": call.name, "input": {}}, deltas


def _thinking(text: str, history: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    signed = signature(history, text)
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(text)]
    block = {"type": "thinking", "thinking": "", "signature": ""}
    return block, [*deltas, {"type": "signature_delta", "signature": signed}]


def _may_think(request: Mapping[str, Any]) -> bool:
    return request.get("thinking", {}).get("type") in ("adaptive", "enabled")


def _arguments(call: Call, fault: Fault | None) -> str:
    text = json.dumps(call.input)
    match fault.kind if fault else "":
        case "badToolJson":
            return text[:-1] + ' "cut": tru!'
        case "deepToolJson":
            return '{"deep": ' * 5000
        case _:
            return text


def _pieces(text: str) -> list[str]:
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
