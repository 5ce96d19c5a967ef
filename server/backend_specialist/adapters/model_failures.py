"""What went wrong with a model, in the user's words.

Owns the translation of statuses and error types into :class:`ModelError`. Knows no SDK, and never passes
on a text that could hold a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from backend_specialist.domain.ports import ModelError

_LONGEST_QUOTE = 400
_TOO_LONG = (
    "prompt is too long",
    "context window",
    "context limit",
    "context size",
    "input is too long",
    "maximum context",
    "too many tokens",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """``what`` is ``status``, ``unreachable``, ``silent``, ``stream`` or ``setup``.

    ``status`` and ``type`` are the API's; ``text`` is its message, which is quoted without the ``secrets``.
    """

    what: str
    status: int = 0
    type: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Who was asked: the endpoint's host, the model, and the variable that its key came from."""

    host: str
    model: str
    key_name: str


def explain(failure: Failure, place: Place) -> ModelError:
    """Give the error for a failure."""
    match failure.what:
        case "status":
            return _status_error(failure, place)
        case "unreachable":
            message = (
                f"{place.host} could not be reached. Check the network, a proxy in between, and "
                "ANTHROPIC_BASE_URL if it is set."
            )
            return ModelError("network", message, retryable=True)
        case "silent":
            message = f"{place.host} did not answer in time. It may be busy; try again later."
            return ModelError("network", message, retryable=True)
        case "setup":
            message = f"The connection to {place.host} could not be set up: {_quote(failure)}."
            return ModelError("configuration", message)
        case _:
            message = (
                f"The answer of {place.host} broke off before it was complete ({_quote(failure)})."
            )
            return ModelError("stream", message, retryable=True)


def _status_error(failure: Failure, place: Place) -> ModelError:
    kind = _kind(failure)
    wait = _retry_after(failure.headers)
    retryable = kind in ("limit", "overloaded", "server", "network")
    return ModelError(kind, _sentence(kind, failure, place), retryable=retryable, retry_after=wait)


_KINDS_BY_TYPE = {
    "authentication_error": "key",
    "permission_error": "key",
    "not_found_error": "model",
    "rate_limit_error": "limit",
    "overloaded_error": "overloaded",
    "timeout_error": "server",
    "api_error": "server",
    "request_too_large": "context",
}
_KINDS_BY_STATUS = {
    401: "key",
    403: "key",
    404: "model",
    408: "network",
    409: "server",
    413: "context",
    429: "limit",
    529: "overloaded",
}


def _kind(failure: Failure) -> str:
    kind = _KINDS_BY_STATUS.get(failure.status) or _KINDS_BY_TYPE.get(failure.type)
    if kind:
        return kind
    if failure.status >= 500:
        return "server"
    too_long = any(phrase in failure.text.lower() for phrase in _TOO_LONG)
    return "context" if too_long else "request"


def _sentence(kind: str, failure: Failure, place: Place) -> str:
    match kind:
        # What the endpoint says about a key may repeat the key, so it is not quoted.
        case "key":
            text = (
                f"{place.host} refused the key from {place.key_name}. Set a valid key for this "
                "endpoint and start the server again."
            )
        case "model":
            text = (
                f"{place.host} does not know the model {place.model}, or this key may not use it. "
                "Choose another with the setting backendSpecialist.model or in the agent file."
            )
        case "limit":
            text = f"{place.host} limits how much this key may ask, and the limit is reached."
        case "overloaded":
            text = f"{place.host} is overloaded at the moment."
        case "server" | "network":
            text = f"{place.host} failed to answer{_number(failure)}: {_quote(failure)}."
        case "context":
            text = (
                f"The conversation is too long for {place.model}: {_quote(failure)}. "
                "Start a new session, or choose a model with a larger context window."
            )
        case _:
            text = f"{place.host} refused the request{_number(failure)}: {_quote(failure)}."
    return text


def _number(failure: Failure) -> str:
    return f" (status {failure.status})" if failure.status >= 400 else ""


def _quote(failure: Failure) -> str:
    text = failure.text
    for secret in failure.secrets:
        text = text.replace(secret, "[key]")
    printable = "".join(c if c.isprintable() else " " for c in text)
    short = " ".join(printable.split())[:_LONGEST_QUOTE].rstrip(".")
    return short or "no reason given"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    milliseconds = _number_of(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    wish = headers.get("retry-after", "")
    seconds = _number_of(wish)
    return _seconds_until(wish) if seconds is None else seconds


def _number_of(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _seconds_until(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)
