"""The tool ``deliver``: the specialist says that it is done, and what it did.

Owns the form of the report and the check of its claims against the texts. The review that follows is the session's.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend_specialist.domain.claims import claims_from_json, doubts, named_files
from backend_specialist.domain.deliverable import LOGICAL_NAME, Claims
from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.ports import ToolSpec
from backend_specialist.domain.specification import unanswered
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput

_MAX_FILES = 60
_TEXT = {"type": "string"}
_FENCED = re.compile(r"\s*(`{3,}|~{3,})[\w+-]*\n(.*?)\n\1\s*\Z", re.DOTALL)


def _section(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list_of(*keys: str, required: int = 1) -> dict[str, Any]:
    properties = {key: {"type": "string"} for key in keys}
    item = {"type": "object", "properties": properties, "required": list(keys[:required])}
    return {"type": "array", "items": item}


_REQUESTS = _list_of("to", "about", required=2)
_REQUESTS["items"]["properties"]["to"]["enum"] = ["reference", "artifacts", "errors"]


class Deliver:
    """Ends the work: checks the claims, then opens the review."""

    permission = "deliver"
    spec = ToolSpec(
        name="deliver",
        description=(
            "Report the finished task; the user then reviews all proposed edits, and the result tells which were "
            "accepted. Claim only what proposed or existing files contain; each endpoint and test names its file. "
            "Tests cannot be run here; never say that they were. api_contract: one OpenAPI 3.1 document, in YAML. "
            "criteria: each acceptance criterion's id, how it is met, or why not."
        ),
        schema={
            "type": "object",
            "properties": {
                "task_id": _TEXT,
                "summary": {"type": "string", "minLength": 1},
                "criteria": _list_of("id", "answer", "file", required=2),
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
                "requests": _REQUESTS,
            },
            "required": ["summary", "service", "database", "testing_documentation"],
        },
    )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Check, send back once if in doubt, then deliver and tell what the user decided."""
        claims = _claims(context, arguments)
        if claims.api_contract:
            faults = await context.contract_faults(claims.api_contract)
            claims = replace(claims, contract_faults=faults)
        found = (*await _doubts(context, claims), *_unanswered(context, claims))
        wrong = (
            *found,
            *(f"api_contract is no valid OpenAPI: {each}." for each in claims.contract_faults),
        )
        if wrong and await context.may_send_back():
            raise ToolFailed(_sent_back(wrong))
        outcome = await context.deliver(replace(claims, doubts=found))
        return ToolOutput(outcome, claims.task_id or LOGICAL_NAME)


def _claims(context: ToolContext, arguments: Mapping[str, Any]) -> Claims:
    """What the model says; the id of the task is not its to choose."""
    claims = claims_from_json(arguments)
    fenced = _FENCED.match(claims.api_contract)
    specified = context.specification
    return replace(
        claims,
        task_id=specified.id if specified else claims.task_id,
        api_contract=(fenced[2] if fenced else claims.api_contract).strip(),
    )


def _unanswered(context: ToolContext, claims: Claims) -> tuple[str, ...]:
    specified = context.specification
    return tuple(
        f"Acceptance criterion {criterion.id} ({criterion.text[:200]}) is not answered in criteria."
        for criterion in unanswered(specified.criteria if specified else (), claims.criteria)
    )


def _sent_back(found: tuple[str, ...]) -> str:
    listed = "\n".join(f"- {doubt}" for doubt in found)
    return (
        f"Not delivered yet, because the report does not hold:\n{listed}\n"
        "Propose what is missing, or correct the report, and call deliver again. "
        "What does not hold then is marked as such in the deliverable."
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
        return (await context.read(resource)).text
    except (ToolFailed, Unreadable):
        return None
