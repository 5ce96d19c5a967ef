"""Wildcard patterns: ``*`` is any run of characters, ``?`` is one, all else is literal.

Owns how a pattern of a permission rule or of a secret glob meets a text. Knows neither rules nor
paths. The pattern comes from files that anyone may have written, so matching never backtracks over
a star: each literal piece is taken where it first occurs, which is right because only the last
piece is tied to an end.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

_FLAGS = re.DOTALL | (re.IGNORECASE if os.name == "nt" else 0)


def matches(text: str, pattern: str) -> bool:
    """Whether the whole text fits; ``\\`` is read as ``/``, and ``git *`` fits ``git`` as well."""
    text = text.replace("\\", "/")
    pattern = pattern.replace("\\", "/")
    if _compiled(pattern).match(text):
        return True
    return pattern.endswith(" *") and _compiled(pattern[:-2]).match(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    first, *rest = (_literal(piece) for piece in pattern.split("*"))
    if not rest:
        return re.compile(rf"{first}\Z", _FLAGS)
    middle = "".join(rf"(?>.*?{piece})" for piece in rest[:-1] if piece)
    return re.compile(rf"{first}{middle}.*{rest[-1]}\Z", _FLAGS)


def _literal(piece: str) -> str:
    return ".".join(re.escape(part) for part in piece.split("?"))
