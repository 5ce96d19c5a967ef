"""What is known of models without asking: the tables that ship with the package.

Owns reading ``data/*.json`` and finding a model's entry in them, under whichever name a platform gives it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

# What may follow the name of a model without making it another one: a date, a platform's version, an alias.
_SUFFIX = re.compile(r"([-@]\d{8})?(-latest)?(-v\d+(:\d+)?)?(\[1m\])?")
_CLAUDE = "claude-"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFacts:
    """``thinking`` is ``adaptive``, ``enabled`` (with a budget) or empty: do not ask for it."""

    context: int
    output: int
    thinking: str
    sampling: bool


@cache
def table(name: str) -> Mapping[str, Any]:
    """Give one of the tables; read once."""
    text = resources.files(__package__).joinpath("data", f"{name}.json").read_text("utf-8")
    content: Mapping[str, Any] = json.loads(text)
    return content


def entry(name: str, model_id: str) -> Mapping[str, Any] | None:
    """Give the entry of the longest name that ``model_id`` is a form of, or ``None``."""
    plain = bare_name(model_id)
    models: Mapping[str, Mapping[str, Any]] = table(name)["models"]
    fitting = [key for key in models if plain.startswith(key) and _same(plain[len(key) :])]
    return models[max(fitting, key=len)] if fitting else None


def bare_name(model_id: str) -> str:
    """Give a model's name without what a cloud platform puts before it (``us.anthropic.``)."""
    start = model_id.find(_CLAUDE)
    return model_id[start:] if start >= 0 else model_id


def facts(model_id: str) -> ModelFacts:
    """Give what is known of a model, cautiously where nothing is.

    An unknown Claude model is taken for a new one, which refuses sampling options and thinks as it
    likes; any other unknown model is taken for a small one.
    """
    known = entry("models", model_id)
    if known:
        return ModelFacts(**known)
    if _CLAUDE in model_id:
        return ModelFacts(context=200_000, output=32_000, thinking="", sampling=False)
    return ModelFacts(context=128_000, output=8_192, thinking="", sampling=True)


def _same(suffix: str) -> bool:
    return _SUFFIX.fullmatch(suffix) is not None
