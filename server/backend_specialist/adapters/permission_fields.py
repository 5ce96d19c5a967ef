"""The fields ``tools`` and ``permission`` of an agent file.

Owns their shape, and the way from the one to the other. What the rules mean is ``domain.permission``'s, what is said
about single entries ``permission_lint``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend_specialist.adapters.fields import Fields, as_flag, nearest
from backend_specialist.domain.agent import Fix, Replacement
from backend_specialist.domain.agent_fields import ACTIONS, TOOLS
from backend_specialist.domain.permission import Setting, merge_tools

_ACTION_ONLY = frozenset({"todowrite", "question", "webfetch", "websearch", "doom_loop"})


def read_tools(fields: Fields) -> dict[str, bool]:
    """The valid entries of ``tools``."""
    raw = fields.raw("tools")
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        fields.problem(
            "'tools' must be lines of 'tool: true' or 'tool: false'.",
            "tools",
            code="type",
            fixes=[_as_lines(fields, raw)],
        )
        return {}
    tools: dict[str, bool] = {}
    for tool, wanted in raw.items():
        if isinstance(wanted, bool):
            tools[tool] = wanted
        else:
            message = f"'{tool}' must be true or false; other words such as yes are text."
            path = f"tools.{tool}"
            fix = fields.replacing(path, as_flag(wanted))
            fields.problem(message, path, code="type", fixes=[fix])
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


def converting(
    fields: Fields, tools: Mapping[str, bool], permission: str | Mapping[str, Setting]
) -> Fix | None:
    """The fix that writes ``tools`` as ``permission``, with the same meaning."""
    removed = fields.removing("tools", "")
    if not tools or removed is None:
        return None
    text = "".join(_written(merge_tools(tools, permission)))
    (lines,) = removed.replacements
    replacements = [Replacement(place=lines.place, text=f"permission:\n{text}")]
    if fields.has("permission"):
        old = fields.removing("permission", "")
        if old is None:
            return None
        replacements += old.replacements
    return Fix(title="Write 'tools' as 'permission'", replacements=tuple(replacements))


def _written(merged: Mapping[str, Setting]) -> Iterable[str]:
    for key, setting in merged.items():
        if isinstance(setting, str):
            yield f"  {_quoted(key)}: {setting}\n"
        else:
            yield f"  {_quoted(key)}:\n"
            yield from (
                f"    {_quoted(pattern)}: {action}\n" for pattern, action in setting.items()
            )


def _quoted(key: str) -> str:
    plain = key.replace("_", "").replace("-", "").replace("/", "").isalnum() and key[0].isalpha()
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return key if plain else f'"{escaped}"'


def _as_lines(fields: Fields, raw: Any) -> Fix | None:
    """The fix for a list of tools, as other tools write it."""
    names = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    known = [name.strip().lower() for name in names if name.strip().lower() in TOOLS]
    text = "".join(f"\n  {name}: true" for name in dict.fromkeys(known))
    fix = fields.replacing("tools", f'\n  "*": false{text}') if known else None
    return Fix(title="Write one tool a line", replacements=fix.replacements) if fix else None


def _setting(fields: Fields, key: str, value: Any) -> Setting | None:
    path = f"permission.{key}"
    if not isinstance(value, Mapping):
        return value if _is_action(fields, value, path) else None
    if key in _ACTION_ONLY:
        fields.problem(
            f"'{key}' takes one of {', '.join(ACTIONS)} and no patterns.", path, code="type"
        )
        return None
    for pattern, action in value.items():
        if not _is_action(fields, action, f"{path}.{pattern}"):
            return None
    return dict(value)


def _is_action(fields: Fields, value: Any, path: str) -> bool:
    if not isinstance(value, str) or value not in ACTIONS:
        fix = fields.replacing(path, _action_meant(value))
        fields.problem(f"Write one of {', '.join(ACTIONS)} here.", path, code="type", fixes=[fix])
        return False
    return True


def _action_meant(value: object) -> str:
    flag = "" if isinstance(value, str) else as_flag(value)
    return {"true": "allow", "false": "deny"}.get(flag) or nearest(str(value), ACTIONS)
