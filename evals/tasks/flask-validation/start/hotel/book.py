"""The book of bookings, in memory."""

from typing import Any


class Book:
    """Bookings as they were stored; ``from`` and ``to`` are dates in ISO 8601."""

    def __init__(self) -> None:
        self._bookings: list[dict[str, Any]] = []

    def all(self) -> list[dict[str, Any]]:
        return list(self._bookings)

    def add(self, booking: dict[str, Any]) -> dict[str, Any]:
        stored = {"id": len(self._bookings) + 1, **booking}
        self._bookings.append(stored)
        return stored
