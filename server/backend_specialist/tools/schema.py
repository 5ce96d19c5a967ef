"""The arguments of a tool call, checked against the tool's schema.

Owns the subset of JSON Schema that the tools use: ``type``, ``properties``, ``required``, ``items``,
``enum`` and the bounds of numbers, strings and arrays. Reads what was clearly meant (``"5"`` for 5);
anything else is an error that says which key is wrong and why. Keys that no tool has are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend_specialist.tools.registry import ToolFailed

MAX_TEXT = 1_000_000
_MAX_PROBLEMS = 5
_MAX_UNKNOWN = 5
_LARGEST = 2**53
_INTEGER = re.compile(r"\s*[+-]?\d{1,15}\s*\Z")
_MISSING = object()

Schema = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """What a tool may work with, and a sentence for each thing that was put right or left out."""

    values: Mapping[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Findings:
    problems: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def check(tool: str, schema: Schema, given: object) -> Arguments:
    """Give the arguments of a call; raise :class:`ToolFailed` naming every key that is wrong."""
    found = _Findings()
    values = _object(given, schema, "", found)
    if found.problems:
        listed = "; ".join(found.problems[:_MAX_PROBLEMS])
        raise ToolFailed(
            f"The call of {tool} was not valid, so nothing was done: {listed}. "
            "Send it again, corrected."
        )
    return Arguments(values=values or {}, notes=_notes(tool, found.unknown))


def _notes(tool: str, unknown: list[str]) -> tuple[str, ...]:
    if not unknown:
        return ()
    named = ", ".join(unknown[:_MAX_UNKNOWN])
    return (f"(Ignored: {tool} has no parameter {named}.)",)


def _object(given: object, schema: Schema, at: str, found: _Findings) -> dict[str, Any] | None:
    if not isinstance(given, Mapping):
        found.problems.append(f"{_named(at)} must be an object, but it is {_kind(given)}")
        return None
    properties: Schema = schema.get("properties", {})
    found.unknown += [_shown(_join(at, key)) for key in given if key not in properties]
    values = {}
    for key, wanted in properties.items():
        value = given.get(key, _MISSING)
        if value is None or value is _MISSING:
            if key in schema.get("required", ()):
                found.problems.append(f"{_named(_join(at, key))} is missing")
            continue
        values[key] = _value(value, wanted, _join(at, key), found)
    return values


def _value(given: object, schema: Schema, at: str, found: _Findings) -> Any:
    match schema["type"]:
        case "object":
            return _object(given, schema, at, found)
        case "array":
            return _array(given, schema, at, found)
        case "string":
            return _string(given, schema, at, found)
        case "boolean":
            return _boolean(given, at, found)
        case _:
            return _integer(given, schema, at, found)


def _array(given: object, schema: Schema, at: str, found: _Findings) -> tuple[Any, ...]:
    if not isinstance(given, list | tuple):
        found.problems.append(f"{_named(at)} must be an array, but it is {_kind(given)}")
        return ()
    low, high = schema.get("minItems", 0), schema.get("maxItems", 100)
    if not low <= len(given) <= high:
        found.problems.append(f"{_named(at)} must have {low} to {high} entries, not {len(given)}")
        return ()
    items: Schema = schema["items"]
    return tuple(_value(item, items, f"{at}[{n}]", found) for n, item in enumerate(given))


def _string(given: object, schema: Schema, at: str, found: _Findings) -> str:
    if not isinstance(given, str):
        found.problems.append(f"{_named(at)} must be a string, but it is {_kind(given)}")
        return ""
    problem = _string_problem(given, schema)
    if problem:
        found.problems.append(f"{_named(at)} {problem}")
    return given


def _string_problem(given: str, schema: Schema) -> str:
    if len(given) > (most := schema.get("maxLength", MAX_TEXT)):
        return f"is {len(given)} characters long, more than {most}"
    if len(given.strip()) < schema.get("minLength", 0):
        return "must not be empty"
    if "enum" in schema and given not in schema["enum"]:
        choices = ", ".join(json.dumps(choice) for choice in schema["enum"])
        return f"must be one of {choices}, but it is {_shown(given)}"
    if not _encodable(given):
        return "holds half of a surrogate pair, which no text file can store"
    return ""


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _boolean(given: object, at: str, found: _Findings) -> bool:
    meant = {"true": True, "false": False}
    if isinstance(given, str) and given.strip().lower() in meant:
        return meant[given.strip().lower()]
    if not isinstance(given, bool):
        found.problems.append(f"{_named(at)} must be true or false, but it is {_kind(given)}")
    return given is True


def _integer(given: object, schema: Schema, at: str, found: _Findings) -> int:
    number = _whole(given)
    if number is None:
        found.problems.append(f"{_named(at)} must be a whole number, but it is {_kind(given)}")
        return 0
    low, high = schema.get("minimum", 0), schema.get("maximum", _LARGEST)
    if not low <= number <= high:
        bounded = "maximum" in schema or number > high
        allowed = f"from {low} to {high}" if bounded else f"at least {low}"
        # A larger number can have more digits than Python writes.
        shown = f"{number:.6g}" if abs(number) <= _LARGEST else "far from that"
        found.problems.append(f"{_named(at)} must be {allowed}, but it is {shown}")
    return number


def _whole(given: object) -> int | None:
    if isinstance(given, str) and _INTEGER.match(given):
        return int(given)
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _join(at: str, key: object) -> str:
    return f"{at}.{key}" if at else str(key)


def _named(at: str) -> str:
    return f'"{at}"' if at else "the arguments"


def _kind(given: object) -> str:
    match given:
        case None:
            return "null"
        case bool():
            return "true" if given else "false"
        case str():
            return f"the string {_shown(given)}"
        case int() | float():
            return "a number"
        case Mapping():
            return "an object"
        case _:
            return "an array"


def _shown(text: str) -> str:
    cut = text if len(text) <= 60 else text[:60] + "…"
    return json.dumps(cut)
