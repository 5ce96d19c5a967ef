"""The SDK's tables, read from its source, are those that it has when it is imported."""

from __future__ import annotations

from typing import get_args

from anthropic.resources.messages.messages import DEPRECATED_MODELS
from anthropic.types.model import Model

from backend_specialist.adapters.sdk_tables import known_models


def test_the_tables_are_those_of_the_sdk() -> None:
    known = known_models()
    assert {*get_args(get_args(Model)[0])} >= {*known.current}
    assert known.current
    assert {*known.ends} >= {*DEPRECATED_MODELS}
