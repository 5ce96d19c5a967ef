"""Judgement of API contracts."""

from __future__ import annotations

from typing import Protocol


class Contracts(Protocol):
    """Judges API contracts."""

    async def problems(self, text: str) -> tuple[str, ...]:
        """Why a text is no valid OpenAPI 3.1 document, in short; nothing when it is one. Never raises on a text."""
        ...
