"""How long the longest call into C takes: nothing interrupts it, and the event loop waits for Python's lock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType


def longest_call(work: Callable[[], object]) -> float:
    """Do the work; give the seconds that the thread computed in the longest call into C that called nothing itself."""
    worst = began = 0.0

    def watch(_frame: FrameType, event: str, _called: object) -> None:
        nonlocal worst, began
        if event == "c_return":
            worst = max(worst, time.thread_time() - began)
        began = time.thread_time()

    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(None)
    return worst
