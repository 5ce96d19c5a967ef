"""Fetching of pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A fetched page; ``text`` is already converted. ``url`` is where the last redirect led."""

    url: str
    status: int
    content_type: str
    text: str


class FetchFailed(Exception):
    """A fetch that was refused or failed; the message is for the model."""


class Fetch(Protocol):
    """Guarded HTTP: public addresses only, resolved, checked and pinned, each hop again."""

    def needs_question(self, url: str, typed_urls: frozenset[str]) -> bool:
        """Whether the user must be asked before this URL is resolved; one that the user typed needs none."""
        ...

    async def get(self, url: str, *, format: str, seconds: float, approve: Any) -> Page:
        """Fetch and convert (``markdown``, ``text``, ``html``).

        ``approve`` is an async callable that gets the URL of each hop before DNS, and raises when it may not be
        fetched. Raises :class:`FetchFailed`.
        """
        ...
