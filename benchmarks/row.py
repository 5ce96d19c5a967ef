"""What was measured, and how it is shown.

Owns one line of the table and its spelling. Measures nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

_HEAD = ("What", "Aim", "Measured", "Limit in the same run", "Ratio", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """``limit`` is what cannot be undercut, in the same unit, measured in the same run; ``of`` says what that is."""

    what: str
    aim: str
    measured: float
    unit: str
    met: bool
    limit: float | None = None
    of: str = ""

    def cells(self) -> tuple[str, ...]:
        """Give the texts of the row."""
        limit = "" if self.limit is None else f"{_number(self.limit, self.unit)} ({self.of})"
        ratio = f"{self.measured / self.limit:.2f}" if self.limit else ""
        measured = _number(self.measured, self.unit)
        return (self.what, self.aim, measured, limit, ratio, "ok" if self.met else "misses")


def table(rows: Sequence[Row]) -> str:
    """Give the rows as a Markdown table, so that it can go into the documentation as it is."""
    cells = [_HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    head, *rest = (_line(row, widths) for row in cells)
    return "\n".join((head, _line(["-" * width for width in widths], widths), *rest))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or unit == "bytes" else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def middle(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def slowest_percent(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return quantiles(values, n=100)[98]
