"""How modules are imported late.

Owns the one rule: without full runs of the cyclic garbage collector. One over all that an import brings took a tenth of
a second, several times while the SDK was imported, and as it holds Python's lock the event loop stood still as long.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEVER = 2**31 - 1


@contextmanager
def uncollected() -> Iterator[None]:
    """Import in here; what is in memory at the end is never looked at by the collector again."""
    young, survivors, every = gc.get_threshold()
    # Young objects are still looked at: to keep the garbage of an import as well would cost nine megabytes.
    gc.set_threshold(young, survivors, _NEVER)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(young, survivors, every)
