"""The projects that are worked on.

Owns their files. They are made for the run, so that nothing depends on this repository.
"""

from __future__ import annotations

from pathlib import Path

_MAIN = "".join(f"def step_{n}(order):\n    return order.total * {n}\n\n\n" for n in range(500))


def small(scratch: Path) -> Path:
    """One file of 2,000 lines."""
    root = scratch / "shop"
    (root / "app").mkdir(parents=True)
    (root / "app/main.py").write_text(_MAIN)
    return root


def tree(scratch: Path, files: int) -> Path:
    """A tree of modules; one line in 25 files is the one that is searched for."""
    root = scratch / "tree"
    for folder in range(files // 100):
        directory = root / f"service_{folder:03}" / "handlers"
        directory.mkdir(parents=True)
        for number in range(100):
            (directory / f"module_{number:02}.py").write_text(_module(folder, number))
    return root


def _module(folder: int, number: int) -> str:
    last = 7 if (folder * 100 + number) % 800 == 0 else 8
    lines = [f"def compute_{n}(order):\n    return order.total * {n}\n" for n in range(20)]
    return "\n".join(
        [
            f"class Service{folder}:\n    name = {number}\n",
            *lines,
            f"def handle_order_{last}(): ...\n",
        ]
    )
