"""The shop."""

from shop.application import create_app

__all__ = ["create_app"]
