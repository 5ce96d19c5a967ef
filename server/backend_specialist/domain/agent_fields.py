"""The words of an agent or recipe file: fields, permissions, and what each of them means.

Owns the vocabulary that loading, hover and completion share. Reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ACTIONS: Mapping[str, str] = {
    "allow": "without a question",
    "ask": "only after you have agreed",
    "deny": "never; a tool that is denied altogether is not offered to the model",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """``values`` are the words that it takes; empty for anything else."""

    meaning: str
    default: str = "none"
    values: tuple[str, ...] = ()


_FLAG = ("true", "false")

AGENT_FIELDS: Mapping[str, Field] = {
    "name": Field(meaning="The agent's name, instead of the file's.", default="the file's name"),
    "description": Field(meaning="What the agent is for. Shown wherever agents are listed."),
    "mode": Field(
        meaning="How the agent may be used: chosen by the user, called by other agents, or both.",
        default="all",
        values=("primary", "subagent", "all"),
    ),
    "model": Field(meaning="The model, as `provider/model`.", default="the model of the settings"),
    "variant": Field(meaning="Has no effect here. Set `thinking` or `effort` instead."),
    "prompt": Field(
        meaning="The system prompt, used only where there is no text below the front matter."
    ),
    "tools": Field(
        meaning="The older spelling of `permission`: `true` is allow, `false` is deny. A tool that is not mentioned "
        "keeps its default. `permission` wins where both speak."
    ),
    "permission": Field(
        meaning="What the agent may do: an action for everything, or permissions with an action or patterns each. "
        "The last rule that matches decides."
    ),
    "steps": Field(
        meaning="How many turns the agent may take; enforced.", default="the limit of the settings"
    ),
    "maxSteps": Field(meaning="The older spelling of `steps`."),
    "hidden": Field(
        meaning="Leaves the agent out of lists for users.", default="false", values=_FLAG
    ),
    "disable": Field(
        meaning="Removes the agent, and any other of its name that is farther away.",
        default="false",
        values=_FLAG,
    ),
    "color": Field(meaning="Has no effect here."),
    "options": Field(
        meaning="Options for the model: temperature, top_p, top_k, thinking, effort. Others are not sent."
    ),
    "temperature": Field(meaning="Sampling, 0 to 1, where the model takes it.", default="unset"),
    "top_p": Field(meaning="Sampling, 0 to 1, where the model takes it.", default="unset"),
    "top_k": Field(meaning="Sampling, a whole number, where the model takes it.", default="unset"),
    "thinking": Field(
        meaning="`type: enabled | adaptive | disabled`, perhaps with `budget_tokens` of 1024 or more.",
        default="what suits the model",
    ),
    "effort": Field(
        meaning="How much the model thinks, where it can be told.",
        default="unset",
        values=("low", "medium", "high", "xhigh", "max"),
    ),
}
RECIPE_FIELDS: Mapping[str, Field] = {
    "title": Field(meaning="What the code action is called.", default="the file's name"),
    "description": Field(meaning="What the recipe does. Shown wherever recipes are listed."),
    "kind": Field(
        meaning="The kind of code action.",
        default="refactor.rewrite",
        values=("refactor.rewrite", "quickfix", "source"),
    ),
    "when": Field(
        meaning="Where the recipe is offered.",
        default="always",
        values=("selection", "diagnostic", "file", "always"),
    ),
    "languages": Field(meaning="The editor's language ids it is for.", default="any"),
    "signs": Field(meaning="Words in the selected code that make the recipe fit better."),
    "stack": Field(
        meaning="Kinds or names of what a project is built with (`orm`, `fastapi`) that make the recipe fit better."
    ),
    "agent": Field(meaning="Who does it.", default="the agent of the settings"),
    "model": Field(meaning="The model, as `provider/model`.", default="the agent's"),
    "subtask": Field(meaning="Has no effect here.", values=_FLAG),
}
CLAUDE_FIELDS: Mapping[str, Field] = {
    "name": AGENT_FIELDS["name"],
    "description": AGENT_FIELDS["description"],
    "tools": Field(
        meaning="The tools that the agent may use, as a list. All others are denied.",
        default="all tools",
    ),
    "disallowedTools": Field(meaning="Tools that the agent may not use, as a list."),
    "model": Field(
        meaning="`sonnet`, `opus`, `haiku` (the newest of its family), `inherit`, or the id of a model.",
        default="inherit",
        values=("sonnet", "opus", "haiku", "inherit"),
    ),
    "permissionMode": Field(
        meaning="`default` asks before edits and fetches, `acceptEdits` only before fetches, `plan` and `dontAsk` "
        "deny edits, `bypassPermissions` does not ask.",
        default="default",
        values=("default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"),
    ),
    "maxTurns": Field(
        meaning="How many turns the agent may take.", default="the limit of the settings"
    ),
    "effort": AGENT_FIELDS["effort"],
    "color": AGENT_FIELDS["color"],
}

TOOLS: Mapping[str, str] = {
    "read": "reading files; the subject is the path below the workspace folder",
    "grep": "searching in files; the subject is the regular expression",
    "glob": "finding files; the subject is the glob",
    "edit": "changing files, by `edit` or `write`; the subject is the path below the workspace folder",
    "write": "the same as `edit`",
    "webfetch": "fetching pages; the subject is the URL, and only an action can be given",
    "question": "asking the user; only an action can be given",
    "task": "calling another agent; the subject is its name",
    "artifact": "reading and publishing artifacts by their logical names",
    "deliver": "handing over the result",
}
"""The tools that exist here, with what each is for."""
GUARDS: Mapping[str, str] = {
    "external_directory": "reading outside of every workspace folder; the subject is `<directory>/*`",
    "doom_loop": "the same call again and again; the subject is the tool, and only an action can be given",
}
"""Permissions that are no tools."""
