"""What is said about the model that an agent or recipe file names.

Owns the words. The tables are ``adapters.sdk_tables``', what a running session does about a retired model is
``adapters.models``'.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from backend_specialist.adapters.fields import Fields, nearest
from backend_specialist.adapters.model_data import bare_name, entry
from backend_specialist.adapters.retired import Lifetimes
from backend_specialist.adapters.sdk_tables import known_models

PROVIDERS = ("anthropic", "bedrock", "vertex", "rehearsal")
ALIASES = ("sonnet", "opus", "haiku")
_MODEL = re.compile(r"[^/\s]+/\S+")
_FORM = "'model' must be 'provider/model', such as anthropic/claude-sonnet-4-5."


def read_model(fields: Fields) -> str | None:
    """The field ``model``, if it has the form of one."""
    model = fields.text("model")
    if not model:
        return None
    if _MODEL.fullmatch(model):
        return model
    meant = model_of(model)
    fields.problem(_FORM, "model", code="model", fixes=[fields.replacing("model", meant or "")])
    return None


def model_of(word: str) -> str | None:
    """The model that a bare id, or the name of a family, means: ``anthropic/…``."""
    if word in ALIASES:
        newest = known_models().newest_of_family(f"claude-{word}", _today())
        return f"anthropic/{newest}" if newest else None
    return f"anthropic/{word}" if word.startswith("claude-") and "/" not in word else None


def model_names() -> tuple[str, ...]:
    """Every model that can be written down and is not at its end, the newest of the list first."""
    known, today = known_models(), _today()
    return tuple(f"anthropic/{name}" for name in known.current if not known.is_retired(name, today))


def report_model(fields: Fields, model: str | None) -> None:
    """Add what is worth knowing about a model: that it ends, or that nobody knows it."""
    provider, _, name = (model or "").partition("/")
    if not model:
        return
    if provider not in PROVIDERS:
        fields.problem(
            f"There is no provider '{provider}' here, so this agent cannot run as it is. "
            f"There are {', '.join(PROVIDERS)}; the setting backendSpecialist.model can name another model.",
            "model",
            severity="warning",
            code="unknown-model",
        )
    elif provider == "anthropic":
        _report_anthropic(fields, name, known_models(), _today())


def _report_anthropic(fields: Fields, name: str, known: Lifetimes, today: date) -> None:
    end = known.end_of_life(name)
    newest = known.newest_of_family(name, today)
    instead = f"anthropic/{newest}" if newest and newest != name else ""
    if end:
        past = end <= today
        words = "reached its end of life" if past else "reaches its end of life"
        then = f"; {instead} {'is used instead' if past else 'follows it'}" if instead else ""
        fields.problem(
            f"The model {name} {words} on {end.day} {end:%B %Y}{then}.",
            "model",
            severity="warning",
            code="retired-model" if past else "ending-model",
            fixes=[fields.replacing("model", instead)],
        )
    elif known.current and name not in known.current and not _is_listed(name):
        meant = nearest(name, known.current)
        hint = (
            f"Did you mean '{meant}'?" if meant else "It is passed on to the endpoint as it stands."
        )
        fields.problem(
            f"The model {name} is not known. {hint}",
            "model",
            severity="warning" if meant else "info",
            code="unknown-model",
            fixes=[fields.replacing("model", f"anthropic/{meant}" if meant else "")],
        )


def _is_listed(name: str) -> bool:
    return entry("models", bare_name(name)) is not None


def _today() -> date:
    return datetime.now(UTC).date()
