"""How modules are imported late.

Owns the one rule: without the cyclic garbage collector. Its full run over what an import brings took a tenth of a
second, four times while the SDK was imported, and as it holds Python's lock the event loop stood still as long.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Import in here; what is in memory at the end is never looked at by the collector again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
