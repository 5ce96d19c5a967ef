"""Errors as the editor sees them.

Owns codes and wording. No value of a message is ever repeated: it may be source code or a key.
"""

from __future__ import annotations

import os
import traceback
from typing import Any

import cattrs
from cattrs.errors import ClassValidationError

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
NOT_INITIALIZED = -32002
REQUEST_CANCELLED = -32800
MOST_FAULTS = 3


class InvalidArgument(Exception):
    """A command's argument that cannot be used; ``key`` is its name, the message is for the user."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class Fault(Exception):
    """An error answer to a request."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data

    def to_json(self) -> dict[str, Any]:
        """Give the ``error`` member of a response."""
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        return error if self.data is None else error | {"data": self.data}


def unreadable(method: str, error: Exception) -> Fault:
    """Say where parameters are not what the protocol says they are."""
    places = ""
    if isinstance(error, ClassValidationError):
        faults = cattrs.transform_error(error, format_exception=lambda *_: "")
        places = ", ".join(_place(fault) for fault in faults[:MOST_FAULTS])
    where = f" ({places})" if places else ""
    return Fault(INVALID_PARAMS, f"{method}: the parameters could not be read{where}.")


def _place(fault: str) -> str:
    return fault.rpartition("@")[2].strip().removeprefix("$.")


def internal(method: str, error: BaseException) -> Fault:
    """Say that the server failed, without the text of the exception."""
    return Fault(
        INTERNAL_ERROR,
        f"{method} failed inside the server ({type(error).__name__}). The server goes on; "
        "its log says where it happened.",
    )


def place_of(error: BaseException) -> str:
    """Say what kind of error it was and where, for the log."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " > ".join(
        f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames
    )
    return f"{type(error).__name__} at {places or 'an unknown place'}"
