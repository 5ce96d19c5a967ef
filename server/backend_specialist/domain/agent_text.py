"""An agent or recipe file as an editor sees it: a text with parts.

Owns what is known of such a text. Reads nothing (``adapters.agent_texts`` does) and knows no protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend_specialist.domain.agent import AgentDefinition, Fix, Place
from backend_specialist.domain.agent_fields import Field
from backend_specialist.domain.lines import without_ending
from backend_specialist.domain.recipe import Recipe

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t](.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A heading of the text, and the last line of what stands under it."""

    level: int
    title: str
    line: int
    last_line: int


@dataclass(frozen=True, kw_only=True)
class AgentText:
    """``header_end`` is the line of the second ``---``, 0 without front matter. ``fields`` are those of its form.

    ``tools`` are the names that its form has for tools. ``refactorings`` change how something is said, not what.
    """

    lines: Sequence[str]
    item: AgentDefinition | Recipe
    places: Mapping[str, Place]
    header_end: int
    fields: Mapping[str, Field]
    tools: Mapping[str, str]
    refactorings: tuple[tuple[str, Fix], ...] = ()

    @property
    def claude(self) -> bool:
        """Whether the file has the form of Claude Code."""
        return "permissionMode" in self.fields

    def headings(self) -> tuple[Heading, ...]:
        """The headings below the front matter, those in fenced blocks left out."""
        first = self.header_end + 1 if self.header_end else 0
        ends: dict[int, int] = {}
        open_: list[tuple[int, int]] = []
        found = list(_headings(self.lines, first))
        for level, _, line in found:
            while open_ and open_[-1][0] >= level:
                ends[open_.pop()[1]] = line - 1
            open_.append((level, line))
        last = max(len(self.lines) - 1, 0)
        return tuple(
            Heading(level=level, title=title, line=line, last_line=ends.get(line, last))
            for level, title, line in found
        )

    def path_at(self, line: int, column: int) -> str:
        """The key path whose key or value is at a position, the innermost one; empty if there is none."""
        if not 0 < line < self.header_end:
            return ""
        fitting = [path for path, place in self.places.items() if place.holds(line, column)]
        plain = [path.removesuffix(":key") for path in fitting if path != "prompt"]
        return max(plain, key=lambda path: (path.count("."), len(path)), default="")


def _headings(lines: Sequence[str], first: int) -> Iterator[tuple[int, str, int]]:
    fence = ""
    for number in range(first, len(lines)):
        line = lines[number]
        if not line.lstrip(" ").startswith(("#", "`", "~")):
            continue
        line = without_ending(line)
        if match := _FENCE.match(line):
            if not fence:
                fence = match[1]
            elif match[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif not fence and (match := _HEADING.match(line)):
            title = match[2].strip(" \t").rstrip("#").rstrip(" \t")
            yield len(match[1]), title, number
