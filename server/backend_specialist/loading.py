"""How modules are imported late.

Owns the one rule: without full runs of the cyclic garbage collector. One over all that an import brings took a tenth of
a second, several times while the SDK was imported, and as it holds Python's lock the event loop stood still as long.
Threads import at the same time: the collector is as before when the last of them has done.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NEVER = 2**31 - 1


class _Pause:
    """No full runs while anybody is inside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = gc.get_threshold()

    def enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = gc.get_threshold()
            self._inside += 1
            young, survivors, _ = self._before
            # Young objects are still looked at: to keep the garbage of an import as well would cost nine megabytes.
            gc.set_threshold(young, survivors, _NEVER)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            gc.freeze()
            if not self._inside:
                gc.set_threshold(*self._before)


_pause = _Pause()


@contextmanager
def uncollected() -> Iterator[None]:
    """Import in here; what is in memory at the end is never looked at by the collector again."""
    _pause.enter()
    try:
        yield
    finally:
        _pause.leave()
