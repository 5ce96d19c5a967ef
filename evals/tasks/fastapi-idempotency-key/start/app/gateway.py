"""The card network, as this service sees it."""

from typing import Protocol


class GatewayError(Exception):
    """The network did not take the charge."""


class Gateway(Protocol):
    def charge(self, amount: int, currency: str, source: str) -> str:
        """Charge a card and give the charge's id; raise :class:`GatewayError`."""
        ...
