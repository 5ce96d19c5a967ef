"""What the payment provider tells us."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, jsonify, request

from billing.ledger import Ledger
from billing.signatures import is_signed

MAX_BYTES = 64 * 1024


class Once:
    """Which events were handled; at most one thread has an event in its hands."""

    def __init__(self) -> None:
        self._handled: set[str] = set()
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    @contextmanager
    def claim(self, event_id: str) -> Iterator[bool]:
        """Say whether it is the caller's to handle; it counts as handled unless the block raises."""
        with self._guard:
            lock = self._locks.setdefault(event_id, threading.Lock())
        with lock:
            fresh = event_id not in self._handled
            yield fresh
            self._handled.add(event_id)


def add_webhooks(app: Flask, ledger: Ledger, clock: Callable[[], float]) -> None:
    """Add the routes."""
    once = Once()

    @app.post("/webhooks/payments")
    def payments():
        request.max_content_length = MAX_BYTES
        body = request.get_data(cache=False)
        secrets = app.config["WEBHOOK_SECRETS"]
        if not is_signed(body, request.headers.get("Webhook-Signature", ""), secrets, clock()):
            return jsonify(error="bad_signature"), 401
        event = _event(body)
        if event is None:
            return jsonify(error="bad_event"), 400
        with once.claim(event["id"]) as fresh:
            if fresh:
                ledger.handle(event)
        return jsonify(status="handled" if fresh else "duplicate")


def _event(body: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(body)
    except ValueError:
        return None
    named = isinstance(event, dict) and all(
        isinstance(event.get(key), str) for key in ("id", "type")
    )
    return event if named else None
