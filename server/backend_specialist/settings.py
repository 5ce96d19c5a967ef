"""The user's settings: their names, defaults and bounds.

Owns what a setting may be, and which of them a workspace may speak about. Reads no file and no environment; the editor
sends the values. A value that cannot be used is reported by its name, never by its content, and the default stands.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend_specialist import setting_kinds as kinds

SECTION = "backendSpecialist"
_GROUPS = ("artifacts", "webfetch")
# Clients keep their own settings below this name.
_CLIENT = "client"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, as ``docs/protocol.md`` names them; ``None`` where the agent file or the user decides later.

    The limits count from the user's last word, and are there for the night in which nobody looks: a task of the
    usual size takes 5 to 30 turns, well under one dollar and half a million tokens, most of them read from the cache.
    ``max_steps`` 60 and ``max_tokens`` 3,000,000 leave room for a large one; ``max_cost_usd`` 5.0 is what
    a mistake may cost. ``approval_timeout_seconds`` is ``None``, since a question may wait for the user's return.
    """

    agent: str | None = None
    model: str | None = None
    review: str = "changeset"
    review_granularity: str = "file"
    approval: str = "ask"
    approval_timeout_seconds: float | None = None
    max_steps: int = 60
    max_cost_usd: float = 5.0
    max_tokens: int = 3_000_000
    artifacts_mode: str = "auto"
    artifacts_directory: str = "agent-docs"
    webfetch_policy: str = "guarded"
    webfetch_allow_hosts: tuple[str, ...] = ()
    secret_globs: tuple[str, ...] = ()
    agent_directories: tuple[str, ...] = ()
    workspace_recipes: str = "beside"
    events: bool = False
    ui: tuple[str, ...] = ()
    trusted: bool = False


_KINDS: Mapping[str, tuple[str, kinds.Kind]] = {
    "agent": ("agent", kinds.name),
    "model": ("model", kinds.name),
    "review": ("review", kinds.one_of("changeset", "each")),
    "reviewGranularity": ("review_granularity", kinds.one_of("file", "hunk")),
    "approval": ("approval", kinds.one_of("ask", "preview")),
    "approvalTimeoutSeconds": ("approval_timeout_seconds", kinds.number(1, 7 * 86_400)),
    "maxSteps": ("max_steps", kinds.whole(1, 1_000)),
    "maxCostUsd": ("max_cost_usd", kinds.number(0.01, 1_000)),
    "maxTokens": ("max_tokens", kinds.whole(1_000, 1_000_000_000)),
    "artifacts.mode": ("artifacts_mode", kinds.one_of("auto", "workflow", "standalone")),
    "artifacts.directory": ("artifacts_directory", kinds.relative_directory),
    "webfetch.policy": ("webfetch_policy", kinds.one_of("guarded", "open")),
    "webfetch.allowHosts": ("webfetch_allow_hosts", kinds.list_of(kinds.host)),
    "secretGlobs": ("secret_globs", kinds.list_of(kinds.name)),
    "agentDirectories": ("agent_directories", kinds.list_of(kinds.absolute_directory)),
    "workspaceRecipes": ("workspace_recipes", kinds.one_of("beside", "replace")),
    "events": ("events", kinds.flag),
    "ui": (
        "ui",
        kinds.list_of(kinds.one_of("proposal", "question", "permission", "error", "preview")),
    ),
    "trusted": ("trusted", kinds.flag),
}
NAMES = tuple(_KINDS)

# What a workspace may say, once it is trusted. Where values are listed, only those: they make a review stricter.
_FROM_WORKSPACE: Mapping[str, tuple[str, ...]] = {
    "agent": (),
    "review": ("each",),
    "reviewGranularity": ("hunk",),
    "approval": ("preview",),
    "artifacts.mode": (),
    "artifacts.directory": (),
}


def parse(*layers: object) -> tuple[Settings, tuple[str, ...]]:
    """Give the settings, and a sentence for each value that cannot be used.

    Each layer is what an editor sent: nested objects, dotted names or both, ``null`` for what is not set. What a later
    one sets goes before an earlier one, name by name.
    """
    problems: list[str] = []
    given: dict[str, object] = {}
    for layer in layers:
        given |= _flat(layer, problems)
    return Settings(**_fields(given, problems)), tuple(problems)


def narrow(settings: Settings, workspace: object) -> tuple[Settings, tuple[str, ...]]:
    """Add what a trusted workspace may say; it never widens anything."""
    kept: dict[str, object] = {}
    problems: list[str] = []
    for key, value in _flat(workspace, problems).items():
        if _may_say(key, value) or key not in _KINDS:
            kept[key] = value
        else:
            problems.append(
                f"{SECTION}.{key} cannot be set by a workspace, so it was ignored. Set it in your own settings."
            )
    return dataclasses.replace(settings, **_fields(kept, problems)), tuple(problems)


def _may_say(key: str, value: object) -> bool:
    stricter = _FROM_WORKSPACE.get(key)
    return stricter is not None and (not stricter or value in stricter)


def _fields(given: Mapping[str, object], problems: list[str]) -> dict[str, Any]:
    fields = {}
    for key, value in given.items():
        if key not in _KINDS:
            problems.append(_unknown(key))
            continue
        field, kind = _KINDS[key]
        try:
            fields[field] = kind(value)
        except ValueError as error:
            problems.append(f"{SECTION}.{key} {error}. The default is used.")
    return fields


def _flat(raw: object, problems: list[str]) -> dict[str, object]:
    """Give values by dotted name, without those that are not set and those of the client."""
    flat: dict[str, object] = {}
    if raw is None:
        return flat
    if not isinstance(raw, Mapping):
        problems.append(f"{SECTION} must be an object with settings. The defaults are used.")
        return flat
    for name, value in raw.items():
        key = str(name)
        if value is None or key == _CLIENT or key.startswith(f"{_CLIENT}."):
            continue
        if key not in _GROUPS:
            flat[key] = value
        elif isinstance(value, Mapping):
            flat |= {f"{key}.{each}": part for each, part in value.items() if part is not None}
        else:
            problems.append(f"{SECTION}.{key} must be an object. The defaults are used.")
    return flat


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key.casefold(), [name.casefold() for name in NAMES], n=1)
    named = f"{SECTION}.{key[:80]} is not a setting, so it was ignored."
    if near:
        (meant,) = (name for name in NAMES if name.casefold() == near[0])
        return f"{named} Did you mean {SECTION}.{meant}?"
    if "key" in key.casefold() or "token" in key.casefold():
        return f"{named} A key for the model is only read from the environment (ANTHROPIC_API_KEY)."
    return f"{named} docs/protocol.md lists those that exist."
