"""From the arguments of ``run`` to a task: what the user meant, captured at this moment.

Owns the capture of document, version and selection. Starts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.document import Position, Snapshot, Unreadable
from backend_specialist.domain.recipe import Recipe
from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.errors import InvalidArgument
from backend_specialist.lsp.uris import path_of
from backend_specialist.sessions.catalog import Catalog
from backend_specialist.sessions.task import Diagnostic, Task

Place = tuple[Snapshot | None, tuple[int, int] | None, tuple[Diagnostic, ...]]
"""A document, the selection in it as offsets, and the diagnostics that are meant."""
MAX_INSTRUCTIONS = 100_000
_SEVERITIES = {"1": "error", "2": "warning", "3": "information", "4": "hint"}


class Requested:
    """Reads what a ``run`` command names."""

    def __init__(self, documents: Documents, catalog: Catalog) -> None:
        self._documents = documents
        self._catalog = catalog

    async def place(self, given: Mapping[str, Any]) -> Place:
        """Give what a task would be about; an open document is captured before anything is awaited."""
        document = await self._document(given)
        selection = self._selection(given, document)
        return document, selection, _diagnostics(given.get("diagnostics", []))

    async def task(self, given: Mapping[str, Any]) -> Task:
        """Give the task."""
        document, selection, diagnostics = await self.place(given)
        instructions = given.get("instructions", "")
        recipe = self._recipe(given.get("recipe"))
        if len(instructions) > MAX_INSTRUCTIONS:
            raise InvalidArgument(
                "instructions", "The instructions are over 100,000 characters; shorten them."
            )
        if not instructions.strip() and recipe is None:
            raise InvalidArgument(
                "instructions", "Say what to do in 'instructions', or name a 'recipe'."
            )
        return Task(
            agent=self.agent(given.get("agent") or (recipe.agent if recipe else None)),
            instructions=instructions,
            recipe=recipe,
            document=document,
            selection=selection,
            diagnostics=diagnostics,
            output=given.get("output", ""),
        )

    def agent(self, name: str | None) -> AgentDefinition:
        """Give the named agent, or the default one."""
        agent = self._catalog.agent(name)
        if agent is None:
            known = ", ".join(each.name for each in self._catalog.agents()) or "none"
            wanted = (
                name or f"{self._catalog.default}, which the setting backendSpecialist.agent names"
            )
            raise InvalidArgument("agent", f"There is no agent {wanted}. There are: {known}.")
        return agent

    def _recipe(self, name: str | None) -> Recipe | None:
        if name is None:
            return None
        recipes = {recipe.name: recipe for recipe in self._catalog.recipes()}
        if name not in recipes:
            raise InvalidArgument(
                "recipe", f"There is no recipe {name!r}; there are {', '.join(recipes)}."
            )
        return recipes[name]

    async def _document(self, given: Mapping[str, Any]) -> Snapshot | None:
        uri = given.get("uri")
        if uri is None:
            return None
        try:
            snapshot = self._documents.at(uri) or await self._closed(uri)
        except Unreadable as error:
            raise InvalidArgument("uri", f"{uri} cannot be read: {error}") from error
        if given.get("version") not in (None, snapshot.version):
            raise InvalidArgument(
                "version",
                "The document has changed since it was selected. Select again and repeat the command.",
            )
        return snapshot

    async def _closed(self, uri: str) -> Snapshot:
        path = path_of(uri)
        if path is None or not self._contained(path):
            raise InvalidArgument("uri", f"{uri} is not a file of an open workspace folder.")
        return await self._documents.read(path)

    def _contained(self, path: str) -> bool:
        return any(
            path == root.path or path.startswith(root.path.rstrip("/") + "/")
            for root in self._documents.roots
        )

    def _selection(
        self, given: Mapping[str, Any], snapshot: Snapshot | None
    ) -> tuple[int, int] | None:
        if "range" not in given:
            return None
        if snapshot is None:
            raise InvalidArgument("range", "A 'range' needs the 'uri' of its document.")
        index = snapshot.index
        start, end = (
            index.offset_at(_position(given["range"], key), self._documents.encoding)
            for key in ("start", "end")
        )
        return (min(start, end), max(start, end))


def _position(span: Mapping[str, Any], key: str) -> Position:
    raw = span.get(key)
    line = raw.get("line") if isinstance(raw, Mapping) else None
    character = raw.get("character") if isinstance(raw, Mapping) else None
    if not _is_count(line) or not _is_count(character):
        raise InvalidArgument(
            "range", f"'range.{key}' must be a position with 'line' and 'character'."
        )
    assert isinstance(line, int) and isinstance(character, int)  # noqa: S101, PT018 - checked above
    return Position(line, character)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _diagnostics(raw: list[Any]) -> tuple[Diagnostic, ...]:
    """Read LSP diagnostics; what is malformed is left out, since they only help."""
    found = []
    for item in raw[:50]:
        if not isinstance(item, Mapping) or not isinstance(item.get("message"), str):
            continue
        span = item.get("range")
        start = span.get("start") if isinstance(span, Mapping) else None
        line = start.get("line") if isinstance(start, Mapping) else None
        found.append(
            Diagnostic(
                line=line + 1 if isinstance(line, int) else 1,
                severity=_SEVERITIES.get(str(item.get("severity")), "error"),
                message=item["message"][:1_000],
                source=str(item.get("source", ""))[:100],
            )
        )
    return tuple(found)
