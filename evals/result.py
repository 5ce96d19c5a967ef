"""What became of each task, and how it is shown.

Owns the spelling of the table and of the JSON. Measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

_HEAD = ("Task", "Stack", "Result", "Turns", "Tokens in", "Tokens out", "Cost", "Time")


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """``cost`` is in US dollars, ``None`` when unknown; ``failed`` has the hidden tests that did not pass."""

    task: str
    stack: str
    passed: bool
    reason: str
    turns: int
    tokens_read: int
    tokens_written: int
    cost: float | None
    seconds: float
    failed: Mapping[str, str] = field(default_factory=dict)

    def cells(self) -> tuple[str, ...]:
        """Give the texts of the row."""
        return (
            self.task,
            self.stack,
            "passed" if self.passed else f"failed: {_short(self.reason)}",
            str(self.turns),
            f"{self.tokens_read:,}",
            f"{self.tokens_written:,}",
            _price(self.cost),
            f"{self.seconds:.0f} s",
        )


def table(results: Sequence[Result]) -> str:
    """Give the results as a Markdown table, the sums in its last line."""
    costs = [result.cost for result in results]
    total = (
        f"Total of {len(results)}",
        "",
        f"{sum(result.passed for result in results)} passed",
        str(sum(result.turns for result in results)),
        f"{sum(result.tokens_read for result in results):,}",
        f"{sum(result.tokens_written for result in results):,}",
        _price(None if None in costs else sum(filter(None, costs))),
        f"{sum(result.seconds for result in results):.0f} s",
    )
    rows = (_HEAD, ("---",) * len(_HEAD), *(result.cells() for result in results), total)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def to_json(model: str, version: str, started: str, results: Sequence[Result]) -> dict[str, Any]:
    """Give what is stored of a run; ``started`` is a time in ISO 8601."""
    return {
        "model": model,
        "scripted": model.startswith("scripted/"),
        "version": version,
        "started": started,
        "passed": sum(result.passed for result in results),
        "tasks": [asdict(result) for result in results],
    }


def _price(cost: float | None) -> str:
    return "unknown" if cost is None else f"${cost:.4f}"


def _short(reason: str) -> str:
    line = " ".join(reason.split()).replace("|", "/")
    return line if len(line) <= 90 else f"{line[:89]}…"
