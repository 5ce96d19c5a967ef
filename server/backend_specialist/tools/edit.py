"""The tool ``edit``: one replacement in one file, as a proposal.

Owns what the model is told about an edit. Finding the place is ``domain.edit``'s business, and nothing is written:
the new text goes to the session's change set.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.domain.edit import EditFailed, Replacement, replace
from backend_specialist.domain.ports import ToolSpec
from backend_specialist.domain.text_format import with_newlines
from backend_specialist.tools.listing import similar
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.proposing import MAX_BYTES, checked, refuse_unchangeable, subject
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput
from backend_specialist.tools.resource import Resource


class Edit:
    """Replaces a passage of a file, or creates a file."""

    permission = "edit"
    spec = ToolSpec(
        name="edit",
        description=(
            "Propose replacing oldString by newString in a file. oldString must be copied from read, without line "
            "numbers, with enough lines around it to occur once; replaceAll replaces every occurrence. An empty "
            "oldString creates a file. Later reads see the proposed text; the user reviews it before it reaches the "
            "disk."
        ),
        schema={
            "type": "object",
            "properties": {
                "filePath": {"type": "string", "minLength": 1, "maxLength": 4096},
                "oldString": {"type": "string"},
                "newString": {"type": "string"},
                "replaceAll": {"type": "boolean"},
            },
            "required": ["filePath", "oldString", "newString"],
        },
    )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Propose the file's new text."""
        new = checked(arguments["newString"], "newString")
        resource = await resolve(context, arguments["filePath"], for_edit=True)
        await subject(context, resource)
        if not arguments["oldString"]:
            return await _create(context, resource, new)
        snapshot = await _read(context, resource)
        found = await asyncio.to_thread(_replaced, snapshot, arguments, new)
        said = await context.propose(
            resource, found.text, over=snapshot.text, strategy=found.strategy
        )
        return ToolOutput(f"{_result(resource.shown, found)} {said}", resource.shown)


async def _create(context: ToolContext, resource: Resource, text: str) -> ToolOutput:
    if not text:
        raise ToolFailed("oldString and newString are both empty, so there is nothing to do.")
    try:
        await context.read(resource)
    except Unreadable as error:
        if error.kind != "missing":
            raise
    else:
        raise ToolFailed(
            f"{resource.shown} exists, and an empty oldString only creates new files. Read it and give the passage to "
            "replace as oldString, or use write to propose the whole file."
        )
    said = await context.propose(resource, text, over="")
    return ToolOutput(
        f"New file {resource.shown}: proposed, not on disk yet. {said}", resource.shown
    )


async def _read(context: ToolContext, resource: Resource) -> Snapshot:
    try:
        snapshot = await context.read(resource)
    except Unreadable as error:
        if error.kind != "missing":
            raise
        raise ToolFailed(
            f"{resource.shown} does not exist, so nothing was edited.{await similar(context, resource)} "
            "To create it, use write, or edit with an empty oldString."
        ) from None
    refuse_unchangeable(snapshot, resource.shown)
    return snapshot


def _replaced(snapshot: Snapshot, arguments: Mapping[str, Any], new: str) -> Replacement:
    old, everywhere = arguments["oldString"], arguments.get("replaceAll", False)
    _refuse_blow_up(snapshot.text, old, new, everywhere)
    try:
        found = replace(snapshot.text, old, new, replace_all=everywhere)
    except EditFailed as error:
        raise ToolFailed(str(error)) from None
    if len(found.text) > len(snapshot.text) + MAX_BYTES:
        raise ToolFailed(_TOO_MUCH)
    return found


_TOO_MUCH = "The replacements together would add more than 1 MB. Make several smaller edits."


def _refuse_blow_up(text: str, old: str, new: str, everywhere: bool) -> None:
    """A megabyte put in for each of a thousand blanks would fill the memory before any other check."""
    count = with_newlines(text, "\n").count(with_newlines(old, "\n"))
    if everywhere and count * (len(new) - len(old)) > MAX_BYTES:
        raise ToolFailed(_TOO_MUCH)


def _result(label: str, found: Replacement) -> str:
    what = f"{found.count} replacements in {label}" if found.count != 1 else f"Edit of {label}"
    said = f"{what}: proposed, not on disk yet."
    if found.strategy != "exact":
        said += (
            f" oldString did not occur exactly; the place was found by the strategy {found.strategy}. "
            "Read the passage again if you are not sure that it is the right one."
        )
    return said
