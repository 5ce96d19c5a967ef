"""A small real ``ToolContext``: a temporary directory, the real disk, the real ripgrep, buffers in memory.

Owns the stand-ins for the session (gate, user, change set), each a recorder. Example::

    context = make_context(tmp_path, files={"src/app.py": "x = 1\\n"})
    context.open("src/app.py", "x = 2\\n")             # an unsaved buffer
    context.texts[context.path("new.py")] = "y = 3\\n"  # a proposal of the session
    context.denials["grep"] = "Grep is denied."        # permit("grep", ...) now raises ToolFailed
    context.answers = ["yes", None]                    # what the user says to questions
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from backend_specialist.adapters.disk import LocalDisk
from backend_specialist.adapters.openapi import OpenApi
from backend_specialist.adapters.ripgrep import Ripgrep
from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.domain.ports import FetchFailed, Page, Root
from backend_specialist.domain.secret import SecretGuard
from backend_specialist.tools.registry import ToolContext, ToolFailed
from backend_specialist.tools.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from backend_specialist.domain.deliverable import Claims
    from backend_specialist.domain.specification import Specification


def uri_for(path: str) -> str:
    """The ``file:`` URI of an absolute path."""
    return "file://" + quote(path, errors="surrogateescape")


@dataclass
class MemoryWorkspace:
    """Roots, buffers by path, and the real disk below them."""

    roots: tuple[Root, ...]
    disk: LocalDisk = field(default_factory=LocalDisk)
    buffers: dict[str, Snapshot] = field(default_factory=dict)

    async def read(self, path: str) -> Snapshot:
        if path in self.buffers:
            return self.buffers[path]
        text, format_ = await self.disk.read(path)
        return Snapshot(uri=self.uri_of(path), path=path, text=text, format=format_)

    def open_documents(self) -> tuple[Snapshot, ...]:
        return tuple(self.buffers.values())

    def uri_of(self, path: str) -> str:
        opened = self.buffers.get(path)
        return opened.uri if opened else uri_for(path)

    async def next_change(self, seconds: float) -> bool:
        return False


@dataclass
class ScriptedFetch:
    """Pages by URL; every call is put to ``approve`` first, as each hop of the real one is."""

    pages: dict[str, Page] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    free_hosts: frozenset[str] = frozenset()

    def needs_question(self, url: str, typed_urls: frozenset[str]) -> bool:
        return url not in typed_urls and urlsplit(url).hostname not in self.free_hosts

    async def get(
        self,
        url: str,
        *,
        format: str,
        seconds: float,
        approve: Any,
    ) -> Page:
        self.calls.append({"url": url, "format": format, "seconds": seconds})
        await approve(url)
        if url not in self.pages:
            raise FetchFailed(f"Nothing answers at {url}.")
        return self.pages[url]


@dataclass
class MemoryContext:
    """Every member of ``ToolContext``, with a record of what the tool did.

    ``denials`` maps a permission to the reason it is refused with. ``denied_subjects`` does so for a single subject.
    ``guard`` is the real secret guard. ``read_failures`` makes ``read`` of a path fail (a proposal gone stale).
    ``propose_failure``, if set, is what ``propose`` raises.
    """

    workspace: MemoryWorkspace
    search: Ripgrep = field(default_factory=Ripgrep)
    fetch: ScriptedFetch = field(default_factory=ScriptedFetch)
    texts: dict[str, str] = field(default_factory=dict)
    guard: SecretGuard = field(default_factory=SecretGuard)
    denials: dict[str, str] = field(default_factory=dict)
    denied_subjects: dict[tuple[str, str], str] = field(default_factory=dict)
    read_failures: dict[str, str] = field(default_factory=dict)
    propose_failure: str = ""
    propose_sentence: str = "Added to the change set."
    deliver_sentence: str = "The user accepted every edit."
    answers: list[str | None] = field(default_factory=list)
    send_backs: int = 1
    typed_urls: frozenset[str] = frozenset()
    known: dict[str, str] = field(default_factory=dict)
    permitted: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    user_refuses: str = ""
    titles: list[str] = field(default_factory=list)
    proposals: list[tuple[str, str, str]] = field(default_factory=list)
    questions: list[Mapping[str, Any]] = field(default_factory=list)
    delivered: list[Claims] = field(default_factory=list)
    specification: Specification | None = None
    contracts: OpenApi = field(default_factory=OpenApi)

    async def permit(
        self, permission: str, subjects: Sequence[str], *, title: str = "", ask: bool = False
    ) -> None:
        self.permitted.append((permission, tuple(subjects)))
        if ask:
            self.asked.append(tuple(subjects))
            if self.user_refuses:
                raise ToolFailed(self.user_refuses)
        self.titles.append(title)
        reasons = [self.denied_subjects.get((permission, subject)) for subject in subjects]
        reason = self.denials.get(permission) or next(filter(None, reasons), None)
        if reason:
            raise ToolFailed(reason)

    def secret(self, *names: str) -> str:
        return self.guard.reason(*names)

    async def read(self, place: Resource) -> Snapshot:
        path = place.path
        if reason := self.guard.reason(*place.names):
            raise Unreadable("secret", reason)
        if path in self.read_failures:
            raise ToolFailed(self.read_failures[path])
        if path not in self.texts:
            return await self.workspace.read(path)
        try:
            below = await self.workspace.read(path)
        except Unreadable:
            return Snapshot(uri=uri_for(path), path=path, text=self.texts[path])
        return Snapshot(
            uri=below.uri,
            path=path,
            text=self.texts[path],
            version=below.version,
            format=below.format,
        )

    def proposed(self) -> Mapping[str, str]:
        return dict(self.texts)

    def learn(self, path: str, text: str) -> None:
        self.known[path] = text

    def knows(self, path: str, text: str) -> bool:
        return self.known.get(path) == text

    async def propose(
        self, place: Resource, text: str, *, over: str | None = None, strategy: str = "exact"
    ) -> str:
        if self.propose_failure:
            raise ToolFailed(self.propose_failure)
        self.proposals.append((place.path, text, strategy))
        self.learn(place.path, text)
        self.texts[place.path] = text
        return self.propose_sentence

    async def ask(self, questions: Sequence[Mapping[str, Any]]) -> Sequence[str | None]:
        self.questions.extend(questions)
        return [self.answers.pop(0) if self.answers else None for _ in questions]

    async def consult(self, name: str, prompt: str) -> str:
        raise AssertionError("nobody is consulted here")

    async def contract_faults(self, text: str) -> tuple[str, ...]:
        return await self.contracts.problems(text)

    async def deliver(self, claims: Claims) -> str:
        self.delivered.append(claims)
        return self.deliver_sentence

    async def may_send_back(self) -> bool:
        self.send_backs -= 1
        return self.send_backs >= 0

    # ------------------------------------------------------------ for tests

    def path(self, relative: str, root: int = 0) -> str:
        """The absolute path of a root-relative one."""
        return os.path.join(self.workspace.roots[root].path, *relative.split("/"))

    def open(self, relative: str, text: str, *, version: int = 1, root: int = 0) -> Snapshot:
        """Open a buffer, saved or not; ``untitled:`` URIs are taken as they are."""
        path = relative if relative.startswith("untitled:") else self.path(relative, root)
        uri = path if path.startswith("untitled:") else uri_for(path)
        snapshot = Snapshot(uri=uri, path=path, text=text, version=version)
        self.workspace.buffers[path] = snapshot
        return snapshot


def write_files(directory: Path, files: Mapping[str, str | bytes]) -> None:
    """Create files and their directories; texts are stored as UTF-8, newlines as they are."""
    for name, content in files.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


def make_root(directory: Path, name: str = "") -> Root:
    """A workspace folder for an existing directory."""
    return Root(uri=uri_for(str(directory)), path=str(directory), name=name or directory.name)


def make_context(
    directory: Path, *, files: Mapping[str, str | bytes] | None = None, roots: Sequence[str] = ()
) -> MemoryContext:
    """A context over ``directory`` as the only root, or over those of its sub-directories that ``roots`` names."""
    write_files(directory, files or {})
    places = [directory / name for name in roots] if roots else [directory]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    return MemoryContext(workspace=MemoryWorkspace(tuple(make_root(place) for place in places)))


def as_context(context: MemoryContext) -> ToolContext:
    """Nothing but a check: the type checker compares the class with the protocol here."""
    return context
