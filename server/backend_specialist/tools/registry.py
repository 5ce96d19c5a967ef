"""The tools that exist, and what each gets from the session that runs it.

Owns the tool interface and the list of tools. Runs nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from backend_specialist.domain.deliverable import Claims
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.ports import Fetch, Search, ToolSpec, Workspace
from backend_specialist.domain.specification import Specification
from backend_specialist.tools.resource import Resource


class ToolFailed(Exception):
    """A call that cannot be done. The message is the tool's result: what was wrong and what to do instead."""


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """The text for the model; ``title`` is one line for people (``src/app.py:1-40``)."""

    text: str
    title: str = ""


class ToolContext(Protocol):
    """What a tool may use: the session's view of the workspace, its gate, its change set and its user."""

    @property
    def workspace(self) -> Workspace: ...  # noqa: D102 - the port says what it is
    @property
    def search(self) -> Search: ...  # noqa: D102
    @property
    def fetch(self) -> Fetch: ...  # noqa: D102

    @property
    def typed_urls(self) -> frozenset[str]:
        """The URLs that the user wrote in this session: the model may fetch them unasked."""
        ...

    async def permit(
        self, permission: str, subjects: Sequence[str], *, title: str = "", ask: bool = False
    ) -> None:
        """Pass the gate or raise :class:`ToolFailed` with the reason. May ask the user and wait.

        ``ask`` wants a question also where the rules allow.
        """
        ...

    def secret(self, *names: str) -> str:
        """Why the secret guard keeps the file of these names from the model: one of them is enough; else empty."""
        ...

    async def read(self, place: Resource) -> Snapshot:
        """Give the proposed text, else the buffer, else the disk; rebases an own proposal on a moved buffer.

        Raises ``Unreadable`` (``secret`` included), and :class:`ToolFailed` when an earlier proposal went stale.
        """
        ...

    def proposed(self) -> Mapping[str, str]:
        """The proposed texts, by absolute path."""
        ...

    def learn(self, path: str, text: str) -> None:
        """Note that the model was shown this text of a file."""
        ...

    def knows(self, path: str, text: str) -> bool:
        """Whether this is the text of a file that the model was shown last, or proposed itself."""
        ...

    async def propose(
        self, place: Resource, text: str, *, over: str | None = None, strategy: str = "exact"
    ) -> str:
        """Add a file's whole new text to the change set; with ``review: each``, ask at once.

        ``over`` is the text of which it is a new version (empty for a new file): what was typed since is kept. Without
        it the text replaces whatever is there. Gives a sentence for the tool result. Raises :class:`ToolFailed`
        (unsaved document, notebook, too large, or what was typed since is in the way).
        """
        ...

    async def ask(self, questions: Sequence[Mapping[str, Any]]) -> Sequence[str | None]:
        """Put questions to the user, one after the other; ``None`` for a dismissed one."""
        ...

    async def consult(self, name: str, prompt: str) -> str:
        """Have another agent answer, under the strictest of all rules concerned; raise :class:`ToolFailed`."""
        ...

    @property
    def specification(self) -> Specification | None:
        """The architect's task that the session implements."""
        ...

    async def contract_faults(self, text: str) -> tuple[str, ...]:
        """Why a text is no valid OpenAPI 3.1 document; nothing when it is one."""
        ...

    async def deliver(self, claims: Claims) -> str:
        """Open the review and wait for the user; gives the outcome per hunk, for the tool result."""
        ...

    async def may_send_back(self) -> bool:
        """Whether a ``deliver`` with doubtful claims may be sent back: ``True`` once, then ``False`` for ever."""
        ...


class Tool(Protocol):
    """One tool. ``permission`` is the key of its rules (``edit`` for ``write``)."""

    spec: ToolSpec
    permission: str

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Do it with arguments that fit the schema; raise :class:`ToolFailed` for what the model should hear."""
        ...
