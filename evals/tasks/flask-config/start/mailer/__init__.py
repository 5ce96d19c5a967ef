"""The mailer."""

from mailer.application import create_app

__all__ = ["create_app"]
