"""The sampling and thinking options of an agent file.

Owns the list of what may be sent to a model. The format's home sends every key that it does not know; here such a
key is a problem, so that a slip of the pen is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.adapters.fields import Fields

OPTIONS = ("temperature", "top_p", "top_k", "thinking", "effort")
"""What may be sent; also as keys of ``options``."""
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_THINKING = ("enabled", "adaptive", "disabled")
_MIN_BUDGET = 1024


def read_options(fields: Fields) -> dict[str, Any]:
    """The valid options; a key at the top beats the same key below ``options``."""
    nested = fields.raw("options")
    if nested is not None and not isinstance(nested, Mapping):
        fields.problem("'options' must be 'key: value' lines.", "options", code="type")
    options: dict[str, Any] = {}
    for key, value in (nested if isinstance(nested, Mapping) else {}).items():
        if key in OPTIONS:
            _add(fields, options, key, value, path=f"options.{key}")
        else:
            fields.problem(
                f"The option '{key}' is not sent to the model. Only {', '.join(OPTIONS)} are.",
                f"options.{key}:key",
                severity="warning",
                code="unknown-key",
                fixes=[fields.removing(f"options.{key}", f"Remove '{key}'")],
            )
    for key in OPTIONS:
        if fields.has(key):
            _add(fields, options, key, fields.raw(key), path=key)
    return options


def _add(fields: Fields, options: dict[str, Any], key: str, value: Any, *, path: str) -> None:
    checked, wanted = _checked(key, value)
    if checked is None:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        fields.problem(
            f"'{key}' must be {wanted}.",
            path,
            # Other models have other limits, but a number is a number.
            severity="error" if key in ("temperature", "top_p") and not number else "warning",
            code="type",
        )
    else:
        options[key] = checked


def _checked(key: str, value: Any) -> tuple[Any, str]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match key:
        case "temperature" | "top_p":
            return (value if number and 0 <= value <= 1 else None), "a number from 0 to 1"
        case "top_k":
            whole = number and isinstance(value, int) and value >= 1
            return (value if whole else None), "a whole number, 1 or more"
        case "effort":
            return (value if value in _EFFORTS else None), f"one of {', '.join(_EFFORTS)}"
        case _:
            return _thinking(value), (
                f"'type: {' | '.join(_THINKING)}', perhaps with 'budget_tokens' of {_MIN_BUDGET} or more"
            )


def _thinking(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, Mapping) or value.get("type") not in _THINKING:
        return None
    budget = value.get("budget_tokens", value.get("budgetTokens"))
    if set(value) - {"type", "budget_tokens", "budgetTokens"}:
        return None
    if budget is None:
        return {"type": value["type"]}
    if type(budget) is not int or budget < _MIN_BUDGET:
        return None
    return {"type": value["type"], "budget_tokens": budget}
