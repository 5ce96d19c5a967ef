"""Agent files in the form of Claude Code (``.claude/agents/*.md``).

Owns the mapping onto the same definition: its list of tools is an allow-list, its permission modes say what is asked
about. Never raises on a text. Reads no disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from backend_specialist.adapters import front_matter
from backend_specialist.adapters.agent_files import (
    body_place,
    fallback_prompt,
    merge_facts,
    read_name,
)
from backend_specialist.adapters.agent_options import read_options
from backend_specialist.adapters.fields import Fields, nearest
from backend_specialist.adapters.model_lint import ALIASES, model_of, report_model
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.agent_fields import CLAUDE_FIELDS, TOOLS
from backend_specialist.domain.permission import Setting, rules_from

TOOL_KEYS: Mapping[str, str] = {
    "Read": "read", "NotebookRead": "read", "Grep": "grep", "Glob": "glob", "LS": "list", "Edit": "edit",
    "MultiEdit": "edit", "Write": "edit", "NotebookEdit": "edit", "WebFetch": "webfetch", "WebSearch": "websearch",
    "Bash": "bash", "BashOutput": "bash", "KillShell": "bash", "Task": "task", "Agent": "task",
    "AskUserQuestion": "question", "TodoWrite": "todowrite", "TodoRead": "todoread", "Skill": "skill", "LSP": "lsp",
}  # fmt: skip
"""The permission that governs each tool of that form."""
_HERE = frozenset(TOOLS)
_UNUSED = frozenset(
    {"skills", "mcpServers", "hooks", "memory", "background", "isolation", "initialPrompt"}
)
_NARROWING = frozenset({"tools", "disallowedTools", "permissionMode", "maxTurns"})
# By permission mode: what becomes of an edit, and of what leaves the machine or starts a program.
_MODES: Mapping[str, tuple[str, str]] = {
    "default": ("ask", "ask"),
    "acceptEdits": ("allow", "ask"),
    "plan": ("deny", "ask"),
    "dontAsk": ("deny", "deny"),
    "bypassPermissions": ("allow", "allow"),
}
# Our own tools and guards, which a list that was written for another system cannot mention.
_OURS = {
    "question": "allow",
    "deliver": "allow",
    "external_directory": "ask",
    "doom_loop": "ask",
}
# Both are run over what a repository brings along, before anybody trusts it: neither may go back over a text.
_TOOL = re.compile(r"([\w*-]+)(?:\s*\(([^()]*)\))?")
_COMMA_OR_PARENTHESIS = re.compile(r"[,()]")


def is_claude_form(text: str) -> bool:
    """Whether a file whose place does not tell is of this form."""
    values = front_matter.read(text).values
    only = (set(CLAUDE_FIELDS) | _UNUSED) - {
        "name",
        "description",
        "tools",
        "model",
        "effort",
        "color",
    }
    tools, model = values.get("tools"), values.get("model")
    return (
        bool(only & set(values)) or isinstance(tools, str | list) or model in (*ALIASES, "inherit")
    )


def load_claude_agent(text: str, *, name: str, source: str) -> AgentDefinition:
    """Read an agent file; ``name`` is the one that its path gives it, ``source`` says where it is from."""
    front = front_matter.read(text)
    fields = Fields(front)
    permission = _permission(fields)
    definition = AgentDefinition(
        name=read_name(fields, name),
        description=fields.text("description"),
        mode="subagent",
        model=_model(fields),
        prompt=fallback_prompt(fields, front.body.strip()),
        permission=permission,
        rules=rules_from(permission, source=source, home=os.path.expanduser("~")),
        steps=fields.whole("maxTurns"),
        options=read_options(fields),
        source=source,
        places={**front.places, "prompt": body_place(text, front.body)},
    )
    report_model(fields, definition.model)
    _report_unused(fields)
    given = {"mode", *(key for key in ("description", "model") if fields.has(key))}
    given |= {"steps"} if definition.steps else set()
    return replace(merge_facts(definition, given), problems=tuple(fields.problems))


def _model(fields: Fields) -> str | None:
    word = fields.text("model")
    if word in ("", "inherit"):
        return None
    model = word if "/" in word else model_of(word)
    if model is None:
        fields.problem(
            f"There is no model '{word}'. Write {', '.join(ALIASES)}, inherit, or the id of a model.",
            "model",
            severity="warning",
            code="unknown-model",
            fixes=[fields.replacing("model", nearest(word, (*ALIASES, "inherit")))],
        )
    return model


# ------------------------------------------------------------ permissions


def _permission(fields: Fields) -> dict[str, Setting]:
    mode = fields.choice("permissionMode", tuple(_MODES), "default")
    found: dict[str, Setting] = {}
    allowed = _tools(fields, "tools")
    if allowed is None:
        found |= {key: _action(key, mode) for key in ("edit", "webfetch", "bash")}
    else:
        found |= {"*": "deny", **_OURS}
        for key, pattern in allowed:
            _allow(found, key, pattern, _action(key, mode))
    for key, _ in _tools(fields, "disallowedTools") or ():
        found.pop(key, None)
        found[key] = "deny"
    return found


def _allow(found: dict[str, Setting], key: str, pattern: str, action: str) -> None:
    known = found.get(key)
    if not pattern or key == "webfetch":
        found[key] = action
    elif known is None or isinstance(known, Mapping):
        found[key] = {**(known or {"*": "deny"}), pattern: action}


def _action(key: str, mode: str) -> str:
    edits, leaves = _MODES[mode]
    if key == "edit":
        return edits
    return leaves if key in ("webfetch", "websearch", "bash") else "allow"


def _tools(fields: Fields, key: str) -> list[tuple[str, str]] | None:
    """Permissions with their patterns, empty for everything; ``None`` for all tools."""
    raw = fields.raw(key)
    if raw is None:
        return None
    names = _split(raw) if isinstance(raw, str) else raw
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        fields.problem(f"'{key}' must be a list of tools, such as 'Read, Grep'.", key, code="type")
        return []
    if any(name.strip() == "*" for name in names):
        return None
    return list(_entries(fields, key, [name for name in names if name.strip()]))


def _split(names: str) -> list[str]:
    """Split at the commas that no closing parenthesis follows before an opening one."""
    found, end, inside = [], len(names), False
    for mark in reversed(list(_COMMA_OR_PARENTHESIS.finditer(names))):
        if mark[0] != ",":
            inside = mark[0] == ")"
        elif not inside:
            found.append(names[mark.end() : end])
            end = mark.start()
    return [names[:end], *reversed(found)]


def _entries(fields: Fields, key: str, names: list[str]) -> Iterator[tuple[str, str]]:
    folded = {tool.lower(): permission for tool, permission in TOOL_KEYS.items()}
    for number, name in enumerate(names):
        match = _TOOL.fullmatch(name := name.strip())
        tool, pattern = (match[1], match[2] or "") if match else (name, "")
        permission = folded.get(tool.lower(), "")
        path = f"{key}.{number}" if isinstance(fields.raw(key), list) else key
        if not permission and tool.lower() not in _HERE:
            _report_missing(fields, tool, path, narrows=key == "disallowedTools")
        elif permission and permission not in _HERE and key == "tools":
            fields.problem(
                f"There is no tool '{tool}' here, so the agent works without it.",
                path,
                severity="info",
                code="unknown-tool",
                word=tool,
            )
        for part in pattern.split(",") if permission == "task" else [pattern]:
            yield permission or tool.lower(), part.strip().removeprefix("./").replace(":*", " *")


def _report_missing(fields: Fields, tool: str, path: str, *, narrows: bool) -> None:
    meant = "" if tool.startswith("mcp__") else nearest_tool(tool)
    hint = f"Did you mean '{meant}'?" if meant else "It has no effect."
    fields.problem(
        f"There is no tool '{tool}' here. {hint}",
        path,
        severity="error" if meant and narrows else "warning" if meant else "info",
        code="unknown-tool",
        fixes=[fields.replacing(path, meant, word=tool)],
        word=tool,
    )


def nearest_tool(word: str) -> str:
    """The tool of that form that was probably meant, in its own spelling."""
    spelled = {tool.lower(): tool for tool in TOOL_KEYS}
    return spelled.get(nearest(word, spelled), "")


def _report_unused(fields: Fields) -> None:
    for key in fields.unknown(CLAUDE_FIELDS):
        meant = "" if key in _UNUSED else nearest(key.lower(), _by_lower())
        meant = _by_lower().get(meant, "")
        if key in _UNUSED:
            message, severity = f"'{key}' has no effect here.", "info"
        else:
            hint = f"Did you mean '{meant}'?" if meant else "It is ignored."
            message = f"The key '{key}' is not known. {hint}"
            severity = "error" if meant in _NARROWING else "warning"
        fields.problem(
            message,
            f"{key}:key",
            severity=severity,
            code="unused" if key in _UNUSED else "unknown-key",
            fixes=[
                fields.replacing(f"{key}:key", meant),
                fields.removing(key, f"Remove '{key}'"),
            ],
        )


def _by_lower() -> dict[str, Any]:
    return {key.lower(): key for key in CLAUDE_FIELDS}
