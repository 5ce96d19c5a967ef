"""Prices, in cents."""


class PriceList:
    """``lookups`` counts how often a price was asked for."""

    def __init__(self) -> None:
        self._prices = {"ACME": 1042, "GLOBEX": 300}
        self.lookups = 0

    def look_up(self, symbol: str) -> int | None:
        self.lookups += 1
        return self._prices.get(symbol)
