"""The fields ``tools`` and ``permission`` of an agent file.

Owns their shape, and what is worth telling the author: a tool that does not exist here, two fields that
contradict each other. What the rules mean is ``domain.permission``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.adapters.fields import Fields, nearest
from backend_specialist.domain.permission import Setting, key_of

TOOLS = (
    "read",
    "grep",
    "glob",
    "edit",
    "write",
    "webfetch",
    "question",
    "task",
    "artifact",
    "deliver",
)
"""The tools that exist here."""
_KEYS = frozenset({key_of(tool) for tool in TOOLS} | {"external_directory", "doom_loop"})
_ELSEWHERE = frozenset(
    {"bash", "list", "skill", "websearch", "lsp", "todowrite", "todoread", "patch"}
)
_ACTION_ONLY = frozenset({"todowrite", "question", "webfetch", "websearch", "doom_loop"})
_ACTIONS = ("allow", "ask", "deny")


def read_tools(fields: Fields) -> dict[str, bool]:
    """The valid entries of ``tools``."""
    raw = fields.raw("tools")
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        fields.problem(
            "'tools' must be lines of 'tool: true' or 'tool: false'.", "tools", code="type"
        )
        return {}
    tools: dict[str, bool] = {}
    for tool, wanted in raw.items():
        if isinstance(wanted, bool):
            tools[tool] = wanted
        else:
            message = f"'{tool}' must be true or false; other words such as yes are text."
            fields.problem(message, f"tools.{tool}", code="type")
    return tools


def read_permission(fields: Fields) -> str | dict[str, Setting]:
    """The valid entries of ``permission``, or its single action."""
    raw = fields.raw("permission")
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        return raw if _is_action(fields, raw, "permission") else {}
    found = ((key, _setting(fields, key, value)) for key, value in raw.items())
    return {key: setting for key, setting in found if setting is not None}


def report(
    fields: Fields, tools: Mapping[str, bool], permission: str | Mapping[str, Setting]
) -> None:
    """Add problems about entries that are valid by themselves."""
    settings = {} if isinstance(permission, str) else permission
    for tool, wanted in tools.items():
        _report_missing(fields, tool, f"tools.{tool}:key", narrows=not wanted, denied=not wanted)
        _report_overruled(fields, tool, wanted, settings.get(key_of(tool)))
        if tools.get("edit", wanted) != wanted and tool in ("write", "patch"):
            fields.problem(
                f"'{tool}' and 'edit' are one permission, 'edit', and the last of them is in force. "
                "Give both the same value.",
                f"tools.{tool}",
                severity="warning",
                code="contradiction",
            )
    for key, setting in settings.items():
        path = f"permission.{key}:key"
        if key_of(key) != key:
            fields.problem(
                f"A rule for '{key}' has no effect: files are changed under the permission 'edit'.",
                path,
                severity=_severity(narrows="edit" not in settings and setting != "allow"),
                code="unknown-tool",
            )
        else:
            narrows = setting != "allow"
            _report_missing(fields, key, path, narrows=narrows, denied=setting == "deny")


def _setting(fields: Fields, key: str, value: Any) -> Setting | None:
    path = f"permission.{key}"
    if not isinstance(value, Mapping):
        return value if _is_action(fields, value, path) else None
    if key in _ACTION_ONLY:
        fields.problem(
            f"'{key}' takes one of {', '.join(_ACTIONS)} and no patterns.", path, code="type"
        )
        return None
    for pattern, action in value.items():
        if not _is_action(fields, action, f"{path}.{pattern}"):
            return None
    return dict(value)


def _is_action(fields: Fields, value: Any, path: str) -> bool:
    if not isinstance(value, str) or value not in _ACTIONS:
        fields.problem(f"Write one of {', '.join(_ACTIONS)} here.", path, code="type")
        return False
    return True


def _severity(*, narrows: bool) -> str:
    """A slip of the pen must not leave allowed what the author wanted to forbid."""
    return "error" if narrows else "warning"


def _report_missing(fields: Fields, name: str, path: str, *, narrows: bool, denied: bool) -> None:
    if name in _KEYS or name in TOOLS or "*" in name or "?" in name:
        return
    meant = "" if name in _ELSEWHERE else nearest(name, (*_KEYS, *TOOLS, *_ELSEWHERE))
    if meant:
        message = f"There is no tool '{name}'. Did you mean '{meant}'?"
        fields.problem(message, path, severity=_severity(narrows=narrows), code="unknown-tool")
    elif not denied:
        message = f"There is no tool '{name}' here, so this has no effect."
        fields.problem(message, path, severity="info", code="unknown-tool")


def _report_overruled(fields: Fields, tool: str, wanted: bool, setting: Setting | None) -> None:
    if setting is None or (wanted and setting != "deny") or (not wanted and setting == "deny"):
        return
    key = key_of(tool)
    effect = "denied" if setting == "deny" else "not denied"
    fields.problem(
        f"'{tool}: {str(wanted).lower()}' is overruled by 'permission.{key}': it is {effect}. "
        "Make the two agree.",
        f"tools.{tool}",
        severity="warning",
        code="contradiction",
    )
