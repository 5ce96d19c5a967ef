"""Search in files and in texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """One matching line; ``line`` is 1-based, ``path`` absolute."""

    path: str
    line: int
    text: str


class SearchFailed(Exception):
    """A search that could not be done; the message is for the model."""


class Search(Protocol):
    """ripgrep: the same regular expressions for files and for texts in memory."""

    async def grep(  # noqa: PLR0913 - keywords, each with a meaning of its own
        self,
        pattern: str,
        directory: str,
        *,
        include: str | None,
        skip: frozenset[str],
        limit: int,
        keep: Callable[[str], bool] | None = None,
    ) -> tuple[Match, ...]:
        """Search files below ``directory`` (or the one file that it names), hidden ones included, ignore
        files honoured, without the absolute paths of ``skip``; at most ``limit`` matches.

        ``keep`` says of an absolute path whether it may be in the result: what is left out does not count.
        """
        ...

    async def grep_texts(
        self, pattern: str, texts: Mapping[str, str], *, limit: int
    ) -> tuple[Match, ...]:
        """Search texts in memory, by absolute path, with the same engine and flags."""
        ...

    async def files(
        self,
        directory: str,
        pattern: str,
        *,
        limit: int,
        keep: Callable[[str], bool] | None = None,
    ) -> tuple[str, ...]:
        """Absolute paths of files below ``directory`` that match the glob, ignore files honoured."""
        ...

    async def match_paths(
        self, directory: str, pattern: str, paths: Sequence[str]
    ) -> tuple[str, ...]:
        """Those of ``paths`` (which need not exist) that the same glob matches below ``directory``."""
        ...
