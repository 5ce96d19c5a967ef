"""The editor's buffers: what is open, and the edits that the user accepted.

Owns the answer to ``workspace/applyEdit``: between the user's yes and the review's result, exactly
what was shown, saved at once. Every other edit is refused.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backend_specialist.domain.document import (
    PositionEncoding,
    TextFormat,
    Unreadable,
    decode,
    encode,
)
from backend_specialist.terminal import saving, workspace_edit
from backend_specialist.terminal.proposed import Accepted, Shown, ShownFile, shown_file
from backend_specialist.terminal.saving import Refused
from backend_specialist.terminal.workspace_edit import FileEdit

Notify = Callable[[str, Any], None]
_LANGUAGES = {
    ".go": "go",
    ".java": "java",
    ".js": "javascript",
    ".json": "json",
    ".md": "markdown",
    ".py": "python",
    ".rs": "rust",
    ".sql": "sql",
    ".toml": "toml",
    ".ts": "typescript",
    ".yaml": "yaml",
    ".yml": "yaml",
}


@dataclass(frozen=True, kw_only=True)
class _Step:
    """One file's change, computed and checked; ``after`` is ``None`` for a file to be deleted."""

    uri: str
    real: str
    before: bytes | None
    after: bytes | None
    text: str


class Files:
    """The files below one root. ``notify`` tells the server about buffers."""

    def __init__(self, root: str, notify: Notify) -> None:
        self.encoding = PositionEncoding.UTF16
        self._root = root
        self._notify = notify
        self._versions: dict[str, int] = {}
        self._accepted: Accepted | None = None

    # ------------------------------------------------------------ buffers

    def read(self, path: str) -> str | None:
        """Give a file's text, ``None`` when there is no file; raise :class:`Refused`."""
        data = saving.load(saving.contained(path, self._root))
        return None if data is None else _decoded(path, data)[0]

    def open(self, path: str, text: str) -> str:
        """Tell the server that a file is open with this text; give its URI."""
        uri = saving.uri_of(path)
        self._tell(uri, text)
        return uri

    def close_all(self) -> None:
        """Tell the server that nothing is open: what counts then is the disk."""
        for uri in self._versions:
            self._notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self._versions.clear()

    # ------------------------------------------------------------ proposals

    async def show(self, event: Mapping[str, Any]) -> Shown:
        """Read a ``proposal`` event over the files as they are now."""
        return await asyncio.to_thread(self._shown, event)

    def _shown(self, event: Mapping[str, Any]) -> Shown:
        return Shown(
            id=event["proposalId"],
            session_id=event["sessionId"],
            title=event.get("title", ""),
            round=event.get("round", 1),
            protected=event.get("protected") or "",
            files=tuple(shown_file(raw, self._text(raw["uri"])) for raw in event["files"]),
        )

    def _text(self, uri: str) -> str | None:
        try:
            return self.read(saving.path_of(uri))
        except Refused:
            return None

    def accept(self, proposal: Shown, hunks: frozenset[str]) -> None:
        """Let exactly these hunks be applied, until :meth:`settle`."""
        self._accepted = Accepted(proposal=proposal, hunks=hunks)

    def settle(self) -> None:
        """Let nothing be applied any more, and give the files back to the disk."""
        self._accepted = None
        self.close_all()

    # ------------------------------------------------------------ workspace/applyEdit

    async def apply(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``workspace/applyEdit``, honestly."""
        try:
            files = workspace_edit.parse(params["edit"])
            steps = await asyncio.to_thread(lambda: [self._step(file) for file in files])
            for step in steps:
                await asyncio.to_thread(_save, step)
                self._saved(step)
        except Refused as refusal:
            return {"applied": False, "failureReason": str(refusal)}
        except (KeyError, TypeError, AttributeError):
            return {"applied": False, "failureReason": "The edit has not the protocol's form."}
        return {"applied": True}

    def _step(self, file: FileEdit) -> _Step:
        real, accepted, shown = self._permitted(file.uri)
        before = saving.load(real)
        self._check(file, shown, exists=before is not None)
        now, form = _decoded(shown.change.label, before or b"")
        wanted = accepted.text(shown, now)
        if file.delete:
            new, after = "", None
        else:
            edits = workspace_edit.text_edits(now, file.edits, self.encoding)
            new = workspace_edit.apply(now, edits)
            after = _encoded(new, form)
        if new != wanted:
            raise Refused(f"The edit of {shown.change.label} is not what was shown and accepted.")
        return _Step(uri=file.uri, real=real, before=before, after=after, text=new)

    def _check(self, file: FileEdit, shown: ShownFile, *, exists: bool) -> None:
        label = shown.change.label
        if not exists and not file.create:
            raise Refused(f"{label} does not exist any more. Run the task again.")
        if exists and file.create and (shown.change.base is None or not file.ignore_if_exists):
            raise Refused(
                f"{label} exists, but it did not when it was proposed. Run the task again."
            )
        if file.version is not None and file.version != self._versions.get(file.uri):
            raise Refused(f"{label} is not at version {file.version} any more. Run the task again.")

    def _permitted(self, uri: str) -> tuple[str, Accepted, ShownFile]:
        real = saving.contained(saving.path_of(uri), self._root)
        shown = self._accepted.file(uri) if self._accepted else None
        if self._accepted is None or shown is None:
            raise Refused("The terminal applies only what its user was asked about and accepted.")
        return real, self._accepted, shown

    def _saved(self, step: _Step) -> None:
        if step.after is None:
            return
        self._tell(step.uri, step.text)
        self._notify("textDocument/didSave", {"textDocument": {"uri": step.uri}})

    def _tell(self, uri: str, text: str) -> None:
        version = self._versions.get(uri, 0) + 1
        self._versions[uri] = version
        if version == 1:
            language = _LANGUAGES.get(os.path.splitext(uri)[1].lower(), "plaintext")
            document = {"uri": uri, "languageId": language, "version": 1, "text": text}
            self._notify("textDocument/didOpen", {"textDocument": document})
        else:
            changed = {"uri": uri, "version": version}
            params = {"textDocument": changed, "contentChanges": [{"text": text}]}
            self._notify("textDocument/didChange", params)


def _save(step: _Step) -> None:
    if step.after is None:
        saving.remove(step.real, step.before or b"")
    else:
        saving.replace(step.real, step.before, step.after)


def _decoded(path: str, data: bytes) -> tuple[str, TextFormat]:
    try:
        return decode(data)
    except Unreadable as error:
        raise Refused(f"{path}: {error}") from error


def _encoded(text: str, form: TextFormat) -> bytes:
    try:
        return encode(text, form)
    except Unreadable as error:
        raise Refused(f"The change cannot be saved: {error}") from error
