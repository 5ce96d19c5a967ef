"""The artifacts of a workflow, as the session sees their directory.

Owns which artifacts there are, and what publishing one proposes: the new version, the archived old one and the index.
Proposes only; the user decides as with every edit.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend_specialist.domain.artifact import (
    INDEX,
    PHASES,
    Artifact,
    index,
    parse,
    phase_of,
    render,
)
from backend_specialist.domain.document import Unreadable
from backend_specialist.tools.listing import names_in
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.proposing import refuse_misplaced
from backend_specialist.tools.registry import ToolContext
from backend_specialist.tools.resource import Resource


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """What publishing came to: ``paths`` are proposed, ``said`` is for the model."""

    paths: tuple[str, ...]
    said: str


class Workflow:
    """The directory of a workflow, by its workspace path."""

    def __init__(self, context: ToolContext, directory: str) -> None:
        self._context = context
        self._directory = directory

    async def artifacts(self) -> tuple[Artifact, ...]:
        """Every artifact that can be read, by phase and name."""
        found = []
        for phase in PHASES:
            place = await self._at(f"outputs/{phase}")
            for name in await names_in(self._context, place.path) or ():
                artifact = await self.artifact(name.removesuffix(".md"))
                if name.endswith(".md") and artifact and phase_of(artifact.name) == phase:
                    found.append(artifact)
        return tuple(found)

    async def artifact(self, name: str) -> Artifact | None:
        """The current version under a logical name; ``None`` where there is none."""
        if not phase_of(name):
            return None
        place = await self._at(Artifact(name=name, body="").place)
        text = await self._text(place)
        return None if text is None else parse(text, name)

    async def publish(self, artifact: Artifact) -> Publication:
        """Propose a version; one with the text of the current version changes nothing."""
        current = await self.artifact(artifact.name)
        if current is not None and current.version == artifact.version:
            return Publication(paths=(), said=f"{artifact.name} has exactly this content already.")
        texts = {artifact.place: render(artifact)}
        if current is not None:
            texts[current.archived] = render(current)
        others = [item for item in await self.artifacts() if item.name != artifact.name]
        texts[INDEX] = index([*others, artifact])
        return await self._propose(artifact, texts)

    async def _propose(self, artifact: Artifact, texts: dict[str, str]) -> Publication:
        paths, said = [], ""
        for place, text in texts.items():
            resource = await self._at(place, for_edit=True)
            await self._context.permit("edit", resource.subjects, title=f"Publish {artifact.name}")
            await refuse_misplaced(self._context, resource)
            said = await self._context.propose(resource, text)
            paths.append(resource.path)
        text = f"{artifact.name}, version {artifact.version}: proposed as {self._directory}/{artifact.place}. {said}"
        return Publication(paths=tuple(paths), said=text)

    async def _at(self, place: str, *, for_edit: bool = False) -> Resource:
        return await resolve(self._context, f"{self._directory}/{place}", for_edit=for_edit)

    async def _text(self, place: Resource) -> str | None:
        try:
            return (await self._context.read(place)).text
        except Unreadable as error:
            if error.kind == "missing":
                return None
            raise
