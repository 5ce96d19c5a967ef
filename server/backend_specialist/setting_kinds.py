"""What the value of a setting may be.

Owns the checks. Each takes a value as it came from JSON, and gives it in our form or raises ``ValueError`` with the
end of a sentence that begins with the setting's name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

Kind = Callable[[object], Any]

_LONGEST_TEXT = 1_000
_LONGEST_LIST = 200
# A name, or an address in brackets, with a port or without.
_HOST = re.compile(
    r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(:[0-9]{1,5})?"
)


def flag(value: object) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - every check raises the same
    return value


def name(value: object) -> str:
    """Text of one line that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text that is not empty")
    if len(value) > _LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"must be one line of at most {_LONGEST_TEXT} characters")
    return value.strip()


def one_of(*choices: str) -> Kind:
    """One of these words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"must be {' or '.join(repr(choice) for choice in choices)}")
        return value

    return check


def number(least: float, most: float) -> Kind:
    """A number within these bounds."""

    def check(value: object) -> float:
        given = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if given is None or not least <= given <= most:
            raise ValueError(f"must be a number from {least:,g} to {most:,.10g}")
        return float(given)

    return check


def whole(least: int, most: int) -> Kind:
    """A whole number within these bounds; ``60.0`` counts, since some editors know no other numbers."""
    in_bounds = number(least, most)

    def check(value: object) -> int:
        if in_bounds(value) % 1:
            raise ValueError("must be a whole number")
        return int(in_bounds(value))

    return check


def list_of(kind: Kind) -> Kind:
    """A list of such values, without repetitions."""

    def check(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > _LONGEST_LIST:
            raise ValueError(f"must be a list of at most {_LONGEST_LIST} entries")
        return tuple(
            dict.fromkeys(_entry(kind, number, item) for number, item in enumerate(value, 1))
        )

    return check


def _entry(kind: Kind, number: int, item: object) -> Any:
    try:
        return kind(item)
    except ValueError as error:
        raise ValueError(f"is wrong at entry {number}, which {error}") from error


def host(value: object) -> str:
    """``host`` or ``host:port``."""
    text = name(value)
    if not _HOST.fullmatch(text):
        raise ValueError("must be a host or host:port, without https:// and without a path")
    return text


def absolute_directory(value: object) -> str:
    """A directory that means the same in every workspace; ``~`` is the user's home."""
    path = os.path.expanduser(name(value))
    if not os.path.isabs(path):
        raise ValueError("must be an absolute path, or begin with ~/")
    return os.path.normpath(path)


def relative_directory(value: object) -> str:
    """A directory below a workspace root."""
    path = name(value).replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ":" in path or ".." in parts or not parts:
        raise ValueError("must be a directory below the workspace, as a relative path without '..'")
    return "/".join(parts)
