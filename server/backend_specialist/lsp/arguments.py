"""The argument of each command: one JSON object with known keys.

Owns the shapes of ``docs/protocol.md``. Unknown keys, missing keys and wrong types are refused by name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend_specialist.lsp.errors import InvalidArgument

Arguments = Mapping[str, Any]
"""What a command is given, checked."""
Command = Callable[[Arguments], Awaitable[object]]
_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int,),
    "flag": (bool,),
    "object": (Mapping,),
    "list": (list,),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Keys with the name of their type; those of ``required`` may not be missing."""

    keys: Mapping[str, str]
    required: frozenset[str] = frozenset()


def shape(required: Mapping[str, str] | None = None, /, **optional: str) -> Shape:
    """Say a shape in one line."""
    needed = dict(required or {})
    return Shape(keys={**needed, **optional}, required=frozenset(needed))


PLACE = shape(uri="text", range="object", version="number", diagnostics="list")
"""What a task is about, as far as an editor knows it."""
_SESSION = shape({"sessionId": "text"})
SHAPES: Mapping[str, Shape] = {
    "run": shape(
        **PLACE.keys, recipe="text", instructions="text", agent="text", output="text",
    ),
    "pickRecipe": shape({"recipes": "list"}, **PLACE.keys),
    "reply": shape({"sessionId": "text", "text": "text"}),
    "cancel": shape(sessionId="text"),
    "review": shape(sessionId="text"),
    "answer": shape(
        {"sessionId": "text"}, proposalId="text", requestId="text", decision="text", hunks="list",
        reason="text", text="text",
    ),
    "revert": _SESSION,
    "listSessions": shape(sessionId="text"),
    "showTranscript": _SESSION,
    "showDeliverable": _SESSION,
    "saveDeliverable": shape({"sessionId": "text", "path": "text"}),
    "deleteSession": _SESSION,
    "listRecipes": shape(place="object"),
    "listAgents": shape(),
    "useAgent": shape({"agent": "text"}),
    "showPermissions": shape(agent="text"),
    "listApprovals": shape(),
    "revokeApproval": shape({"approvalId": "text"}),
    "explainPermission": shape({"permission": "text", "subject": "text"}, agent="text"),
    "trust": shape({"rootUri": "text", "trusted": "flag"}),
}  # fmt: skip
PREFIX = "backendSpecialist."
COMMANDS = tuple(PREFIX + name for name in SHAPES)


def checked(name: str, arguments: Sequence[Any]) -> Arguments:
    """Give the one object of a command; nothing at all counts as an empty one."""
    if len(arguments) > 1:
        raise InvalidArgument(
            "arguments", f"{PREFIX}{name} takes one JSON object as its only argument."
        )
    raw = arguments[0] if arguments and arguments[0] is not None else {}
    if not isinstance(raw, Mapping):
        raise InvalidArgument("arguments", f"{PREFIX}{name} takes a JSON object, not {_kind(raw)}.")
    given = _fitted(f"{PREFIX}{name}", SHAPES[name], raw)
    if "place" in given:
        return {**given, "place": _fitted("'place'", PLACE, given["place"])}
    return given


def _fitted(name: str, known: Shape, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give an object without what is null in it, when it has the shape; ``name`` is for the user."""
    given = {key: value for key, value in raw.items() if value is not None}
    for key, value in given.items():
        if key not in known.keys:
            listed = ", ".join(known.keys) or "no keys"
            raise InvalidArgument(
                str(key), f"{name} does not know the key {key!r}; it takes {listed}."
            )
        _check_type(name, key, known.keys[key], value)
    for key in sorted(known.required - given.keys()):
        raise InvalidArgument(key, f"{name} needs the key {key!r}.")
    return given


def _check_type(name: str, key: str, wanted: str, value: object) -> None:
    right = isinstance(value, _TYPES[wanted])
    if wanted == "number":
        # Some editors know no whole numbers.
        whole = isinstance(value, float) and value.is_integer()
        right = whole or (right and not isinstance(value, bool))
    if not right:
        raise InvalidArgument(key, f"{name}: {key!r} must be a {wanted}, not {_kind(value)}.")


def _kind(value: object) -> str:
    names = {str: "text", bool: "a flag", list: "a list", dict: "an object"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "nothing")
