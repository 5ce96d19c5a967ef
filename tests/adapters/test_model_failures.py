from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from backend_specialist.adapters.model_failures import Failure, Place, explain

PLACE = Place(host="gateway.example", model="claude-x", key_name="ANTHROPIC_AUTH_TOKEN")


def failed(status: int, text: str = "", **more: object) -> Failure:
    return Failure(what="status", status=status, text=text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "prompt is too long: 205031 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit",
        "This model's maximum context length is 8192 tokens",
        "Input is too long for requested model.",
        "the request exceeds the available context size, try increasing it",
    ],
)
def test_prompt_that_is_too_long_is_told_apart(text: str) -> None:
    error = explain(failed(400, text), PLACE)
    assert (error.kind, error.retryable) == ("context", False)
    assert "Start a new session" in str(error)


def test_refused_request_says_what_the_api_said() -> None:
    error = explain(failed(400, "messages: bad\x1b[31m\n\nshape."), PLACE)
    assert str(error) == (
        "gateway.example refused the request (status 400): messages: bad [31m shape."
    )


def test_key_never_shows_even_if_the_endpoint_repeats_it() -> None:
    error = explain(failed(401, "Incorrect API key provided: sk-1"), PLACE)
    assert "sk-1" not in str(error)
    assert "ANTHROPIC_AUTH_TOKEN" in str(error)
    echoed = explain(failed(400, "header was Bearer sk-1", secrets=("sk-1",)), PLACE)
    assert "Bearer [key]" in str(echoed)


def test_unknown_model_names_it_and_what_to_set() -> None:
    message = str(explain(failed(404), PLACE))
    assert "claude-x" in message
    assert "backendSpecialist.model" in message


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_wish_to_wait_is_read(headers: dict[str, str], expected: float | None) -> None:
    assert explain(failed(429, headers=headers), PLACE).retry_after == expected


def test_wish_to_wait_until_a_moment_is_read() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    wait = explain(failed(529, headers={"retry-after": moment}), PLACE).retry_after
    assert wait is not None
    assert 55 < wait <= 60


def test_long_text_of_an_endpoint_is_cut() -> None:
    assert len(str(explain(failed(500, "x" * 10_000), PLACE))) < 600
