"""How often a key may call: one token bucket for each."""

import math
import threading
from dataclasses import dataclass

from flask import Flask, Response, g, jsonify, request


@dataclass
class Bucket:
    """``tokens`` as they were at ``at`` (seconds of the clock)."""

    tokens: float
    at: float


class Buckets:
    """All buckets; safe to use from several threads."""

    def __init__(self, burst: int, seconds_per_token: float) -> None:
        self._burst = burst
        self._seconds = seconds_per_token
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def take(self, key: str, now: float) -> tuple[bool, float]:
        """Take a token if there is one; give whether there was, and the tokens that are left."""
        with self._lock:
            bucket = self._buckets.setdefault(key, Bucket(self._burst, now))
            refilled = bucket.tokens + (now - bucket.at) / self._seconds
            bucket.tokens, bucket.at = min(self._burst, refilled), now
            taken = bucket.tokens >= 1
            bucket.tokens -= taken
            return taken, bucket.tokens


def limit_rate(app: Flask) -> None:
    """Register after ``require_key``: only requests with a known key are counted."""
    burst, seconds = app.config["RATE_LIMIT_BURST"], app.config["RATE_LIMIT_SECONDS_PER_TOKEN"]
    buckets = Buckets(burst, seconds)

    @app.before_request
    def take_token():
        if "client" not in g:
            return None
        taken, g.tokens = buckets.take(request.headers["X-Api-Key"], app.extensions["clock"]())
        if taken:
            return None
        answer = jsonify(error="rate_limited")
        answer.status_code = 429
        answer.headers["Retry-After"] = str(math.ceil((1 - g.tokens) * seconds))
        return answer

    @app.after_request
    def tell(response: Response) -> Response:
        if "tokens" in g:
            response.headers["X-RateLimit-Limit"] = str(burst)
            response.headers["X-RateLimit-Remaining"] = str(math.floor(g.tokens))
        return response
