"""The rooms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    name: str
    beds: int


ROOMS = {room.name: room for room in (Room("garden", 2), Room("attic", 1), Room("hall", 4))}
