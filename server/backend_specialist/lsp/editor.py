"""The editor as the only way a file changes.

Owns the sending of ``workspace/applyEdit`` and the reading of its answer. Looks once more, right before it sends,
whether every text is still the one that the change was made for. Believes no answer: the session compares the texts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from lsprotocol import types

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.ports import ApplyAnswer, EditorTraits
from backend_specialist.lsp.edits import Form, workspace_edit
from backend_specialist.lsp.requests import Answer
from backend_specialist.lsp.server import SpecialistServer

APPLY_SECONDS = 30.0
CANCEL_SECONDS = 2.0
APPLY_EDIT = types.WORKSPACE_APPLY_EDIT
PREVIEW = f"{APPLY_EDIT} with a preview"


KEEPS_LAST_LINE = frozenset({"Neovim"})


class _NotSent(Exception):
    """Why a change may not be sent."""


class _Overtaken(_NotSent):
    """A text has changed since the change was made."""


class LspEditor:
    """The :class:`~backend_specialist.domain.ports.Editor` of one connection.

    ``approval_seconds`` bounds how long an editor's own preview may stay open; ``None``: for as long as it takes.
    """

    def __init__(self, server: SpecialistServer) -> None:
        self._server = server
        self.approval_seconds: float | None = None

    @property
    def traits(self) -> EditorTraits:
        """The connected client's traits."""
        return self._server.profile.traits

    def turn(self, *, confirm: bool) -> AbstractAsyncContextManager[object]:
        """The turn of edits, or that of previews: one that is open holds up no other session's edit."""
        return self._server.requests.turn(PREVIEW if confirm else APPLY_EDIT)

    async def apply(
        self, changes: Sequence[FileChange], *, label: str, confirm: bool
    ) -> ApplyAnswer:
        """Send one edit. Raises nothing: a refusal, a malformed answer and a timeout are answers.

        A cancelled task still gets the answer to an edit that was sent, if it comes within :data:`CANCEL_SECONDS`.
        """
        try:
            self._check_traits(changes, confirm=confirm)
            edit = await self._fresh_edit(changes, self._form(confirm=confirm))
        except (_Overtaken, Unreadable) as error:
            return ApplyAnswer(applied=False, reason=str(error), overtaken=True)
        except _NotSent as error:
            return ApplyAnswer(applied=False, reason=str(error))
        params = {"edit": edit, "label": label}
        seconds = self.approval_seconds if confirm else APPLY_SECONDS
        # An edit that was sent is being applied, while a preview may stay open for hours.
        patience = 0.0 if confirm else CANCEL_SECONDS
        send = self._server.requests.send
        answer = await send(APPLY_EDIT, params, seconds=seconds, patience=patience)
        return _read(answer, seconds)

    def _form(self, *, confirm: bool) -> Form:
        return Form(
            encoding=self._server.documents.encoding,
            document_changes=self._server.profile.document_changes,
            confirm=confirm,
            replaces_last_line=self.traits.name in KEEPS_LAST_LINE,
        )

    def _check_traits(self, changes: Sequence[FileChange], *, confirm: bool) -> None:
        traits = self.traits
        if not traits.applies_edits:
            raise _NotSent("This editor takes no edits from a language server.")
        if confirm and not traits.confirms_edits:
            raise _NotSent("This editor has no preview that asks before it applies an edit.")
        if not traits.creates_files and any(c.base is None and not c.delete for c in changes):
            raise _NotSent("This editor creates no files for a language server.")
        if not traits.deletes_files and any(c.delete for c in changes):
            raise _NotSent("This editor deletes no files for a language server.")

    async def _fresh_edit(self, changes: Sequence[FileChange], form: Form) -> object:
        """Give the edit over the texts of this moment; raise when one is not the base text any more."""
        # While the disk is read and thousands of hunks are written the editor may speak, so the last look comes after.
        on_disk = {change.path for change in changes if await self._check_disk(change)}
        fresh: list[FileChange] = []
        edit: object = None
        while (now := [self._with_version(change, on_disk) for change in changes]) != fresh:
            fresh = now
            edit = await asyncio.to_thread(self._written, fresh, form)
        return edit

    def _written(self, changes: Sequence[FileChange], form: Form) -> object:
        return self._server.protocol.plain(workspace_edit(changes, form))

    async def _check_disk(self, change: FileChange) -> bool:
        """Check a file that is not open; ``False`` when it is open."""
        documents = self._server.documents
        if documents.find(change.path) is not None:
            return False
        if change.base is None:
            if await documents.disk.kind(change.path) != "missing":
                raise _Overtaken(f"{change.label} exists now, so it was not created.")
            return True
        text, _ = await documents.disk.read(change.path)
        if text != change.base.text:
            raise _Overtaken(_moved(change))
        return True

    def _with_version(self, change: FileChange, on_disk: Set[str]) -> FileChange:
        buffer = self._server.documents.find(change.path)
        if buffer is None and change.path in on_disk:
            return replace(change, base=change.base and replace(change.base, version=None))
        if buffer is None or change.base is None or buffer.text != change.base.text:
            raise _Overtaken(_moved(change))
        return replace(change, base=buffer, uri=buffer.uri)


def _moved(change: FileChange) -> str:
    return f"{change.label} has changed since this edit was made, so nothing was sent."


def _read(answer: Answer, seconds: float | None) -> ApplyAnswer:
    if answer.timed_out:
        return ApplyAnswer(
            applied=None, reason=f"The editor gave no answer in {seconds:.0f} seconds."
        )
    if answer.error is not None:
        return ApplyAnswer(applied=False, reason=answer.error)
    if not isinstance(answer.value, Mapping) or "applied" not in answer.value:
        return ApplyAnswer(applied=None, reason="The editor's answer could not be understood.")
    # `null` is how one editor says that its user declined.
    applied = answer.value["applied"] is True
    reason = answer.value.get("failureReason")
    return ApplyAnswer(applied=applied, reason=reason[:500] if isinstance(reason, str) else "")
