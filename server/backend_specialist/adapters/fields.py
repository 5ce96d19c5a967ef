"""The fields of a front matter, with their types checked.

Owns the words of a type fault and of a key that does not exist. Knows neither agents nor recipes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from backend_specialist.adapters.front_matter import FrontMatter
from backend_specialist.domain.agent import NOWHERE, Fix, Place, Problem, Replacement


class Fields:
    """Gives checked values and gathers problems, those of the front matter first."""

    def __init__(self, front: FrontMatter) -> None:
        self.problems = list(front.problems)
        self._values = front.values
        self._places = front.places
        self._lines = front.lines

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
        fix = self.replacing(key, nearest(value, choices))
        self.problem(f"'{key}' must be one of {', '.join(choices)}.", key, fixes=[fix])
        return default

    def unknown(self, known: Iterable[str]) -> list[str]:
        """The keys that are none of ``known``."""
        return [key for key in self._values if key not in frozenset(known)]

    def problem(  # noqa: PLR0913 - keywords, each a part of what is said
        self,
        message: str,
        path: str,
        *,
        severity: str = "error",
        code: str = "value",
        fixes: Iterable[Fix | None] = (),
        word: str = "",
    ) -> None:
        """Add a problem at a key path; a path that ends with ``:key`` means the key itself.

        With ``word`` the problem is at that word of the value alone.
        """
        self.problems.append(
            Problem(
                message=message,
                severity=severity,
                place=self._word(path, word) if word else self.place(path),
                code=code,
                fixes=tuple(fix for fix in fixes if fix),
            )
        )

    def problem_at(self, message: str, span: tuple[int, int, int], *, code: str) -> None:
        """Add an error that stands outside of the fields, at ``(line, column, end column)``."""
        line, column, end = span
        place = Place(line=line, column=column, end_line=line, end_column=end)
        self.problems.append(Problem(message=message, place=place, code=code))

    def place(self, path: str) -> Place:
        """Where a value stands, else its key, else the first line."""
        return self._places.get(path) or self._places.get(f"{path}:key") or NOWHERE

    # ------------------------------------------------------------ fixes

    def replacing(self, path: str, text: str, *, word: str = "") -> Fix | None:
        """The fix that puts a text in the place of a value, a word of it, or a key; ``None`` without text or place."""
        place = self._word(path, word) if word else self._places.get(path)
        if not text or place is None:
            return None
        return Fix(title=f"Change to '{text}'", replacements=(Replacement(place=place, text=text),))

    def removing(self, path: str, title: str) -> Fix | None:
        """The fix that removes an entry with its lines; ``None`` if it does not have them for itself."""
        lines = self._own_lines(path)
        return (
            Fix(title=title, replacements=(Replacement(place=lines, text=""),)) if lines else None
        )

    def moving(self, path: str, before: str, title: str) -> Fix | None:
        """The fix that moves an entry with its lines in front of another one."""
        lines, target = self._own_lines(path), self._own_lines(before)
        if lines is None or target is None or lines.line == target.line:
            return None
        text = "".join(f"{line}\n" for line in self._lines[lines.line : lines.end_line])
        start = Place(line=target.line, column=0, end_line=target.line, end_column=0)
        return Fix(
            title=title,
            replacements=(Replacement(place=start, text=text), Replacement(place=lines, text="")),
        )

    def _word(self, path: str, word: str) -> Place:
        place = self.place(path)
        if place.line == place.end_line and place.line < len(self._lines):
            found = self._lines[place.line].find(word, place.column, place.end_column)
            if found >= 0:
                return Place(
                    line=place.line,
                    column=found,
                    end_line=place.line,
                    end_column=found + len(word),
                )
        return place

    def _own_lines(self, path: str) -> Place | None:
        key = self._places.get(f"{path}:key")
        if key is None:
            return None
        end = self.place(path)
        last = max(key.end_line, end.end_line)
        alone = not self._lines[key.line][: key.column].strip()
        after = self._lines[last][
            max(end.end_column, key.end_column) if last == end.end_line else 0 :
        ]
        if not alone or "," in after or "}" in after:
            return None
        return Place(line=key.line, column=0, end_line=last + 1, end_column=0)

    def _typed(self, key: str, wanted: type, words: str) -> Any:
        value = self._values.get(key)
        if value is None or type(value) is wanted:
            return value
        fix = self.replacing(key, as_flag(value)) if wanted is bool else None
        self.problem(f"'{key}' must be {words}.", key, code="type", fixes=[fix])
        return None


def as_flag(value: object) -> str:
    """``true`` or ``false`` for a word that means it elsewhere, else nothing."""
    word = str(value).lower()
    if word in ("yes", "on", "y", "1", "true"):
        return "true"
    return "false" if word in ("no", "off", "n", "0", "false") else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, empty when none is near."""
    found = difflib.get_close_matches(word[:40].lower(), list(known), n=1, cutoff=0.75)
    return found[0] if found else ""
