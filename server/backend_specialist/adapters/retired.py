"""Which models are at their end, and what takes their place.

Owns the reading of the SDK's tables (names with dates in words, names of current models), over our own table
(``data/retired.json``) of models that newer versions of the SDK do not list any more. Imports no SDK.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from backend_specialist.adapters.model_data import table

_FAMILY = re.compile(r"claude-(?:\d[\d-]*-)?([a-z]+)")
_NUMBER = re.compile(r"\d+")
# `2.1` and `instant` are not families that went on.
_NO_FAMILY = ("instant",)


@dataclass(frozen=True, kw_only=True)
class Lifetimes:
    """``ends`` maps model names to dates such as ``June 15th, 2026``; ``current`` are the names in use."""

    ends: Mapping[str, str]
    current: tuple[str, ...]

    def end_of_life(self, name: str) -> date | None:
        """When a model ends or ended; ``None`` when nothing is announced."""
        text = self.ends.get(name)
        return _date(text) if text else None

    def is_retired(self, name: str, today: date) -> bool:
        """Whether a model has reached its end."""
        end = self.end_of_life(name)
        return end is not None and end <= today

    def newest_of_family(self, name: str, today: date) -> str | None:
        """Give the newest model of the same family that is not at its end."""
        family = _family(name)
        candidates = [
            other
            for other in self.current
            if _family(other) == family and not self.is_retired(other, today)
        ]
        return max(candidates, key=_age, default=None) if family else None


def lifetimes_of(ends: Mapping[str, str], current: tuple[str, ...]) -> Lifetimes:
    """Give the SDK's tables, over what is known to have ended before."""
    return Lifetimes(ends={**table("retired")["models"], **ends}, current=current)


def _family(name: str) -> str | None:
    found = _FAMILY.match(name)
    return found[1] if found and found[1] not in _NO_FAMILY else None


def _age(name: str) -> tuple[tuple[int, ...], bool]:
    numbers = [int(number) for number in _NUMBER.findall(name)]
    version = tuple(number for number in numbers if number < 1000)
    # Of two names for one version, the one without a date moves on with it.
    return version, len(version) == len(numbers)


def _date(text: str) -> date | None:
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)", "", text)
    try:
        # A day has no time zone.
        return datetime.strptime(plain, "%B %d, %Y").date()  # noqa: DTZ007
    except ValueError:
        return None
