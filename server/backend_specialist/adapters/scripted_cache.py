"""What a prompt cache would give: token counts from real comparison of prefixes.

Owns the order of a prompt's blocks (tools, system, messages) and the memory of what was cached. Follows
the rules of the Messages API: entries are written at marks only, a prefix below the minimum is not
cached, and a mark finds an entry at most 20 blocks before it. Knows nothing of time: entries stay.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LOOK_BACK_BLOCKS = 20


@dataclass(frozen=True, slots=True)
class PromptBlock:
    """One block as the cache sees it: its text without the mark, and whether it is marked."""

    text: str
    marked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class InputTokens:
    """Where the tokens of a prompt came from."""

    read: int
    written: int
    fresh: int


def tokens(text: str) -> int:
    """Estimate: four characters a token."""
    return (len(text) + 3) // 4


def content_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the content of a message as a list of blocks, also when it is a bare string."""
    return blocks_of(message["content"])


def blocks_of(content: str | Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give text or blocks as a list of blocks."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def head_blocks(request: Mapping[str, Any]) -> list[PromptBlock]:
    """Tools, then the system prompt."""
    parts = [*request.get("tools", ()), *blocks_of(request.get("system", ()))]
    return [_block("head", part) for part in parts]


def message_blocks(messages: Sequence[Mapping[str, Any]]) -> list[PromptBlock]:
    """The blocks of all messages, in order."""
    return [_block(message["role"], part) for message in messages for part in content_of(message)]


def _block(role: str, raw: Mapping[str, Any]) -> PromptBlock:
    plain = {key: value for key, value in raw.items() if key != "cache_control"}
    return PromptBlock(role + json.dumps(plain, sort_keys=True), "cache_control" in raw)


def history_digests(request: Mapping[str, Any]) -> list[str]:
    """Give a digest of all that stands before each message, and last of all before the answer; of one model alone."""
    running = hashlib.sha256(str(request.get("model")).encode())
    for block in head_blocks(request):
        running.update(block.text.encode() + b"\0")
    digests = [running.hexdigest()]
    for message in request["messages"]:
        for block in message_blocks([message]):
            running.update(block.text.encode() + b"\0")
        digests.append(running.hexdigest())
    return digests


class PromptCache:
    """Remembers marked prefixes of earlier requests."""

    def __init__(self, *, minimum_tokens: int = 1024) -> None:
        self._minimum = minimum_tokens
        self._entries: set[str] = set()

    def take(self, request: Mapping[str, Any]) -> InputTokens:
        """Count the tokens of a request and remember its marked prefixes."""
        blocks, keys, totals = _prefixes(request)
        marks = [index for index, block in enumerate(blocks) if block.marked]
        hit = max((self._found(keys, mark) for mark in marks), default=-1)
        kept = [mark for mark in marks if totals[mark] >= self._minimum]
        self._entries.update(keys[mark] for mark in kept)
        read = totals[hit] if hit >= 0 else 0
        written = max(totals[kept[-1]] - read, 0) if kept else 0
        return InputTokens(read=read, written=written, fresh=totals[-1] - read - written)

    def _found(self, keys: Sequence[str], mark: int) -> int:
        oldest = max(mark - LOOK_BACK_BLOCKS, -1)
        return next((i for i in range(mark, oldest, -1) if keys[i] in self._entries), -1)


def _prefixes(request: Mapping[str, Any]) -> tuple[list[PromptBlock], list[str], list[int]]:
    head, rest = head_blocks(request), message_blocks(request["messages"])
    settings = json.dumps([request.get("thinking"), request.get("tool_choice")], sort_keys=True)
    key, total = hashlib.sha256(str(request.get("model")).encode()).hexdigest(), 0
    keys, totals = [], []
    for index, block in enumerate([*head, *rest]):
        # Thinking and tool choice are part of what follows the system prompt, not of what precedes it.
        salt = settings if index == len(head) else ""
        key = hashlib.sha256((key + salt + block.text).encode()).hexdigest()
        total += tokens(block.text)
        keys.append(key)
        totals.append(total)
    return [*head, *rest], keys, totals
