"""The quotes API."""

from quotes.application import create_app

__all__ = ["create_app"]
