"""The application's factory."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

from billing.ledger import Ledger
from billing.webhooks import add_webhooks


def create_app(
    ledger: Ledger,
    config: Mapping[str, Any] | None = None,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Build the application. ``clock`` gives seconds since the epoch."""
    app = Flask("billing")
    app.config.from_mapping(config or {})
    add_webhooks(app, ledger, clock)
    return app
