"""What a booking must look like."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from hotel.rooms import ROOMS

MEMBERS = ("room", "guests", "email", "from", "to", "notes")
MAX_NIGHTS = 30
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.][^@\s]*\.[^@\s]*[^@\s.]")


class Invalid(Exception):
    """The booking is wrong; ``faults`` says why, by member."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__()
        self.faults = faults


def booking_from(given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Give the booking to store; raise :class:`Invalid` with all faults."""
    faults = {name: "is not known" for name in given if name not in MEMBERS}
    booking = {
        "room": given.get("room"),
        "guests": given.get("guests"),
        "email": _email(given.get("email"), faults),
        "notes": _notes(given.get("notes", ""), faults),
    }
    _room_and_guests(booking, faults)
    booking |= _nights(given, today, faults)
    if faults:
        raise Invalid(faults)
    return booking


def _room_and_guests(booking: Mapping[str, Any], faults: dict[str, str]) -> None:
    room = ROOMS.get(booking["room"]) if isinstance(booking["room"], str) else None
    if room is None:
        faults["room"] = f"must be one of {', '.join(ROOMS)}"
    guests = booking["guests"]
    if type(guests) is not int or guests < 1:
        faults["guests"] = "must be a whole number above 0"
    elif room and guests > room.beds:
        faults["guests"] = f"must be at most {room.beds}"


def _email(given: Any, faults: dict[str, str]) -> str:
    email = given.strip().lower() if isinstance(given, str) else ""
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        faults["email"] = "must be an e-mail address"
    return email


def _notes(given: Any, faults: dict[str, str]) -> Any:
    if not isinstance(given, str) or len(given) > 500:
        faults["notes"] = "must be a text of at most 500 characters"
    return given


def _nights(given: Mapping[str, Any], today: date, faults: dict[str, str]) -> dict[str, str]:
    first, last = (_date(given.get(name), name, faults) for name in ("from", "to"))
    if first and first < today:
        faults["from"] = "must not be in the past"
    if first and last and not 1 <= (last - first).days <= MAX_NIGHTS:
        faults["to"] = f"must be 1 to {MAX_NIGHTS} nights after from"
    return {"from": given.get("from", ""), "to": given.get("to", "")}


def _date(given: Any, name: str, faults: dict[str, str]) -> date | None:
    try:
        if isinstance(given, str) and _DATE.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    faults[name] = "must be a date such as 2026-12-31"
    return None
