"""Cursors: the place of the last order of a page, spelled so that nobody takes it for more."""

import base64
import binascii
import json
from datetime import datetime


class BadCursor(Exception):
    """The text is no cursor."""


def encode(order: dict) -> str:
    """Give the cursor that goes on after this order."""
    place = json.dumps([order["created_at"], order["id"]])
    return base64.urlsafe_b64encode(place.encode()).decode()


def decode(cursor: str) -> tuple[str, int]:
    """Give time and id; raise :class:`BadCursor`."""
    try:
        created_at, order_id = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        datetime.fromisoformat(created_at)
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BadCursor from error
    if type(order_id) is not int or not 0 < order_id < 2**63:
        raise BadCursor
    return created_at, order_id
