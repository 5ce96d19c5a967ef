"""The agent and recipe files that are open, as they were read last.

Owns one reading for each version of a document, and the seam to whatever reads. Reads nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from lsprotocol import types

from backend_specialist.domain.agent import AgentDefinition, Place
from backend_specialist.domain.agent_text import AgentText
from backend_specialist.domain.document import PositionEncoding, Snapshot
from backend_specialist.domain.lines import index_of, without_ending
from backend_specialist.domain.permission import Rule
from backend_specialist.lsp.convert import range_in
from backend_specialist.lsp.documents import Documents


class AgentFiles(Protocol):
    """Reads agent and recipe files; everything in it is quick."""

    def is_agent_file(self, path: str) -> bool:
        """Whether a path is that of an agent or recipe file."""
        ...

    def read(self, text: str, path: str) -> AgentText:
        """Read a text that stands at such a path; never raises on a text."""
        ...

    def models(self) -> tuple[str, ...]:
        """Every model that can be written down and is not at its end."""
        ...

    def agents(self) -> Mapping[str, str]:
        """The names of usable agents, with their descriptions."""
        ...

    def chain(self, agent: AgentDefinition) -> tuple[tuple[Rule, ...], ...]:
        """The rule sets that would hold for a definition that was just written."""
        ...


@dataclass(frozen=True)
class OpenText:
    """One version of an open file, and positions between its places and the protocol's."""

    snapshot: Snapshot
    text: AgentText
    encoding: PositionEncoding

    def range_of(self, place: Place) -> types.Range:
        """A place in the unit of positions that was agreed on."""
        return range_in(self.text.lines, place, self.encoding)

    def place_of(self, position: types.Position) -> tuple[int, int]:
        """Line and column in code points."""
        line = self._line(position.line)
        return position.line, index_of(line, position.character, self.encoding)

    def _line(self, number: int) -> str:
        return self.text.lines[number] if number < len(self.text.lines) else ""

    def lines(self, first: int, last: int) -> types.Range:
        """Whole lines, without the end of the last one."""
        width = len(without_ending(self._line(last)))
        return self.range_of(Place(line=first, column=0, end_line=last, end_column=width))


class OpenTexts:
    """Gives the reading of an open document; ``None`` for every other kind of file."""

    def __init__(self, documents: Documents, files: AgentFiles) -> None:
        self.files = files
        self._documents = documents
        self._read: dict[str, OpenText] = {}

    def at(self, uri: str) -> OpenText | None:
        """Read the document as it is now, at most once a version; of another kind of file the text is not asked for."""
        if not self.files.is_agent_file(self._documents.path_at(uri)):
            return None
        return self.of(self._documents.readable_at(uri))

    def of(self, snapshot: Snapshot | None) -> OpenText | None:
        """Read one version of a document."""
        if snapshot is None or not self.files.is_agent_file(snapshot.path):
            return None
        known = self._read.get(snapshot.uri)
        if known is None or known.snapshot is not snapshot:
            text = self.files.read(snapshot.text, snapshot.path)
            known = OpenText(snapshot, text, self._documents.encoding)
            self._read[snapshot.uri] = known
        return known

    def forget(self, uri: str) -> None:
        """Drop a document that was closed."""
        self._read.pop(uri, None)
