"""The editor: what it can do, and the only way a file changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from backend_specialist.domain.changeset import FileChange


@dataclass(frozen=True, kw_only=True, slots=True)
class EditorTraits:
    """What the client said it can do, and what is known of it by name."""

    name: str = ""
    applies_edits: bool = False
    creates_files: bool = False
    deletes_files: bool = False
    confirms_edits: bool = False
    draws: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyAnswer:
    """The client's word, which is not proof. ``applied`` is ``None`` when no usable answer came.

    ``overtaken`` is our own word: nothing was sent, because a text had changed since the edit was made.
    """

    applied: bool | None
    reason: str = ""
    overtaken: bool = False


class Editor(Protocol):
    """The only way a file changes."""

    @property
    def traits(self) -> EditorTraits:
        """The connected client's traits."""
        ...

    def turn(self, *, confirm: bool) -> AbstractAsyncContextManager[object]:
        """Whoever holds it looks at the texts, sends and sees the edit arrive; no other session's edit comes between.

        A preview may be open for hours and has a turn of its own.
        """
        ...

    async def apply(
        self, changes: Sequence[FileChange], *, label: str, confirm: bool
    ) -> ApplyAnswer:
        """Send one ``workspace/applyEdit``, one text edit a hunk, versions explicit.

        With ``confirm`` every edit is annotated ``needsConfirmation``. The caller holds the turn.
        Raises nothing: a refusal, a malformed answer and a timeout are answers. A cancelled caller still gets the
        answer to an edit that was sent, where it comes soon; its task is ``cancelling()`` then.
        """
        ...
