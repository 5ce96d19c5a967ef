"""The cache: what production has as a service of its own, in memory."""

import time
from collections.abc import Callable
from typing import Any


class CacheDown(Exception):
    """The cache does not answer."""


class Cache:
    """Values that JSON can hold, by key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, key: str) -> Any | None:
        """The value, or None when there is none any more."""
        until, value = self._kept.get(key, (0.0, None))
        return value if self._clock() < until else None

    def set(self, key: str, value: Any, seconds: float) -> None:
        self._kept[key] = (self._clock() + seconds, value)

    def delete(self, *keys: str) -> None:
        for key in keys:
            self._kept.pop(key, None)
