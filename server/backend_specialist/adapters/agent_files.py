"""Agent files: front matter and prompt become an agent definition.

Owns which fields there are and what is said about faults in them. Never raises on a text: a broken file gives a
definition with problems of severity ``error``, which :func:`usable` tells apart. Reads no disk.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace

from backend_specialist.adapters import front_matter
from backend_specialist.adapters.agent_options import OPTIONS, read_options
from backend_specialist.adapters.fields import Fields, nearest
from backend_specialist.adapters.front_matter import FrontMatter
from backend_specialist.adapters.permission_fields import read_permission, read_tools, report
from backend_specialist.domain.agent import AgentDefinition, Place
from backend_specialist.domain.lines import split_lines, without_ending
from backend_specialist.domain.permission import merge_tools, rules_from

_KEYS = (
    "name", "description", "mode", "model", "variant", "prompt", "tools", "permission", "steps", "maxSteps",
    "hidden", "disable", "color", "options", *OPTIONS,
)  # fmt: skip
_NEWER = {
    "permissions": "permission",
    "system": "the text below the front matter",
    "disabled": "disable",
    "request": "options",
}
_NARROWING = frozenset({"permission", "tools", "disable", "hidden", "steps", "mode"})
_MODEL = re.compile(r"[^/\s]+/\S+")
_NAME = re.compile(r"[^\W_][\w./ -]{0,99}")


def load_agent(text: str, *, name: str, source: str) -> AgentDefinition:
    """Read an agent file; ``name`` is the one that its path gives it, ``source`` says where it is from."""
    front = front_matter.read(text)
    fields = Fields(front)
    tools, permission = read_tools(fields), read_permission(fields)
    report(fields, tools, permission)
    places = dict(front.places)
    places["prompt"] = _body_place(text, front.body)
    definition = AgentDefinition(
        name=_name(fields, name),
        description=fields.text("description"),
        mode=fields.choice("mode", ("primary", "subagent", "all"), "all"),
        model=_model(fields),
        prompt=_prompt(fields, front),
        rules=rules_from(
            merge_tools(tools, permission), source=source, home=os.path.expanduser("~")
        ),
        steps=_steps(fields),
        options=read_options(fields),
        source=source,
        places=places,
        hidden=fields.flag("hidden"),
        disabled=fields.flag("disable"),
    )
    _report_unused(fields)
    return replace(definition, problems=tuple(fields.problems))


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


def _name(fields: Fields, name: str) -> str:
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
        )
    return written


def _model(fields: Fields) -> str | None:
    model = fields.text("model")
    if model and not _MODEL.fullmatch(model):
        fields.problem(
            "'model' must be 'provider/model', such as anthropic/claude-sonnet-4-5.", "model"
        )
        return None
    return model or None


def _prompt(fields: Fields, front: FrontMatter) -> str:
    written, body = fields.text("prompt"), front.body.strip()
    if written and body:
        fields.problem(
            "'prompt' is not used, because there is text below the front matter. Remove one of them.",
            "prompt",
            severity="warning",
            code="prompt",
        )
    if not written and not body:
        fields.problem(
            "The prompt is empty: the agent would know nothing about its task. Write it below the front matter.",
            "description",
            severity="warning",
            code="prompt",
        )
    return body or written


def _steps(fields: Fields) -> int | None:
    steps, older = fields.whole("steps"), fields.whole("maxSteps")
    if older is not None:
        message = "'maxSteps' is the older spelling of 'steps'. Write 'steps'."
        fields.problem(message, "maxSteps:key", severity="info", code="deprecated")
    return steps if steps is not None else older


def _report_unused(fields: Fields) -> None:
    for key in fields.unknown(_KEYS):
        if key in _NEWER:
            message = f"'{key}' belongs to a newer form of this file, which is not read. Use {_NEWER[key]}."
            fields.problem(message, f"{key}:key", code="unknown-key")
            continue
        meant = nearest(key, _KEYS)
        hint = f"Did you mean '{meant}'?" if meant else "It is ignored, and not sent to the model."
        # A slip in the name of a field that takes rights away would leave them all.
        severity = "error" if meant in _NARROWING else "warning"
        message = f"The key '{key}' is not known. {hint}"
        fields.problem(message, f"{key}:key", severity=severity, code="unknown-key")
    if fields.has("variant"):
        message = "'variant' has no effect here. Set 'thinking' or 'effort' instead."
        fields.problem(message, "variant:key", severity="info", code="unused")


def _body_place(text: str, body: str) -> Place:
    lines = split_lines(text)
    first = len(lines) - len(split_lines(body))
    last = max(first, len(lines) - 1)
    width = len(without_ending(lines[-1])) if lines and last < len(lines) else 0
    return Place(line=first, column=0, end_line=last, end_column=width)
