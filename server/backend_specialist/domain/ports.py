"""What the inner layers need of the outside world, as protocols.

Owns the seams. Adapters and the protocol edge implement them; the composition root joins them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.transcript import Message, Turn

# ---------------------------------------------------------------- documents


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """A workspace folder: the editor's URI, its absolute path (not resolved) and its name."""

    uri: str
    path: str
    name: str


class Disk(Protocol):
    """Reads of the file system. Every call may block for long, so every call is awaited."""

    async def read(self, path: str) -> tuple[str, Any]:
        """Give text and :class:`~.document.TextFormat`; raise :class:`~.document.Unreadable`."""
        ...

    async def kind(self, path: str) -> str:
        """``file``, ``directory``, ``special`` or ``missing``; symlinks are followed."""
        ...

    async def entries(self, path: str) -> tuple[str, ...]:
        """Sorted names of a directory, ``/`` after directories; raise ``Unreadable``."""
        ...

    async def real_paths(self, *paths: str) -> list[str]:
        """Resolve symlinks in each, also in a path whose last parts do not exist."""
        ...


class Workspace(Protocol):
    """The buffers over the disk: what the user sees."""

    @property
    def roots(self) -> tuple[Root, ...]:
        """The workspace folders, in the editor's order."""
        ...

    @property
    def disk(self) -> Disk:
        """The file system below the buffers."""
        ...

    async def read(self, path: str) -> Snapshot:
        """Give the open buffer's text, else the file's; raise :class:`~.document.Unreadable`."""
        ...

    def open_documents(self) -> tuple[Snapshot, ...]:
        """Every open document that counts (``file:`` and ``untitled:``)."""
        ...

    def uri_of(self, path: str) -> str:
        """The editor's own URI for a path: of the open document, else built from its root's URI."""
        ...

    async def next_change(self, seconds: float) -> bool:
        """Wait until any document is opened, changed or closed; ``False`` when time ran out."""
        ...


# ---------------------------------------------------------------- the editor


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
    """The client's word, which is not proof. ``applied`` is ``None`` when no usable answer came."""

    applied: bool | None
    reason: str = ""


class Editor(Protocol):
    """The only way a file changes."""

    @property
    def traits(self) -> EditorTraits:
        """The connected client's traits."""
        ...

    async def apply(
        self, changes: Sequence[FileChange], *, label: str, confirm: bool
    ) -> ApplyAnswer:
        """Send one ``workspace/applyEdit``, one text edit a hunk, versions explicit.

        With ``confirm`` every edit is annotated ``needsConfirmation``. One request is outstanding at a time.
        Raises nothing: a refusal, a malformed answer and a timeout are answers.
        """
        ...


# ---------------------------------------------------------------- the model


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolSpec:
    """A tool as the model sees it; ``schema`` is a JSON Schema object."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What is known of a resolved model. ``None``: unknown.

    ``notice`` is a sentence for the user (a retired model was replaced, the replies are scripted), empty if
    there is nothing to say.
    """

    name: str
    id: str
    provider: str
    context_window: int = 200_000
    max_output: int = 8_192
    thinking: bool = False
    priced: bool = False
    notice: str = ""


@dataclass(frozen=True, kw_only=True)
class ModelRequest:
    """One request for a turn. ``tool_choice`` is ``auto`` or ``none``."""

    system: tuple[str, ...]
    tools: tuple[ToolSpec, ...]
    messages: tuple[Message, ...]
    max_tokens: int
    tool_choice: str = "auto"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of prose, as it streams."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of thinking, as it streams."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """The model begins to write a tool call; its arguments are not known yet."""

    name: str


ModelEvent = TextDelta | ThinkingDelta | ToolStarted | Turn


class ModelError(Exception):
    """A turn that failed.

    ``kind``: ``key`` (missing or invalid), ``model`` (unknown or retired), ``request`` (the request was
    refused), ``context`` (too long), ``limit`` (429), ``overloaded`` (529), ``server`` (5xx), ``network``,
    ``stream`` (cut, malformed, no stop reason), ``configuration``. ``retryable`` says whether the same request may
    succeed later; ``retry_after`` is the endpoint's wish in seconds. The message says what happened, why, and
    what to do next, and never holds a key.
    """

    def __init__(
        self, kind: str, message: str, *, retryable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.retryable = retryable
        self.retry_after = retry_after


class Model(Protocol):
    """One model at one endpoint. It never retries by itself."""

    @property
    def info(self) -> ModelInfo:
        """What is known of it."""
        ...

    @property
    def endpoint(self) -> str:
        """A name for the endpoint, shared by all models behind it (for the shared back-off)."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Stream one turn; the last event is the :class:`Turn`. Raises :class:`ModelError` only."""
        ...


class Models(Protocol):
    """Finds a model by ``provider/model``."""

    async def resolve(self, name: str) -> Model:
        """Give the model, a retired one replaced; raise :class:`ModelError`."""
        ...


# ---------------------------------------------------------------- search and fetch


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """One matching line; ``line`` is 1-based, ``path`` absolute."""

    path: str
    line: int
    text: str


class SearchFailed(Exception):
    """A search that could not be done; the message is for the model."""


class Search(Protocol):
    """ripgrep: the same regular expressions for files and for texts in memory."""

    async def grep(  # noqa: PLR0913 - keywords, each with a meaning of its own
        self,
        pattern: str,
        directory: str,
        *,
        include: str | None,
        skip: frozenset[str],
        limit: int,
        keep: Callable[[str], bool] | None = None,
    ) -> tuple[Match, ...]:
        """Search files below ``directory`` (or the one file that it names), hidden ones included, ignore
        files honoured, without the absolute paths of ``skip``; at most ``limit`` matches.

        ``keep`` says of an absolute path whether it may be in the result: what is left out does not count.
        """
        ...

    async def grep_texts(
        self, pattern: str, texts: Mapping[str, str], *, limit: int
    ) -> tuple[Match, ...]:
        """Search texts in memory, by absolute path, with the same engine and flags."""
        ...

    async def files(
        self,
        directory: str,
        pattern: str,
        *,
        limit: int,
        keep: Callable[[str], bool] | None = None,
    ) -> tuple[str, ...]:
        """Absolute paths of files below ``directory`` that match the glob, ignore files honoured."""
        ...

    async def match_paths(
        self, directory: str, pattern: str, paths: Sequence[str]
    ) -> tuple[str, ...]:
        """Those of ``paths`` (which need not exist) that the same glob matches below ``directory``."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A fetched page; ``text`` is already converted. ``url`` is where the last redirect led."""

    url: str
    status: int
    content_type: str
    text: str


class FetchFailed(Exception):
    """A fetch that was refused or failed; the message is for the model."""


class Fetch(Protocol):
    """Guarded HTTP: public addresses only, resolved, checked and pinned, each hop again."""

    def needs_question(self, url: str, typed_urls: frozenset[str]) -> bool:
        """Whether the user must be asked before this URL is resolved; one that the user typed needs none."""
        ...

    async def get(self, url: str, *, format: str, seconds: float, approve: Any) -> Page:
        """Fetch and convert (``markdown``, ``text``, ``html``).

        ``approve`` is an async callable that gets the URL of each hop before DNS, and raises when it may not be
        fetched. Raises :class:`FetchFailed`.
        """
        ...


# ---------------------------------------------------------------- contracts


class Contracts(Protocol):
    """Judges API contracts."""

    async def problems(self, text: str) -> tuple[str, ...]:
        """Why a text is no valid OpenAPI 3.1 document, in short; nothing when it is one. Never raises on a text."""
        ...


# ---------------------------------------------------------------- the store


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One step of a session, stored before it is acted on. ``kind`` is one of :mod:`.record`."""

    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SessionHead:
    """What a list of sessions shows. ``started_at`` is seconds since the epoch.

    ``summary`` is what was given with the last status; empty where there was none.
    """

    id: str
    title: str
    agent: str
    status: str
    started_at: float
    roots: tuple[str, ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)


class StoreFailed(Exception):
    """The store could not keep a record (disk full, locked); nothing may be acted on."""


class Store(Protocol):
    """Durable sessions. Each call returns when the data is on disk."""

    async def create(self, head: SessionHead, records: Sequence[Record]) -> None:
        """Begin a session, leased by this process."""
        ...

    async def append(
        self,
        session_id: str,
        records: Sequence[Record],
        *,
        status: str | None = None,
        summary: Mapping[str, Any] | None = None,
    ) -> None:
        """Add records in one transaction, with new status and summary if given; raise :class:`StoreFailed`."""
        ...

    async def load(self, session_id: str) -> tuple[SessionHead, tuple[Record, ...]] | None:
        """Give head and records, or ``None`` when there is no such session."""
        ...

    async def heads(self) -> tuple[SessionHead, ...]:
        """Every session, newest first; one whose lease has expired while active is ``interrupted``."""
        ...

    async def acquire(self, session_id: str) -> bool:
        """Lease a session to this process; ``False`` when another live process holds it."""
        ...

    async def release(self, session_id: str) -> None:
        """Give a lease back."""
        ...

    async def delete(self, session_id: str) -> bool:
        """Remove a session; ``False`` when there is none or another process holds it."""
        ...

    async def prune(self, older_than_seconds: float) -> int:
        """Remove ended sessions older than that; give how many."""
        ...

    async def close(self) -> None:
        """Release every lease and close."""
        ...


# ---------------------------------------------------------------- trust


class TrustRefused(Exception):
    """A root that was not trusted; the message says why, and what to do."""
