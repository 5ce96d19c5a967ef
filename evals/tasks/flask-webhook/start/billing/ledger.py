"""What payments do to accounts."""

from collections.abc import Mapping
from typing import Any


class Ledger:
    """Books of paid amounts; in this service all in memory."""

    def __init__(self) -> None:
        self.events: list[Mapping[str, Any]] = []

    def handle(self, event: Mapping[str, Any]) -> None:
        """Book an event; to book one twice is money lost."""
        self.events.append(event)
