"""Agent files: front matter and prompt become an agent definition.

Owns which fields there are and what is said about faults in them. Never raises on a text: a broken file gives a
definition with problems of severity ``error``, which :func:`usable` tells apart. Reads no disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace

from backend_specialist.adapters import front_matter
from backend_specialist.adapters.agent_options import read_options
from backend_specialist.adapters.fields import Fields, nearest
from backend_specialist.adapters.front_matter import FrontMatter
from backend_specialist.adapters.model_lint import read_model, report_model
from backend_specialist.adapters.permission_fields import read_permission, read_tools
from backend_specialist.adapters.permission_lint import report_permission
from backend_specialist.adapters.rule_lint import report_rules
from backend_specialist.domain.agent import AgentDefinition, Place
from backend_specialist.domain.agent_fields import AGENT_FIELDS
from backend_specialist.domain.agent_merge import sources_of
from backend_specialist.domain.lines import split_lines, without_ending
from backend_specialist.domain.permission import Setting, merge_tools, rules_from

_NEWER = {
    "permissions": "permission",
    "system": "the text below the front matter",
    "disabled": "disable",
    "request": "options",
}
_NARROWING = frozenset({"permission", "tools", "disable", "hidden", "steps", "mode"})
_NAME = re.compile(r"[^\W_][\w./ -]{0,99}")


def load_agent(text: str, *, name: str, source: str) -> AgentDefinition:
    """Read an agent file; ``name`` is the one that its path gives it, ``source`` says where it is from."""
    front = front_matter.read(text)
    fields = Fields(front)
    tools, permission = read_tools(fields), read_permission(fields)
    report_permission(fields, tools, permission)
    report_rules(fields, tools, permission)
    places = dict(front.places)
    places["prompt"] = body_place(text, front.body)
    settings = merge_tools(tools, permission)
    definition = AgentDefinition(
        name=read_name(fields, name),
        description=fields.text("description"),
        mode=fields.choice("mode", ("primary", "subagent", "all"), "all"),
        model=read_model(fields),
        prompt=_prompt(fields, front),
        permission=settings,
        rules=rules_from(settings, source=source, home=os.path.expanduser("~")),
        steps=_steps(fields),
        options=read_options(fields),
        source=source,
        places=places,
        hidden=fields.flag("hidden"),
        disabled=fields.flag("disable"),
    )
    report_model(fields, definition.model)
    _report_unused(fields)
    given = _given(fields, definition)
    return replace(merge_facts(definition, given), problems=tuple(fields.problems))


def _given(fields: Fields, definition: AgentDefinition) -> set[str]:
    """What the file says itself, so that farther files of its name do not."""
    given = {key for key in ("description", "mode", "model", "hidden") if fields.has(key)}
    given |= {"steps"} if definition.steps else set()
    given |= {"disabled"} if fields.has("disable") else set()
    return given


def merge_facts(definition: AgentDefinition, given: Iterable[str]) -> AgentDefinition:
    """The definition, with what is needed to lay it over another one of its name."""
    named = frozenset(given) | ({"prompt"} if definition.prompt else frozenset())
    # As the rules have it, with the home directory put in.
    permission: dict[str, Setting] = {}
    for key, setting in definition.permission.items():
        if isinstance(setting, str):
            permission[key] = setting
        else:
            permission[key] = {
                rule.pattern: rule.action.value
                for rule in definition.rules
                if rule.permission == key
            }
    sources = sources_of(permission, named, definition.source)
    return replace(definition, permission=permission, given=named, sources=sources)


def usable(definition: AgentDefinition) -> bool:
    """Whether an agent may run: no error was found in its file."""
    return all(problem.severity != "error" for problem in definition.problems)


def agent_name(path: str, directory: str) -> str:
    """The name that a file has by its path below a configuration or agent directory, with ``/``."""
    below = os.path.relpath(path, directory) if directory else path
    parts = below.replace(os.sep, "/").split("/")
    if len(parts) > 1 and parts[0] in ("agent", "agents"):
        parts = parts[1:]
    return "/".join(parts).removesuffix(".md")


def read_name(fields: Fields, name: str) -> str:
    """The field ``name``, else the name that the path gives."""
    written = fields.text("name")
    if not written:
        return name
    if not _NAME.fullmatch(written):
        fields.problem("'name' may hold letters, digits, '.', '/', '-', '_' and blanks.", "name")
        return name
    if written != name:
        fields.problem(
            f"The agent is called '{written}', not '{name}' as its file. Leave 'name' out, or give the file that name.",
            "name",
            severity="info",
            code="name",
            fixes=[
                fields.removing("name", "Remove 'name'"),
                fields.replacing("name", name),
            ],
        )
    return written


def _prompt(fields: Fields, front: FrontMatter) -> str:
    written, body = fields.text("prompt"), front.body.strip()
    if written and body:
        fields.problem(
            "'prompt' is not used, because there is text below the front matter. Remove one of them.",
            "prompt",
            severity="warning",
            code="prompt",
            fixes=[fields.removing("prompt", "Remove 'prompt'")],
        )
    return body or fallback_prompt(fields, written)


def fallback_prompt(fields: Fields, prompt: str) -> str:
    """The prompt; an empty one is a problem."""
    unread = any(problem.code == "front-matter" for problem in fields.problems)
    if not prompt and not unread:
        fields.problem(
            "The prompt is empty: unless a file of the same name that is farther away has one, the agent would know "
            "nothing about its task. Write it below the front matter.",
            "description",
            severity="warning",
            code="prompt",
        )
    return prompt


def _steps(fields: Fields) -> int | None:
    steps, older = fields.whole("steps"), fields.whole("maxSteps")
    if older is not None:
        message = "'maxSteps' is the older spelling of 'steps'. Write 'steps'."
        fix = (
            fields.removing("maxSteps", "Remove 'maxSteps'")
            if steps is not None
            else fields.replacing("maxSteps:key", "steps")
        )
        fields.problem(message, "maxSteps:key", severity="info", code="deprecated", fixes=[fix])
    return steps if steps is not None else older


def _report_unused(fields: Fields) -> None:
    for key in fields.unknown(AGENT_FIELDS):
        if key in _NEWER:
            message = f"'{key}' belongs to a newer form of this file, which is not read. Use {_NEWER[key]}."
            fix = fields.replacing(f"{key}:key", "disable") if key == "disabled" else None
            fields.problem(message, f"{key}:key", code="unknown-key", fixes=[fix])
            continue
        meant = nearest(key, AGENT_FIELDS)
        hint = f"Did you mean '{meant}'?" if meant else "It is ignored, and not sent to the model."
        fields.problem(
            f"The key '{key}' is not known. {hint}",
            f"{key}:key",
            # A slip in the name of a field that takes rights away would leave them all.
            severity="error" if meant in _NARROWING else "warning",
            code="unknown-key",
            fixes=[
                fields.replacing(f"{key}:key", meant),
                fields.removing(key, f"Remove '{key}'"),
            ],
        )
    if fields.has("variant"):
        fields.problem(
            "'variant' has no effect here. Set 'thinking' or 'effort' instead.",
            "variant:key",
            severity="info",
            code="unused",
            fixes=[fields.removing("variant", "Remove 'variant'")],
        )


def body_place(text: str, body: str) -> Place:
    """Where the text below the front matter stands."""
    lines = split_lines(text)
    first = len(lines) - len(split_lines(body))
    last = max(first, len(lines) - 1)
    width = len(without_ending(lines[-1])) if lines and last < len(lines) else 0
    return Place(line=first, column=0, end_line=last, end_column=width)
