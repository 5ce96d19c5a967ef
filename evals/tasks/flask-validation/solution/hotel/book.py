"""The book of bookings, in memory."""

import threading
from typing import Any


class RoomTaken(Exception):
    """Somebody has the room in one of the nights."""


class Book:
    """Bookings as they were stored; ``from`` and ``to`` are dates in ISO 8601."""

    def __init__(self) -> None:
        self._bookings: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def all(self) -> list[dict[str, Any]]:
        return list(self._bookings)

    def add(self, booking: dict[str, Any]) -> dict[str, Any]:
        """Store a booking; raise :class:`RoomTaken`."""
        with self._lock:
            if any(_overlap(booking, other) for other in self._bookings):
                raise RoomTaken
            stored = {"id": len(self._bookings) + 1, **booking}
            self._bookings.append(stored)
        return stored


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    # Dates in ISO 8601 sort as they follow each other.
    same_room = one["room"] == other["room"]
    return same_room and one["from"] < other["to"] and other["from"] < one["to"]
