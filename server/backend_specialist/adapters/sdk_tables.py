"""The SDK's tables of models, read as data.

Owns reading them from the SDK's source without importing the SDK, which takes seconds: the command line and an editor
that opens an agent file cannot wait for that. Where the source looks different from what is known, there are no tables.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
from collections.abc import Iterator
from functools import cache

from backend_specialist.adapters.retired import Lifetimes, lifetimes_of

_ENDS = ("resources/messages/messages.py", "DEPRECATED_MODELS")
_NAMES = ("types/model.py", "Model")


@cache
def known_models() -> Lifetimes:
    """The names of models and the dates at which some of them end; empty if they cannot be found."""
    ends, names = _value(*_ENDS), _value(*_NAMES)
    try:
        dates = ast.literal_eval(ends) if ends else {}
    except ValueError:
        dates = {}
    current = tuple(_texts(names)) if names else ()
    return lifetimes_of(dates if isinstance(dates, dict) else {}, current)


def _value(path: str, name: str) -> ast.expr | None:
    """What a module of the SDK assigns to a name."""
    try:
        spec = importlib.util.find_spec("anthropic")
        assert spec and spec.origin  # noqa: S101, PT018 - the SDK is a dependency
        with open(os.path.join(os.path.dirname(spec.origin), path), encoding="utf-8") as file:
            module = ast.parse(_statement(file.read(), name))
    except (OSError, SyntaxError, AssertionError):
        return None
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return value
            case ast.AnnAssign(target=ast.Name(id=found), value=value) if found == name:
                return value
    return None


def _statement(source: str, name: str) -> str:
    """The lines of the assignment: the parser holds Python's lock, and so the event loop, for all it is given."""
    found = re.search(rf"^{name}\b.*\n(?:(?:[ \])}}].*)?\n)*", source, re.MULTILINE)
    return found[0] if found else ""


def _texts(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
