"""Agent and recipe files as an editor has them open, whether they are in force or not.

Owns how such a file is recognised by its path, and its reading for the editor. Reads no disk: the text is the editor's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from backend_specialist.adapters import front_matter
from backend_specialist.adapters.agent_layer import (
    Shape,
    is_recipe,
    is_unreadable,
    is_wanted,
    load_file,
)
from backend_specialist.adapters.agent_places import built_in_directory
from backend_specialist.adapters.agent_sources import AgentSources
from backend_specialist.adapters.claude_files import TOOL_KEYS, is_claude_form
from backend_specialist.adapters.fields import Fields
from backend_specialist.adapters.model_lint import model_names
from backend_specialist.adapters.permission_fields import converting, read_permission, read_tools
from backend_specialist.adapters.recipe_files import with_known_agent
from backend_specialist.adapters.root_files import CLAUDE, OPENCODE, SETTINGS
from backend_specialist.domain.agent import AgentDefinition, Fix
from backend_specialist.domain.agent_fields import (
    AGENT_FIELDS,
    CLAUDE_FIELDS,
    RECIPE_FIELDS,
    TOOLS,
    Field,
)
from backend_specialist.domain.agent_text import AgentText
from backend_specialist.domain.lines import split_lines
from backend_specialist.domain.permission import Rule
from backend_specialist.domain.recipe import Recipe

_FOLDERS = {SETTINGS: Shape.FOLDERS, OPENCODE: Shape.FOLDERS, CLAUDE: Shape.CLAUDE}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Located:
    """A file's path below its layer's directory, and how that is laid out."""

    path: str
    shape: Shape


class AgentTexts:
    """The seam for the editor's side; everything in it is quick and may be called on the event loop."""

    def __init__(self, sources: AgentSources) -> None:
        self._sources = sources

    def is_agent_file(self, path: str) -> bool:
        """Whether a path is that of an agent or recipe file."""
        return self._locate(path) is not None

    def read(self, text: str, path: str) -> AgentText:
        """Read a text that stands at such a path; never raises on a text."""
        located = self._locate(path) or _Located(path=os.path.basename(path), shape=Shape.BARE)
        item = load_file(text, path=located.path, shape=located.shape, source=path)
        if isinstance(item, Recipe):
            item = with_known_agent(item, self.agents())
        header = "" if is_unreadable(item) else text
        recipe = is_recipe(located.path)
        claude = not recipe and _is_claude(header, located.shape)
        front = front_matter.read(header)
        return AgentText(
            lines=split_lines(text),
            item=item,
            places=front.places,
            header_end=len(front.lines),
            fields=_fields(recipe=recipe, claude=claude),
            tools=dict.fromkeys(TOOL_KEYS, "") if claude else TOOLS,
            refactorings=() if recipe or claude else _refactorings(header),
        )

    def models(self) -> tuple[str, ...]:
        """Every model that can be written down and is not at its end."""
        return model_names()

    def agents(self) -> Mapping[str, str]:
        """The names of usable agents, with their descriptions."""
        return {agent.name: agent.description for agent in self._sources.agents()}

    def chain(self, agent: AgentDefinition) -> tuple[tuple[Rule, ...], ...]:
        """The rule sets that would hold for a definition that was just written."""
        return self._sources.chain(self._sources.in_place(agent))

    def _locate(self, path: str) -> _Located | None:
        parts = path.replace(os.sep, "/").split("/")
        for number in range(len(parts) - 2, -1, -1):
            shape = _FOLDERS.get(parts[number])
            below = "/".join(parts[number + 1 :])
            if shape and is_wanted(below, shape):
                return _Located(path=below, shape=shape)
        for directory, shape in self._directories():
            base = directory.rstrip(os.sep) + os.sep
            below = path[len(base) :].replace(os.sep, "/")
            if path.startswith(base) and is_wanted(below, shape):
                return _Located(path=below, shape=shape)
        return None

    def _directories(self) -> list[tuple[str, Shape]]:
        places = self._sources.places
        return [
            *((os.path.abspath(each), Shape.BARE) for each in places.directories),
            *((each, Shape.FOLDERS) for each in places.user),
            (built_in_directory(), Shape.BARE),
        ]


def _is_claude(text: str, shape: Shape) -> bool:
    return shape is Shape.CLAUDE or (shape is Shape.BARE and is_claude_form(text))


def _fields(*, recipe: bool, claude: bool) -> Mapping[str, Field]:
    if recipe:
        return RECIPE_FIELDS
    return CLAUDE_FIELDS if claude else AGENT_FIELDS


def _refactorings(text: str) -> tuple[tuple[str, Fix], ...]:
    fields = Fields(front_matter.read(text))
    fix = converting(fields, read_tools(fields), read_permission(fields))
    return (("tools", fix),) if fix else ()
