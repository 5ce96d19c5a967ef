"""Arguments of tool calls as an adversary would send them.

Owns the values that break what trusts them, and the calls made of them: by a tool's schema, each value what was wanted
or what nobody wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st


def _deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


_HUGE = st.sampled_from([10**400, -(10**400), 2**53 + 1, 2**63, 2**64, 1e308, -1e308])
_NO_NUMBERS = st.sampled_from([float("inf"), float("-inf"), float("nan"), "9" * 400, "1e999"])
_TEXTS = st.sampled_from([
    "", " ", "\0", "a\0b", "\n", "\r", "\ud800", "x\udfff", "\u202e\u2066", "x" * 200_000, "x" * 1_000_001,
])  # fmt: skip
_NAMES = st.sampled_from([
    "/", ".", "..", "~", "\\", "C:\\x", "../" * 5_000, "a" * 300, "src", "src/app.py/x", "/proc/self/mem", "/dev/zero",
    "file:///%00", "file:///%ff", "file://[", "untitled:\0", "http://[", "http://\0", "http://a:99999/", "http://a:-1",
])  # fmt: skip
_PATTERNS = st.sampled_from([
    "[", "(", "{" * 1_000, "{a," * 500, "*" * 1_000, "**/" * 100, "(a{1000}){1000}", "(?i", "\\" * 999, "[[:", "!*",
    "--files", "-e",
])  # fmt: skip
_SHAPES = st.sampled_from([{}, [], [{}], _deep(40), {"\ud800": 1}, {"\0": "\0"}])

ODD = _HUGE | _NO_NUMBERS | _TEXTS | _NAMES | _PATTERNS | _SHAPES
"""What breaks a tool that trusts its arguments."""

ANYTHING = st.recursive(
    ODD | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
"""Any JSON value, and those numbers and texts that only pass for JSON."""

_MEANT = st.sampled_from(["src/app.py", "app.py", "new.py", "x = 1", "x", "https://example.org/"])


def arguments(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with the keys of a schema, each value what is wanted or anything else."""
    keys = {key: _value(each) for key, each in schema.get("properties", {}).items()}
    required = {key: keys[key] for key in schema.get("required", ())}
    optional = {key: each for key, each in keys.items() if key not in required}
    return st.fixed_dictionaries(required, optional=optional)


def _value(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    return _wanted(schema) | ODD | ANYTHING


def _wanted(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "string":
            return _MEANT
        case "integer":
            return st.integers(-1, 130)
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(_value(schema["items"]), max_size=3)
        case _:
            return arguments(schema)
