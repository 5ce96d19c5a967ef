"""The SDK's tables, read from its source, are those that it has when it is imported."""

from __future__ import annotations

from typing import get_args

from anthropic.resources.messages.messages import DEPRECATED_MODELS
from anthropic.types.model import Model

from backend_specialist.adapters.sdk_tables import known_models
from support.longest_call import longest_call


def test_the_tables_are_those_of_the_sdk() -> None:
    known = known_models()
    assert {*get_args(get_args(Model)[0])} >= {*known.current}
    assert known.current
    assert {*known.ends} >= {*DEPRECATED_MODELS}


def test_no_module_of_the_sdk_is_parsed_whole() -> None:
    assert longest_call(known_models.__wrapped__) < 0.008
