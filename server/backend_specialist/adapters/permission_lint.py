"""What is said about single entries of ``tools`` and ``permission`` that are valid by themselves.

Owns the words: a tool that does not exist here, two fields that contradict each other. The shape of the fields is
``permission_fields``', what rules do to each other ``rule_lint``'s.
"""

from __future__ import annotations

from collections.abc import Mapping

from backend_specialist.adapters.fields import Fields, nearest
from backend_specialist.adapters.permission_fields import converting
from backend_specialist.domain.agent import Fix
from backend_specialist.domain.agent_fields import GUARDS, TOOLS
from backend_specialist.domain.permission import Setting, key_of

_KEYS = frozenset({key_of(tool) for tool in TOOLS} | set(GUARDS))
_ELSEWHERE = frozenset(
    {"bash", "list", "skill", "websearch", "lsp", "todowrite", "todoread", "patch"}
)


def report_permission(
    fields: Fields, tools: Mapping[str, bool], permission: str | Mapping[str, Setting]
) -> None:
    """Add problems about entries that are valid by themselves."""
    settings = {} if isinstance(permission, str) else permission
    _report_tools(fields, tools, settings, converting(fields, tools, permission))
    for key, setting in settings.items():
        if key_of(key) != key:
            _report_renamed(fields, key, setting, settings)
        else:
            path, narrows = f"permission.{key}:key", setting != "allow"
            _report_missing(fields, key, path, narrows=narrows, denied=setting == "deny")


def _report_tools(
    fields: Fields,
    tools: Mapping[str, bool],
    settings: Mapping[str, Setting],
    convert: Fix | None,
) -> None:
    for tool, wanted in tools.items():
        _report_missing(fields, tool, f"tools.{tool}:key", narrows=not wanted, denied=not wanted)
        _report_overruled(fields, tool, wanted, settings.get(key_of(tool)), convert)
        doubled = tool in ("write", "patch") and "edit" not in settings
        if doubled and tools.get("edit", wanted) != wanted:
            fields.problem(
                f"'{tool}' and 'edit' are one permission, 'edit', and the last of them is in force. "
                "Give both the same value.",
                f"tools.{tool}",
                severity="warning",
                code="contradiction",
                fixes=[fields.replacing(f"tools.{tool}", str(not wanted).lower()), convert],
            )


def _report_renamed(
    fields: Fields, key: str, setting: Setting, settings: Mapping[str, Setting]
) -> None:
    """A rule for a tool that is asked about under another name."""
    path = f"permission.{key}:key"
    fields.problem(
        f"A rule for '{key}' has no effect: files are changed under the permission 'edit'.",
        path,
        severity=_severity(narrows="edit" not in settings and setting != "allow"),
        code="unknown-tool",
        fixes=[
            fields.removing(f"permission.{key}", "Remove the rule")
            if "edit" in settings
            else fields.replacing(path, "edit")
        ],
    )


def _severity(*, narrows: bool) -> str:
    """A slip of the pen must not leave allowed what the author wanted to forbid."""
    return "error" if narrows else "warning"


def _report_missing(fields: Fields, name: str, path: str, *, narrows: bool, denied: bool) -> None:
    if name in _KEYS or name in TOOLS or "*" in name or "?" in name:
        return
    meant = "" if name in _ELSEWHERE else nearest(name, (*_KEYS, *TOOLS, *_ELSEWHERE))
    if meant:
        fields.problem(
            f"There is no tool '{name}'. Did you mean '{meant}'?",
            path,
            severity=_severity(narrows=narrows),
            code="unknown-tool",
            fixes=[fields.replacing(path, meant)],
        )
    elif not denied:
        fields.problem(
            f"There is no tool '{name}' here, so this has no effect.",
            path,
            severity="info",
            code="unknown-tool",
            fixes=[fields.removing(path.removesuffix(":key"), f"Remove '{name}'")],
        )


def _report_overruled(
    fields: Fields, tool: str, wanted: bool, setting: Setting | None, convert: Fix | None
) -> None:
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
        fixes=[
            fields.replacing(f"tools.{tool}", str(not wanted).lower()),
            fields.removing(f"tools.{tool}", f"Remove '{tool}' from 'tools'"),
            convert,
        ],
    )
