"""The fields of a front matter, with their types checked.

Owns the words of a type fault and of a key that does not exist. Knows neither agents nor recipes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from backend_specialist.adapters.front_matter import FrontMatter
from backend_specialist.domain.agent import Place, Problem


class Fields:
    """Gives checked values and gathers problems, those of the front matter first."""

    def __init__(self, front: FrontMatter) -> None:
        self.problems = list(front.problems)
        self._values = front.values
        self._places = front.places

    def has(self, key: str) -> bool:
        """Whether a key is there with a value."""
        return self._values.get(key) is not None

    def raw(self, key: str) -> Any:
        """The value as YAML gave it, ``None`` when there is none."""
        return self._values.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A text field."""
        value = self._typed(key, str, "a text; put it in quotes")
        return value.strip() if isinstance(value, str) else default

    def flag(self, key: str) -> bool:
        """A field that is ``true`` or ``false``; without it ``False``."""
        return self._typed(key, bool, "true or false") is True

    def whole(self, key: str) -> int | None:
        """A whole number of at least 1."""
        value = self._typed(key, int, "a whole number, 1 or more")
        if value is not None and value < 1:
            self.problem(f"'{key}' must be a whole number, 1 or more.", key)
            return None
        return value if isinstance(value, int) else None

    def choice(self, key: str, choices: Iterable[str], default: str) -> str:
        """One of some words."""
        value = self.text(key, default)
        if value in choices:
            return value
        self.problem(f"'{key}' must be one of {', '.join(choices)}.", key)
        return default

    def unknown(self, known: Iterable[str]) -> list[str]:
        """The keys that are none of ``known``."""
        return [key for key in self._values if key not in frozenset(known)]

    def problem(
        self, message: str, path: str, *, severity: str = "error", code: str = "value"
    ) -> None:
        """Add a problem at a key path; a path that ends with ``:key`` means the key itself."""
        self.problems.append(
            Problem(message=message, severity=severity, place=self.place(path), code=code)
        )

    def problem_at(self, message: str, span: tuple[int, int, int], *, code: str) -> None:
        """Add an error that stands outside of the fields, at ``(line, column, end column)``."""
        line, column, end = span
        place = Place(line=line, column=column, end_line=line, end_column=end)
        self.problems.append(Problem(message=message, place=place, code=code))

    def place(self, path: str) -> Place:
        """Where a value stands, else its key, else the first line."""
        nowhere = Place(line=0, column=0, end_line=0, end_column=0)
        return self._places.get(path) or self._places.get(f"{path}:key") or nowhere

    def _typed(self, key: str, wanted: type, words: str) -> Any:
        value = self._values.get(key)
        if value is None or type(value) is wanted:
            return value
        self.problem(f"'{key}' must be {words}.", key, code="type")
        return None


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, empty when none is near."""
    found = difflib.get_close_matches(word[:40].lower(), list(known), n=1, cutoff=0.75)
    return found[0] if found else ""
