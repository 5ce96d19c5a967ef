"""A model: what it is asked, what it answers, and how it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from backend_specialist.domain.transcript import Message, Turn


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
    """One request for a turn. ``tool_choice`` is ``auto`` or ``none``; a change of it loses the cached conversation."""

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
