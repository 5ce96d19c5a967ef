"""The tool ``artifact``: what the agents of a workflow hand to each other, by logical name.

Owns what the model is told. The directory and its files are ``tools.workflow``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend_specialist.domain.artifact import PHASES, Artifact, may_publish, parse, phase_of
from backend_specialist.domain.framing import framed
from backend_specialist.domain.ports import ToolSpec
from backend_specialist.tools.pages import MOST_BYTES
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput
from backend_specialist.tools.workflow import Workflow

_NAMES = ", ".join(name for names in PHASES.values() for name in names)


def stamp() -> str:
    """The present time as versions carry it."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}"


class ArtifactTool:
    """Lists, reads and publishes artifacts of the workflow in ``directory``."""

    permission = "artifact"
    spec = ToolSpec(
        name="artifact",
        description=(
            "Read what other agents of this workflow handed over, or publish a result, by logical name "
            f"({_NAMES}, implementation-<component>). list gives what there is; publish proposes the file, its index "
            "and the archived older version for the user's review. implementation-backend and the API contract are "
            "published from your deliver report: do not publish those yourself."
        ),
        schema={
            "type": "object",
            "properties": {
                "action": {"type": "string", "enum": ["list", "read", "publish"]},
                "name": {"type": "string", "maxLength": 60},
                "content": {"type": "string", "maxLength": 200_000},
            },
            "required": ["action"],
        },
    )

    def __init__(self, directory: str) -> None:
        self._directory = directory

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Do the action; raise :class:`ToolFailed` for a name that is none."""
        workflow = Workflow(context, self._directory)
        name = arguments.get("name", "")
        await context.permit("artifact", [name or "*"], title=f"{arguments['action']} {name}")
        match arguments["action"]:
            case "list":
                return await _listed(workflow, self._directory)
            case "read":
                return await _read(workflow, name)
            case _:
                return await _published(workflow, name, arguments.get("content", ""))


async def _listed(workflow: Workflow, directory: str) -> ToolOutput:
    found = await workflow.artifacts()
    lines = [
        f"{item.name}: version {item.version}, {item.updated or 'undated'}, {directory}/{item.place}"
        for item in found
    ]
    return ToolOutput("\n".join(lines) or "There are no artifacts yet.", f"list: {len(found)}")


async def _read(workflow: Workflow, name: str) -> ToolOutput:
    _check(name)
    artifact = await workflow.artifact(name)
    if artifact is None:
        raise ToolFailed(f"Nothing was published as {name} yet. See artifact list.")
    body = artifact.body.encode()[:MOST_BYTES].decode("utf-8", "ignore")
    cut = "" if body == artifact.body else f"\n(cut at 50 KB; read {artifact.place} for the rest)"
    text = framed("artifact", body + cut, name=name, version=str(artifact.version))
    return ToolOutput(text, f"read {name}")


async def _published(workflow: Workflow, name: str, content: str) -> ToolOutput:
    _check(name)
    if not may_publish(name):
        raise ToolFailed(
            f"{name} is kept by whoever runs the workflow. Report your part in deliver."
        )
    if not content.strip():
        raise ToolFailed("content is empty, so there is nothing to publish.")
    given = parse(content, name)
    artifact = Artifact(
        name=name, body=given.body, updated=stamp(), provides=given.provides, uses=given.uses
    )
    return ToolOutput((await workflow.publish(artifact)).said, f"publish {name}")


def _check(name: str) -> None:
    if not phase_of(name):
        raise ToolFailed(
            f"{name[:60]!r} is no logical name. There are {_NAMES} and implementation-<component>."
        )
