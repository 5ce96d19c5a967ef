"""What a tool gets from the session that runs it.

Owns the session's view: the change set over the buffers over the disk, behind gate and secret guard.
Every text of a file that reaches the model through a tool comes from :meth:`SessionContext.read`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from backend_specialist.domain.changeset import FileChange, also_named
from backend_specialist.domain.deliverable import Claims
from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.domain.ports import Fetch, Search, Workspace
from backend_specialist.domain.specification import Specification
from backend_specialist.sessions import applying, drafting, records
from backend_specialist.sessions.drafting import Draft
from backend_specialist.sessions.events import Asking
from backend_specialist.sessions.facts import SessionFacts
from backend_specialist.sessions.gate import Gate
from backend_specialist.sessions.journal import Journal
from backend_specialist.sessions.review import Review, Verdict
from backend_specialist.tools.registry import ToolFailed
from backend_specialist.tools.resource import Resource

Consult = Callable[[str, str], Awaitable[str]]
"""Has another agent (by name) answer a prompt; raises ``ToolFailed``."""


async def _nobody(name: str, _: str) -> str:
    raise ToolFailed(f"{name} cannot be asked here.")


class Owner(Journal, Protocol):
    """The session, as its context sees it."""

    @property
    def facts(self) -> SessionFacts: ...  # noqa: D102 - named by its type
    @property
    def gate(self) -> Gate: ...  # noqa: D102
    @property
    def review(self) -> Review: ...  # noqa: D102
    @property
    def typed_urls(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def known(self) -> dict[str, int]: ...  # noqa: D102

    async def ask(self, asking: Asking) -> str | None:
        """Put one question to the user and wait."""
        ...

    async def deliver(self, claims: Claims) -> Verdict:
        """Keep the claims and hold the review."""
        ...


class SessionContext:
    """Implements :class:`~backend_specialist.tools.registry.ToolContext` for one session."""

    def __init__(
        self,
        owner: Owner,
        *,
        gate: Gate | None = None,
        consult: Consult = _nobody,
        known: dict[str, int] | None = None,
    ) -> None:
        self._owner = owner
        self._gate = gate or owner.gate
        self._consult = consult
        self._known = owner.known if known is None else known

    @property
    def workspace(self) -> Workspace:
        """The buffers over the disk."""
        return self._owner.services.workspace

    @property
    def search(self) -> Search:
        """ripgrep."""
        return self._owner.services.search

    @property
    def fetch(self) -> Fetch:
        """Guarded HTTP."""
        return self._owner.services.fetch

    @property
    def typed_urls(self) -> frozenset[str]:
        """The URLs that the user typed in this session."""
        return self._owner.typed_urls

    async def permit(
        self, permission: str, subjects: Sequence[str], *, title: str = "", ask: bool = False
    ) -> None:
        """Pass the gate of whoever calls: the session's, or a narrower one."""
        await self._gate.permit(permission, subjects, title=title, ask=ask)

    def secret(self, *names: str) -> str:
        """Why the secret guard keeps the file of these names from the model."""
        return self._owner.policy.guard.reason(*names)

    async def read(self, place: Resource) -> Snapshot:
        """Give the proposed text, else the buffer, else the disk."""
        self._refuse(*place.names)
        await self._guard(place.path)
        await self._gather(place)
        change = self._owner.state.changes.get(place.path)
        if change is None:
            return await self.workspace.read(place.path)
        fresh = await self._rebased(change)
        base = fresh.base or Snapshot(uri=fresh.uri, path=fresh.path, text="")
        return replace(base, text=fresh.text)

    async def _guard(self, path: str) -> None:
        """Look once more where a path leads: since it was found the user may have been asked."""
        if not path.startswith("untitled:"):
            (names,) = await self.workspace.disk.spellings(path)
            self._refuse(*names)

    def _refuse(self, *names: str) -> None:
        if reason := self.secret(*names):
            raise Unreadable("secret", reason)

    async def _gather(self, place: Resource) -> None:
        """One file, one change: what was proposed before the file was opened under another name moves there."""
        for name in place.names:
            change = self._owner.state.changes.get(name)
            if change is not None and name != place.path:
                moved = also_named(replace(change, path=place.path, uri=place.uri), place.subjects)
                await self._owner.record(records.dropped(name), records.changed(moved))

    async def _rebased(self, change: FileChange) -> FileChange:
        fresh = await applying.refreshed(self.workspace, change)
        if fresh is None:
            await self._owner.record(records.dropped(change.path))
            raise ToolFailed(
                f"{change.label} was changed in the editor where your proposed edits belong. Your earlier edits of "
                "this file were dropped. Read it again and propose them on its present text."
            )
        if fresh != change:
            await self._owner.record(records.changed(fresh))
        return fresh

    def proposed(self) -> Mapping[str, str]:
        """The proposed texts, by absolute path."""
        return self._owner.state.changes.texts

    def learn(self, path: str, text: str) -> None:
        """Note that the model was shown this text of a file."""
        self._known[path] = hash(text)

    def knows(self, path: str, text: str) -> bool:
        """Whether this is the text that the model was shown last, or proposed itself."""
        return self._known.get(path) == hash(text)

    async def propose(
        self, place: Resource, text: str, *, over: str | None = None, strategy: str = "exact"
    ) -> str:
        """Add a file's whole new text to the change set; ask at once where the policy says so."""
        self._refuse(*place.names)
        await self._gather(place)
        path = place.path
        draft = Draft(path=path, text=text, over=over, strategy=strategy)
        change = also_named(await self._change(place, draft), place.subjects)
        if not over or self.knows(path, over):
            self.learn(path, text)
        if change.base is not None and change.text == change.base.text:
            await self._owner.record(records.dropped(path))
            return f"{change.label} is back at its present text; nothing is proposed for it."
        await self._owner.record(records.changed(change))
        if self._owner.policy.review != "each":
            return "Proposed; the user reviews it when you call deliver."
        return (await self._owner.review.hold(change.label, only=[path])).text

    async def _change(self, place: Resource, draft: Draft) -> FileChange:
        drafting.check(draft)
        earlier = self._owner.state.changes.get(draft.path)
        if earlier is not None:
            return await drafting.further(await self._rebased(earlier), draft)
        await self._guard(draft.path)
        return await drafting.first(self.workspace, place, draft)

    async def ask(self, questions: Sequence[Mapping[str, Any]]) -> Sequence[str | None]:
        """Put questions to the user, one after the other; a dismissed one is kept as an open point."""
        answers: list[str | None] = []
        for question in questions:
            text = str(question["question"])
            asking = Asking(
                request_id="",
                kind="question",
                title=str(question.get("header") or "Question"),
                detail=text,
                options=tuple(_option(option) for option in question.get("options") or ()),
            )
            answer = await self._owner.ask(asking)
            if answer is None:
                await self._owner.record(records.simple("unanswered", question=text))
            answers.append(answer)
        return answers

    async def consult(self, name: str, prompt: str) -> str:
        """Have another agent answer."""
        return await self._consult(name, prompt)

    @property
    def specification(self) -> Specification | None:
        """The architect's task that the session implements."""
        return self._owner.facts.specification

    async def contract_faults(self, text: str) -> tuple[str, ...]:
        """Why a text is no valid OpenAPI 3.1 document; nothing when it is one."""
        return await self._owner.services.contracts.problems(text)

    async def deliver(self, claims: Claims) -> str:
        """Open the review and wait for the user."""
        return (await self._owner.deliver(claims)).text

    async def may_send_back(self) -> bool:
        """Whether doubtful claims may be sent back: once in a session."""
        if self._owner.state.sent_back:
            return False
        await self._owner.record(records.simple("sentBack"))
        return True


def _option(option: object) -> str:
    return str(option.get("label", "")) if isinstance(option, Mapping) else str(option)
