"""What the payment provider tells us."""

from collections.abc import Callable

from flask import Flask, jsonify, request

from billing.ledger import Ledger


def add_webhooks(app: Flask, ledger: Ledger, clock: Callable[[], float]) -> None:
    """Add the routes."""

    @app.post("/webhooks/payments")
    def payments():
        event = request.get_json()
        ledger.handle(event)
        return jsonify(status="handled")
