"""The shape of an incoming message, before any of its contents is looked at.

Owns what makes a message acceptable. Answers nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from lsprotocol import types

from backend_specialist.lsp import errors
from backend_specialist.lsp.errors import Fault


def is_id(value: object) -> TypeGuard[int | str]:
    """Whether a request may be named so."""
    return isinstance(value, int | str) and not isinstance(value, bool)


def check(raw: Mapping[str, Any]) -> None:
    """Refuse what is no call; raise :class:`~.errors.Fault`."""
    if raw.get("jsonrpc") != "2.0" or not isinstance(raw["method"], str):
        raise Fault(errors.INVALID_REQUEST, 'A message has "jsonrpc": "2.0" and a method name.')
    if "id" in raw and not is_id(raw["id"]):
        raise Fault(errors.INVALID_REQUEST, "The id of a request is a number or a text.")


def check_texts(method: str, params: object) -> None:
    """Raise ``TypeError`` for a text or a place in it that is none.

    Read by cattrs alone, ``null`` would be the text "None".
    """
    given = params if isinstance(params, Mapping) else {}
    if method == types.TEXT_DOCUMENT_DID_OPEN:
        _check_type(given["textDocument"]["text"], str)
    if method == types.TEXT_DOCUMENT_DID_CHANGE:
        for change in given["contentChanges"]:
            _check_type(change["text"], str)
            span = change.get("range") or {}
            for end in span.values():
                _check_type(end["line"], int)
                _check_type(end["character"], int)


def _check_type(value: object, wanted: type) -> None:
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} is no {wanted.__name__}")


def command_of(params: object) -> tuple[str, list[Any]]:
    """Read the name and the arguments of a command as they are; raise :class:`~.errors.Fault`."""
    named = params if isinstance(params, Mapping) else {}
    name, arguments = named.get("command"), named.get("arguments")
    if not isinstance(name, str):
        raise Fault(errors.INVALID_PARAMS, "The command's name is missing.", {"key": "command"})
    if arguments is not None and not isinstance(arguments, list):
        raise Fault(
            errors.INVALID_PARAMS, "The command's arguments are not a list.", {"key": "arguments"}
        )
    return name, arguments or []
