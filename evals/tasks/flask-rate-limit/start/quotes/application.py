"""The application's factory and its routes."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, jsonify

from quotes.keys import require_key
from quotes.prices import PriceList


def create_app(
    config: Mapping[str, Any] | None = None, clock: Callable[[], float] = time.monotonic
) -> Flask:
    """Build the application. ``clock`` gives seconds that never go back."""
    app = Flask("quotes")
    app.config.from_mapping(API_KEYS={"alpha": "Alpha Ltd", "beta": "Beta Inc"})
    app.config.from_mapping(config or {})
    app.extensions["clock"] = clock
    prices = PriceList()

    require_key(app)

    @app.get("/health")
    def health():
        return jsonify(status="ok")

    @app.get("/quotes/<symbol>")
    def quote(symbol: str):
        price = prices.look_up(symbol)
        if price is None:
            return jsonify(error="unknown_symbol"), 404
        return jsonify(symbol=symbol, price=price)

    app.extensions["prices"] = prices
    return app
