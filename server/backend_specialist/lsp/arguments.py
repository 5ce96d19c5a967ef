"""The argument of each command: one JSON object with known keys.

Owns the shapes of ``docs/protocol.md``. Unknown keys, missing keys and wrong types are refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend_specialist.lsp.errors import InvalidArgument

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


def shape(required: Mapping[str, str] | None = None, **optional: str) -> Shape:
    """Say a shape in one line."""
    needed = dict(required or {})
    return Shape(keys={**needed, **optional}, required=frozenset(needed))


_SESSION = shape({"sessionId": "text"})
SHAPES: Mapping[str, Shape] = {
    "run": shape(
        recipe="text", instructions="text", uri="text", range="object", version="number",
        agent="text", diagnostics="list", output="text",
    ),
    "pickRecipe": shape(
        {"recipes": "list"}, uri="text", range="object", version="number", diagnostics="list",
    ),
    "reply": shape({"sessionId": "text", "text": "text"}),
    "cancel": shape(sessionId="text"),
    "review": shape(sessionId="text"),
    "answer": shape(
        {"sessionId": "text"}, proposalId="text", requestId="text", decision="text", hunks="list",
        reason="text", text="text",
    ),
    "revert": _SESSION,
    "listSessions": shape(),
    "showTranscript": _SESSION,
    "showDeliverable": _SESSION,
    "saveDeliverable": shape({"sessionId": "text", "path": "text"}),
    "deleteSession": _SESSION,
    "listRecipes": shape(),
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


def checked(name: str, arguments: Sequence[Any]) -> Mapping[str, Any]:
    """Give the one object of a command; nothing at all counts as an empty one."""
    known = SHAPES[name]
    if len(arguments) > 1:
        raise InvalidArgument(
            "arguments", f"{PREFIX}{name} takes one JSON object as its only argument."
        )
    raw = arguments[0] if arguments and arguments[0] is not None else {}
    if not isinstance(raw, Mapping):
        raise InvalidArgument("arguments", f"{PREFIX}{name} takes a JSON object, not {_kind(raw)}.")
    given = {key: value for key, value in raw.items() if value is not None}
    for key, value in given.items():
        if key not in known.keys:
            listed = ", ".join(known.keys) or "no keys"
            raise InvalidArgument(
                str(key), f"{PREFIX}{name} does not know the key {key!r}; it takes {listed}."
            )
        _check_type(name, key, known.keys[key], value)
    for key in sorted(known.required - given.keys()):
        raise InvalidArgument(key, f"{PREFIX}{name} needs the key {key!r}.")
    return given


def _check_type(name: str, key: str, wanted: str, value: object) -> None:
    right = isinstance(value, _TYPES[wanted])
    if wanted == "number" and isinstance(value, bool):
        right = False
    if not right:
        raise InvalidArgument(
            key, f"{PREFIX}{name}: {key!r} must be a {wanted}, not {_kind(value)}."
        )


def _kind(value: object) -> str:
    names = {str: "text", bool: "a flag", list: "a list", dict: "an object"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "nothing")
