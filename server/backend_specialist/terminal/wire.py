"""JSON-RPC messages on byte streams.

Owns the framing of the Language Server Protocol. Gives no message a meaning.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

# Far above any message of ours; a broken header must not cost the memory of the machine.
MAX_BYTES = 64 * 1024 * 1024


class WireBroken(Exception):
    """What arrived is not the protocol; nothing after it can be understood."""


def frame(message: Mapping[str, Any]) -> bytes:
    """Give a message as it goes over the wire."""
    body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


async def read_message(stream: asyncio.StreamReader) -> dict[str, Any] | None:
    """Give the next message, ``None`` at the end of the stream; raise :class:`WireBroken`."""
    try:
        header = await stream.readuntil(b"\r\n\r\n")
        body = await stream.readexactly(_length(header))
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise WireBroken("a message without a header arrived") from error
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WireBroken("a message that is not JSON arrived") from error
    if not isinstance(message, dict):
        raise WireBroken("a message that is not an object arrived")
    return message


def _length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
            if length <= MAX_BYTES:
                return length
    raise WireBroken("a message without a usable length arrived")
