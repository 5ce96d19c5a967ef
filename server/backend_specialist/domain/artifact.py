"""An artifact: a deliverable under a logical name, for the other agents of a workflow.

Owns the logical names, where each one lies below the workflow's directory, and the text form with its front matter.
The current version has a stable place; an older one lies in the archive under its time and digest, so that no two
collide. Reads no file. Source of names and keys: the artifact manager of the agent family (``docs/agent-files.md``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend_specialist.domain.document import digest, with_newlines

INDEX = "active-workflow.md"
CONTRACT_NAME = "implementation-api-contract"

PHASES: Mapping[str, tuple[str, ...]] = {
    "strategy": ("strategy-output", "strategy-requirements"),
    "architecture": ("architecture-specs", "task-distribution"),
    "implementation": ("implementation-status",),
    "quality": ("test-results", "review-results"),
    "workflow": ("workflow-summary", "workflow-context"),
}
# Kept by whoever runs the workflow; others read them.
_KEPT_BY_MANAGER = frozenset({"workflow-summary", "workflow-context", "implementation-status"})
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COMPONENT = "implementation-"
_LONGEST_NAME = 60
_MARK = "---"
_LINE = re.compile(r"([A-Za-z_]+):[ \t]*(.*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Artifact:
    """``updated`` is UTC as ``YYYYMMDD-HHMMSS``; ``provides`` and ``uses`` are comma-separated capability keys."""

    name: str
    body: str
    updated: str = ""
    provides: str = ""
    uses: str = ""

    @property
    def version(self) -> str:
        """The first 8 characters of the digest of the text."""
        return digest(self.body)[:8]

    @property
    def place(self) -> str:
        """Where the current version lies, below the workflow's directory."""
        return f"outputs/{phase_of(self.name)}/{self.name}.md"

    @property
    def archived(self) -> str:
        """Where this version lies once there is a newer one."""
        return f"archive/{self.name}/{self.updated or 'undated'}-{self.version}.md"


def phase_of(name: str) -> str:
    """The phase that a logical name belongs to; empty for a name that is none."""
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        return ""
    for phase, names in PHASES.items():
        if name in names:
            return phase
    return "implementation" if name.startswith(_COMPONENT) else ""


def may_publish(name: str) -> bool:
    """Whether a specialist may publish under a name; some are kept by the workflow's manager."""
    return bool(phase_of(name)) and name not in _KEPT_BY_MANAGER


def render(artifact: Artifact) -> str:
    """Give the text of the file: front matter, then the body."""
    fields = {
        "name": artifact.name,
        "type": phase_of(artifact.name),
        "provides": artifact.provides,
        "uses": artifact.uses,
        "version": artifact.version,
        "updated": artifact.updated,
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in fields.items() if value]
    return "\n".join([_MARK, *lines, _MARK, "", artifact.body.strip("\n"), ""])


def parse(text: str, name: str) -> Artifact:
    """Read the text of a file; one without front matter, of another tool, is all body."""
    fields, body = _front_matter(with_newlines(text, "\n"))
    return Artifact(
        name=name,
        body=body.strip("\n"),
        updated=fields.get("updated", ""),
        provides=fields.get("provides", ""),
        uses=fields.get("uses", ""),
    )


def index(artifacts: Iterable[Artifact]) -> str:
    """Give the index of the workflow, which is generated and never read back."""
    order = list(PHASES)
    ordered = sorted(artifacts, key=lambda item: (order.index(phase_of(item.name)), item.name))
    rows = [
        f"| {item.name} | {phase_of(item.name)} | {item.version} | {item.updated or 'unknown'} "
        f"| [{item.place}]({item.place}) |"
        for item in ordered
    ]
    head = [
        "# Active workflow",
        "",
        "Generated from the artifacts below `outputs/`; edits here are lost.",
    ]
    table = [
        "",
        "| Artifact | Phase | Version | Updated (UTC) | File |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *table, *rows, ""])


def _front_matter(text: str) -> tuple[Mapping[str, str], str]:
    lines = text.split("\n")
    if lines[0].rstrip() != _MARK or _MARK not in (line.rstrip() for line in lines[1:]):
        return {}, text
    end = next(n for n, line in enumerate(lines[1:], 1) if line.rstrip() == _MARK)
    fields = {}
    for line in lines[1:end]:
        if match := _LINE.fullmatch(line.rstrip()):
            fields[match[1]] = _value(match[2])
    return fields, "\n".join(lines[end + 1 :])


def _value(raw: str) -> str:
    try:
        value = json.loads(raw)
    except ValueError:
        return raw.strip("'\"")
    return value if isinstance(value, str) else raw
