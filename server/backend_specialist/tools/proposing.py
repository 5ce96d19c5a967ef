"""What ``edit`` and ``write`` have in common: which texts and which files they may propose.

Owns the checks before a proposal. Proposes nothing itself.
"""

from __future__ import annotations

import os

from backend_specialist.domain.document import Snapshot
from backend_specialist.tools.registry import ToolContext, ToolFailed
from backend_specialist.tools.resource import Resource

MAX_BYTES = 1_000_000


def checked(text: str, key: str) -> str:
    """Give a text that a file can hold, without a byte-order mark; raise :class:`ToolFailed` for others."""
    text = text.lstrip("\ufeff")
    if len(text.encode()) > MAX_BYTES:
        raise ToolFailed(
            f'"{key}" is larger than 1 MB. Propose it in smaller pieces or smaller files.'
        )
    if "\0" in text:
        raise ToolFailed(
            f'"{key}" holds a NUL character, which would make the file binary. '
            "Write an escape sequence of the language instead, and send it again."
        )
    return text


async def subject(context: ToolContext, resource: Resource) -> None:
    """Pass the gate for edits of this file; raise :class:`ToolFailed` for secrets, whatever the gate says."""
    await context.permit("edit", resource.subjects, title=f"Edit {resource.shown}")
    reason = context.secret(*resource.names)
    if reason:
        raise ToolFailed(
            f"{resource.shown} is not edited: {reason} Name the change as an open point, so that the user makes it."
        )
    if any(name.lower().endswith(".ipynb") for name in resource.names):
        raise ToolFailed(_NOTEBOOK.format(resource.shown))
    await refuse_misplaced(context, resource)


async def refuse_misplaced(context: ToolContext, resource: Resource) -> None:
    """Raise :class:`ToolFailed` for a place where no file can be: below a file, on disk or proposed, or above one."""
    if resource.root is None:
        return
    _refuse_above(context, resource)
    above = os.path.dirname(resource.path)
    while len(above) > len(resource.root.path):
        kind = await context.workspace.disk.kind(above)
        if kind == "directory":
            return
        if kind != "missing" or above in context.proposed():
            raise ToolFailed(
                f"{resource.shown} cannot be a file, because {os.path.basename(above)} above it is one and no "
                "directory. Choose another path."
            )
        above = os.path.dirname(above)


def _refuse_above(context: ToolContext, resource: Resource) -> None:
    below = next(
        (path for path in context.proposed() if path.startswith(resource.path + os.sep)), ""
    )
    if below:
        shown = resource.shown + below.removeprefix(resource.path).replace(os.sep, "/")
        raise ToolFailed(
            f"{resource.shown} cannot be a file, because {shown} is proposed below it. Choose another path."
        )


def refuse_unchangeable(snapshot: Snapshot, label: str) -> None:
    """Raise :class:`ToolFailed` for a document that cannot be edited as text."""
    if snapshot.notebook:
        raise ToolFailed(_NOTEBOOK.format(label))


_NOTEBOOK = (
    "{} is a notebook: its cells are kept as JSON with outputs, and a text edit would break them. "
    "Propose the code in a module instead."
)
