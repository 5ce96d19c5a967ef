"""Billing."""

from billing.application import create_app

__all__ = ["create_app"]
