"""The tool ``deliver``: the specialist says that it is done, and what it did.

Owns the form of the report and the check of its claims against the texts. The review that follows is the session's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend_specialist.domain.claims import claims_from_json, doubts, named_files
from backend_specialist.domain.deliverable import LOGICAL_NAME, Claims
from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.ports import ToolSpec
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput

_MAX_FILES = 60
_TEXT = {"type": "string", "maxLength": 20_000}


def _section(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list_of(*keys: str, required: int = 1) -> dict[str, Any]:
    properties = {key: {"type": "string"} for key in keys}
    item = {"type": "object", "properties": properties, "required": list(keys[:required])}
    return {"type": "array", "items": item}


class Deliver:
    """Ends the work: checks the claims, then opens the review."""

    permission = "deliver"
    spec = ToolSpec(
        name="deliver",
        description=(
            "Say that the task is done and report it; the user then reviews all proposed edits, and the result tells "
            "which were accepted. Claim only what the proposed or existing files contain; each endpoint and test names "
            "its file. Tests cannot be run here; never say that they were. Leave out what does not apply."
        ),
        schema={
            "type": "object",
            "properties": {
                "task_id": {"type": "string", "maxLength": 120},
                "summary": {"type": "string", "minLength": 1, "maxLength": 20_000},
                "service": _section(
                    endpoints=_list_of("method", "path", "file", "summary", required=3),
                    auth=_TEXT,
                    validation=_TEXT,
                    configuration=_TEXT,
                    decisions=_list_of("decision", "reason", required=2),
                ),
                "database": _section(
                    migrations=_list_of("file", "summary"),
                    models=_list_of("file", "summary"),
                    queries=_TEXT,
                    indexes=_TEXT,
                    caching=_TEXT,
                    transactions=_TEXT,
                ),
                "testing_documentation": _section(
                    unit_tests=_list_of("file", "covers"),
                    integration_tests=_list_of("file", "covers"),
                    api_documentation=_TEXT,
                    guides=_TEXT,
                ),
                "api_contract": _TEXT,
                "deployment": _TEXT,
                "open_points": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["summary", "service", "database", "testing_documentation"],
        },
    )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Check, send back once if in doubt, then deliver and tell what the user decided."""
        claims = claims_from_json(arguments)
        found = await _doubts(context, claims)
        if found and await context.may_send_back():
            raise ToolFailed(_sent_back(found))
        outcome = await context.deliver(replace(claims, doubts=found))
        return ToolOutput(outcome, claims.task_id or LOGICAL_NAME)


def _sent_back(found: tuple[str, ...]) -> str:
    listed = "\n".join(f"- {doubt}" for doubt in found)
    return (
        f"Not delivered yet, because some claims are not borne out by the files:\n{listed}\n"
        "Propose what is missing, or correct the claims, and call deliver again. "
        "What is still in doubt then is marked as unconfirmed in the deliverable."
    )


async def _doubts(context: ToolContext, claims: Claims) -> tuple[str, ...]:
    texts = dict(context.proposed())
    names = named_files(claims)
    for name in names[:_MAX_FILES]:
        text = await _text_of(context, name)
        if text is not None:
            texts[name] = text
    # Beyond the bound nothing is read, so nothing can be doubted either.
    texts |= {name: "" for name in names[_MAX_FILES:] if name not in texts}
    return await asyncio.to_thread(doubts, claims, texts)


async def _text_of(context: ToolContext, name: str) -> str | None:
    """The proposed or existing text of a file in the workspace; ``None`` when there is none to be seen."""
    try:
        resource = await resolve(context, name, for_edit=True)
        return (await context.read(resource.path)).text
    except (ToolFailed, Unreadable):
        return None
