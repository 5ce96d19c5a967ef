"""``python -m benchmarks [SUBJECT…]``: measure and print the table.

Ends with 0 unless something could not be measured: to miss an aim is a result, not a failure.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.row import Row, table

SUBJECTS = (
    "startup",
    "typing_while_streaming",
    "typing_storm",
    "search",
    "session",
    "event_loop",
    "cancelling",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure the server's speed.")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(SUBJECTS))
    chosen = parser.parse_args().subjects or SUBJECTS
    unknown = [name for name in chosen if name not in SUBJECTS]
    if unknown:
        parser.error(f"There is no subject {unknown[0]!r}; there are {', '.join(SUBJECTS)}.")
    print(_machine(), flush=True)
    rows, failed = _measured(chosen)
    print(f"\n{table(rows)}\n\nLoad after the run: {os.getloadavg()[0]:.1f}")
    return 1 if failed else 0


def _measured(subjects: Sequence[str]) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    failed = False
    for name in subjects:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            rows += _measure(name)
        except Exception as error:  # noqa: BLE001 - the other subjects can still be measured
            failed = True
            print(f"{name} could not be measured: {type(error).__name__}: {error}", file=sys.stderr)
    return rows, failed


def _measure(name: str) -> list[Row]:
    subject = importlib.import_module(f"benchmarks.{name}")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        rows: list[Row] = asyncio.run(subject.measure(Path(scratch)))
        return rows


def _machine() -> str:
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}, "
        f"load before the run {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
