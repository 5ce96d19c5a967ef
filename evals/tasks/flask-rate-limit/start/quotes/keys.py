"""Who may call."""

from flask import Flask, g, jsonify, request

OPEN_PATHS = frozenset({"/health"})


def require_key(app: Flask) -> None:
    """Refuse requests without a known key; ``g.client`` is the client's name afterwards."""

    @app.before_request
    def check_key():
        if request.path in OPEN_PATHS:
            return None
        client = app.config["API_KEYS"].get(request.headers.get("X-Api-Key", ""))
        if client is None:
            return jsonify(error="unauthorized"), 401
        g.client = client
        return None
