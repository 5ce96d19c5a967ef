"""The server, with a clock in its event loop: ``python -m benchmarks.lag_probe FILE``.

Owns the clock. It asks to be called every millisecond, and writes to the file by how much the worst call was late: up
to each SIGUSR1, and after the last. Time in which the process did not compute is not counted: then another program had
the processor, and nothing in here was in the way.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable

from backend_specialist.lsp import lifecycle
from backend_specialist.serving import serve

_EVERY_SECONDS = 0.001


async def _watch(path: str) -> None:
    worst = [0.0]
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, worst.append, 0.0)
    try:
        while True:
            due, spent = time.perf_counter() + _EVERY_SECONDS, time.process_time()
            await asyncio.sleep(_EVERY_SECONDS)
            late, spent = time.perf_counter() - due, time.process_time() - spent
            worst[-1] = max(worst[-1], min(late, spent))
    finally:
        with open(path, "w") as file:  # noqa: ASYNC230 - the measurement is over
            json.dump(worst, file)


def main() -> int:
    speak: Callable[..., object] = lifecycle._speak  # noqa: SLF001 - the clock must run in the server's own loop
    watching: list[asyncio.Task[None]] = []

    async def timed(*arguments: object) -> object:
        watching.append(asyncio.create_task(_watch(sys.argv[1])))
        return await speak(*arguments)  # type: ignore[misc]

    lifecycle._speak = timed  # type: ignore[assignment]  # noqa: SLF001
    return serve(None)


if __name__ == "__main__":
    sys.exit(main())
