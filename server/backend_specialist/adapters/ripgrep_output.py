"""What goes into ripgrep and comes out of it, as bytes.

Owns the form of both streams and their bounds. Starts nothing.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import replace

from backend_specialist.domain.ports import Match

_LONGEST_RECORD = 64 * 1024

LARGEST = 10 * 1024 * 1024
"""The largest text that is searched, in bytes."""

Wanted = Callable[[str, str], bool]
"""Whether a file may be in a result, by its path below the searched directory and its absolute path."""


class Records:
    """Cuts a stream into records and hands them on until ``take`` says that it has enough."""

    def __init__(self, separator: bytes, take: Callable[[bytes], bool]) -> None:
        self._separator = separator
        self._take = take
        self._rest = b""
        self.full = False

    def feed(self, chunk: bytes) -> bool:
        """Take more bytes; ``True`` when no more are wanted."""
        *records, rest = (self._rest + chunk).split(self._separator)
        # The end of an endless record is not needed: a line that long is cut anyway.
        self._rest = rest[:_LONGEST_RECORD]
        self.full = self.full or any(map(self._take, records))
        return self.full


class Matches:
    """Reads records of the form ``path NUL line : text``; other records are notices and are left out."""

    def __init__(self, directory: str, wanted: Wanted, limit: int) -> None:
        self._directory = directory
        self._wanted = wanted
        self._limit = limit
        self._name: bytes | None = None
        self._path: str | None = None
        self.found: list[Match] = []

    def take(self, record: bytes) -> bool:
        """Keep a match if its file is wanted; ``True`` when the limit is reached."""
        name, _, rest = record.partition(b"\0")
        number, colon, text = rest.partition(b":")
        if colon and number.isdigit():
            if name != self._name:
                self._name, self._path = name, _path(self._directory, name, self._wanted)
            if self._path is not None:
                self.found.append(Match(path=self._path, line=int(number), text=_line(text)))
        return len(self.found) >= self._limit


class Paths:
    """Reads records that are paths."""

    def __init__(self, directory: str, wanted: Wanted, limit: int) -> None:
        self._directory = directory
        self._wanted = wanted
        self._limit = limit
        self.found: list[str] = []

    def take(self, record: bytes) -> bool:
        """Keep a path if it is wanted; ``True`` when the limit is reached."""
        path = _path(self._directory, record, self._wanted) if record else None
        if path is not None:
            self.found.append(path)
        return len(self.found) >= self._limit


class TextStream:
    """Several texts as one stream of lines. Binary and huge texts are left out, as they are among files."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._paths: list[str] = []
        self._starts: list[int] = []
        parts: list[bytes] = []
        line = 1
        for path, text in texts.items():
            part = text.encode("utf-8", "replace")
            if not part or b"\0" in part or len(part) > LARGEST:
                continue
            part += b"" if part.endswith(b"\n") else b"\n"
            self._paths.append(path)
            self._starts.append(line)
            parts.append(part)
            line += part.count(b"\n")
        self.data = b"".join(parts)

    def locate(self, match: Match) -> Match:
        """Turn a line of the stream into a line of the text that it belongs to."""
        index = bisect_right(self._starts, match.line) - 1
        return replace(match, path=self._paths[index], line=match.line - self._starts[index] + 1)


def _path(directory: str, name: bytes, wanted: Wanted) -> str | None:
    """The absolute path of what ripgrep calls ``./name``, spelled as the directory is; ``None`` if unwanted."""
    relative = os.fsdecode(name).removeprefix("./").replace(os.sep, "/")
    path = os.path.join(directory, relative)
    return path if wanted(relative, path) else None


def _line(raw: bytes) -> str:
    raw = raw.rstrip(b"\r")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
