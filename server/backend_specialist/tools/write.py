"""The tool ``write``: the whole text of one file, as a proposal.

Owns what the model is told about it. Nothing is written: the text goes to the session's change set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.domain.lines import split_lines
from backend_specialist.domain.ports import ToolSpec
from backend_specialist.domain.text_format import newline_of, with_newlines
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.proposing import checked, refuse_unchangeable, subject
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput
from backend_specialist.tools.resource import Resource


class Write:
    """Creates a file or replaces all of one."""

    permission = "edit"
    spec = ToolSpec(
        name="write",
        description=(
            "Propose the whole content of a file: a new one, or one that changes almost everywhere (else use edit). "
            "Read an existing file first. The user reviews it before it reaches the disk."
        ),
        schema={
            "type": "object",
            "properties": {
                "filePath": {"type": "string", "minLength": 1, "maxLength": 4096},
                "content": {"type": "string"},
            },
            "required": ["filePath", "content"],
        },
    )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Propose the file's whole text; the newlines of an existing file are kept."""
        content = checked(arguments["content"], "content")
        resource = await resolve(context, arguments["filePath"], for_edit=True)
        await subject(context, resource)
        before = await _present(context, resource)
        if before is None:
            said = f"New file {resource.shown} ({_count(content)}): proposed, not on disk yet."
        else:
            if resource.root:
                _refuse_unknown(context, resource, before.text)
            content = _in_style_of(before, content)
            if content == before.text:
                return ToolOutput(
                    f"{resource.shown} already has exactly this content; nothing was proposed.",
                    resource.shown,
                )
            said = (
                f"{resource.shown}: all of its {_count(before.text)} replaced by {_count(content)}; proposed, not on "
                "disk yet."
            )
        over = before.text if before else ""
        outcome = await context.propose(resource, content, over=over)
        return ToolOutput(" ".join((said, *_escaped_breaks(content), outcome)), resource.shown)


async def _present(context: ToolContext, resource: Resource) -> Snapshot | None:
    try:
        snapshot = await context.read(resource)
    except Unreadable as error:
        if error.kind == "missing":
            return None
        raise
    refuse_unchangeable(snapshot, resource.shown)
    return snapshot


def _refuse_unknown(context: ToolContext, resource: Resource, text: str) -> None:
    """Whoever replaces all of a text that they have not seen takes back what the user typed."""
    if text and not context.knows(resource.path, text):
        raise ToolFailed(
            f"Nothing was proposed: the present text of {resource.shown} is not one that you have read, and replacing "
            "all of it would undo what the user wrote there. Read it, then write it, or use edit."
        )


def _in_style_of(before: Snapshot, content: str) -> str:
    if "\n" not in before.text and "\r" not in before.text:
        return content
    return with_newlines(content, newline_of(before.text))


def _escaped_breaks(content: str) -> tuple[str, ...]:
    """A model that escapes twice sends one long line; the user would have to find out in the review."""
    if "\n" in content or content.count("\\n") < 2:
        return ()
    return (
        r"Note: the content is one line with \n written out as two characters. If line ends were meant, write again.",
    )


def _count(text: str) -> str:
    count = len(split_lines(text))
    return f"{count} line" + ("" if count == 1 else "s")
