"""The provider's signature of a body."""

import hashlib
import hmac
from collections.abc import Sequence

TOLERANCE = 300.0


def is_signed(body: bytes, header: str, secrets: Sequence[str], now: float) -> bool:
    """Whether one of the signatures in the header is made with one of our secrets, and not too long ago."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()):
        return False
    if abs(now - int(times[0])) > TOLERANCE:
        return False
    signed = times[0].encode() + b"." + body
    good = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    fits = [hmac.compare_digest(ours.encode(), one.encode()) for ours in good for one in given]
    return any(fits)
