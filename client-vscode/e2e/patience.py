"""How long a test waits, and how it tries again.

Owns the times. Knows nothing of what is waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from playwright.async_api import TimeoutError as TookTooLong

T = TypeVar("T")
# Seconds: for a machine that does something else as well.
PATIENCE = 60.0
# How long one attempt waits for one thing, in milliseconds, and how many attempts there are.
SOON = 4000
ATTEMPTS = 10


async def insist(attempt: Callable[[], Awaitable[T]]) -> T:
    """Try again what a window that opens or closes meanwhile can break; an attempt waits SOON for each thing."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(AssertionError, TookTooLong):
            return await attempt()
    return await attempt()


async def eventually(look: Callable[[], T | Awaitable[T]], wanted: T) -> None:
    """Look again until it is as wanted; what was seen last is in the failure."""
    seen: T | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            while (seen := await _come(look())) != wanted:
                await asyncio.sleep(0.05)
    except TimeoutError:
        assert seen == wanted


async def _come(value: T | Awaitable[T]) -> T:
    return await value if isinstance(value, Awaitable) else value
