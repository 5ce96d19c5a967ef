"""The hotel's bookings."""

from hotel.application import create_app

__all__ = ["create_app"]
