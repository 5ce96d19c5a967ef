"""From the text that a tool proposes to a change over the text of this moment.

Owns what a change is made of, and that it never takes back what was typed while it was made: that is merged, or the
model hears of it. Records nothing and asks nobody.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.domain.ports import Workspace
from backend_specialist.domain.protected import protected
from backend_specialist.domain.rebase import merged
from backend_specialist.sessions.labels import label_of
from backend_specialist.tools.registry import ToolFailed
from backend_specialist.tools.resource import Resource

MAX_PROPOSED_BYTES = 5_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A file's whole new text; ``over`` is the text of which it is a new version, ``None`` whatever is there."""

    path: str
    text: str
    over: str | None
    strategy: str

    async def onto(self, present: str, label: str) -> str:
        """Give the text with what was typed since; raise :class:`ToolFailed` where both change the same place."""
        if self.over in (None, present):
            return self.text
        # In a thread: it takes long for a large text.
        text = await asyncio.to_thread(merged, self.over or "", self.text, present)
        if text is None:
            raise ToolFailed(
                f"{label} was changed in the editor meanwhile where your edit belongs, so nothing was proposed. "
                "Read it again and propose the edit on its present text."
            )
        return text


def check(draft: Draft) -> None:
    """Raise :class:`ToolFailed` for a text that no file can be given."""
    if draft.path.startswith("untitled:"):
        raise ToolFailed(
            "This document was never saved, so it has no place for an edit. Ask the user to save it first."
        )
    if len(draft.text.encode("utf-8", "surrogatepass")) > MAX_PROPOSED_BYTES:
        raise ToolFailed("The new text is over 5 MB. Propose a smaller file.")


async def further(earlier: FileChange, draft: Draft) -> FileChange:
    """Give the next version of a change that is fresh."""
    text = await draft.onto(earlier.text, earlier.label)
    return replace(earlier, text=text, strategies=_with(earlier.strategies, draft.strategy))


async def first(workspace: Workspace, place: Resource, draft: Draft) -> FileChange:
    """Give the first change of a file, as the place for which it was permitted."""
    if place.root is None:
        raise ToolFailed("Only files inside the workspace can be edited.")
    base = await _base(workspace, draft.path)
    if base is not None and (base.notebook or draft.path.endswith(".ipynb")):
        raise ToolFailed(
            "Notebooks cannot be edited as text: an edit would break their cells. "
            "Put the code into a module instead."
        )
    label = label_of(workspace.roots, draft.path)
    return FileChange(
        path=draft.path,
        uri=base.uri if base else place.uri,
        label=place.shown,
        subject=place.label if place.label != place.shown else "",
        base=base,
        text=await draft.onto(base.text if base else "", place.shown),
        strategies=_with((), draft.strategy),
        protected=protected(place.label) or protected(label),
    )


async def _base(workspace: Workspace, path: str) -> Snapshot | None:
    try:
        return await workspace.read(path)
    except Unreadable as error:
        if error.kind == "missing":
            return None
        raise


def _with(strategies: tuple[str, ...], strategy: str) -> tuple[str, ...]:
    return strategies if strategy in ("exact", *strategies) else (*strategies, strategy)
