"""How a path is spelled when it is compared with a list of names.

Owns the folding that makes one name of the many that a file system takes for the same file. The
result is for comparing only: never open a folded path. Touches no disk, so links are the caller's.
"""

from __future__ import annotations

import unicodedata

_TRAILING = " ."


def folded(path: str) -> tuple[str, ...]:
    """Give the parts of a path, case folded, in Unicode's compatibility form, without blanks.

    Left out are invisible characters (macOS ignores them), dots and spaces at the end of a name
    (Windows drops them) and the parts ``.`` and ``..``.
    """
    plain = path.lower() if path.isascii() else _plain(path)
    parts = plain.replace("\\", "/").split("/")
    return tuple(name for name in (part.rstrip(_TRAILING) for part in parts) if name)


def _plain(path: str) -> str:
    """The path without case, variants and invisible characters."""
    seen = "".join(char for char in path if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def without_stream(name: str) -> str:
    """Cut the name of an alternate stream off (``file.pem:stream`` is ``file.pem`` on Windows)."""
    head = name.partition(":")[0].rstrip(_TRAILING)
    return head or name
