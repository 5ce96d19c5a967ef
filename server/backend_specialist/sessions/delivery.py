"""Where a deliverable goes: to the workflow under its logical name, and to the place that the task named.

Owns the decision between full workflow and standalone use. Every file goes through the same review as any edit.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress

from backend_specialist.domain.artifact import CONTRACT_NAME, Artifact
from backend_specialist.domain.deliverable import LOGICAL_NAME
from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.ports import Workspace
from backend_specialist.sessions.context import SessionContext
from backend_specialist.sessions.labels import label_of
from backend_specialist.sessions.services import Policy
from backend_specialist.sessions.session import Session
from backend_specialist.tools.artifact import stamp
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.proposing import refuse_misplaced
from backend_specialist.tools.registry import ToolFailed
from backend_specialist.tools.resource import Resource
from backend_specialist.tools.workflow import Workflow

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


async def workflow_directory(workspace: Workspace, policy: Policy) -> str:
    """The directory of artifacts, as tools spell it; empty for standalone use.

    By itself a workspace is a full workflow where the directory exists.
    """
    if policy.artifacts == "standalone":
        return ""
    places = [os.path.join(root.path, policy.artifacts_directory) for root in workspace.roots]
    there = [place for place in places if await workspace.disk.kind(place) == "directory"]
    chosen = there or (places if policy.artifacts == "workflow" else [])
    return label_of(workspace.roots, chosen[0]) if chosen else ""


async def present(session: Session) -> dict[str, str]:
    """The text of now of each file of which the user refused something, by path."""
    texts = {}
    for path in {each.change.path for each in session.state.declined}:
        with suppress(Unreadable):
            texts[path] = (await session.services.workspace.read(path)).text
    return texts


def suggested(session: Session) -> str:
    """Where a deliverable could be saved that goes nowhere by itself; empty for any other, and without a folder."""
    roots = session.services.workspace.roots
    if session.facts.workflow or session.facts.output or not roots:
        return ""
    claims = session.state.claims
    name = _NOT_IN_A_NAME.sub("-", claims.task_id if claims else "").strip("-.")[:60] or session.id
    return os.path.join(roots[0].path, f"{LOGICAL_NAME}-{name}.md")


async def place(session: Session) -> list[str]:
    """Propose the deliverable wherever it belongs; gives the paths."""
    paths = await _publish(session) if session.facts.workflow else []
    return paths + (await save(session, session.facts.output) if session.facts.output else [])


async def save(session: Session, path: str) -> list[str]:
    """Propose the deliverable as a file; gives its path."""
    context = SessionContext(session)
    resource = await _located(context, path)
    await context.propose(resource, session.state.deliverable)
    return [resource.path]


async def _publish(session: Session) -> list[str]:
    """The deliverable, and the API contract if there is one, as artifacts."""
    workflow = Workflow(SessionContext(session), session.facts.workflow)
    claims = session.state.claims
    bodies = {LOGICAL_NAME: session.state.deliverable}
    # Others build on a contract: one that no tool can read is only in the deliverable, marked.
    if claims and claims.api_contract.strip() and not claims.contract_faults:
        bodies[CONTRACT_NAME] = f"````yaml\n{claims.api_contract.strip()}\n````"
    paths: list[str] = []
    for name, body in bodies.items():
        artifact = Artifact(
            name=name,
            body=body.strip("\n"),
            updated=stamp(),
            provides="deliverables" if name == LOGICAL_NAME else "specifications",
            uses=", ".join(_read(session)),
        )
        paths += (await workflow.publish(artifact)).paths
    return paths


def _read(session: Session) -> tuple[str, ...]:
    """The artifacts that the specialist read."""
    calls = [use for message in session.state.messages for use in message.tool_uses]
    read = [
        use.input for use in calls if use.name == "artifact" and use.input.get("action") == "read"
    ]
    return tuple(dict.fromkeys(str(given.get("name", "")) for given in read))


async def hindrance(session: Session, path: str) -> str:
    """Why no deliverable can be proposed at a place; empty where one can."""
    context = SessionContext(session)
    try:
        resource = await _located(context, path)
    except ToolFailed as error:
        return str(error)
    return context.secret(*resource.names)


async def _located(context: SessionContext, path: str) -> Resource:
    resource = await resolve(context, path, for_edit=True)
    await refuse_misplaced(context, resource)
    return resource
