"""The tool ``artifact``, over a directory of artifacts as other tools leave it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_specialist.domain.artifact import Artifact, render
from backend_specialist.tools import artifact as module
from backend_specialist.tools.artifact import ArtifactTool
from backend_specialist.tools.registry import ToolFailed
from support.tool_context import MemoryContext, make_context

OLD = Artifact(name="implementation-backend", body="# Old", updated="20260101-000000")
FILES = {
    "agent-docs/outputs/architecture/architecture-specs.md": "---\ntype: architecture\n---\n# Specs\n",
    "agent-docs/outputs/architecture/notes.txt": "no artifact",
    "agent-docs/outputs/implementation/implementation-backend.md": render(OLD),
    "agent-docs/outputs/quality/architecture-specs.md": "in the wrong phase",
}


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryContext:
    monkeypatch.setattr(module, "stamp", lambda: "20260102-030405")
    return make_context(tmp_path, files=FILES)


async def call(context: MemoryContext, action: str, **arguments: str) -> str:
    output = await ArtifactTool("agent-docs").run(context, {"action": action, **arguments})
    return output.text


def proposed(context: MemoryContext) -> dict[str, str]:
    root = context.path("agent-docs")
    return {path.removeprefix(f"{root}/"): text for path, text, _ in context.proposals}


async def test_list_gives_what_is_under_its_own_phase(context: MemoryContext) -> None:
    lines = (await call(context, "list")).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "architecture-specs",
        "implementation-backend",
    ]
    assert "undated, agent-docs/outputs/architecture/architecture-specs.md" in lines[0]


async def test_list_of_an_empty_workflow_says_so(tmp_path: Path) -> None:
    assert await call(make_context(tmp_path), "list") == "There are no artifacts yet."


async def test_read_gives_the_body_without_front_matter(context: MemoryContext) -> None:
    text = await call(context, "read", name="architecture-specs")
    assert "\n# Specs\n```\n</artifact>" in text
    assert "type:" not in text
    assert context.permitted == [("artifact", ("architecture-specs",))]


async def test_read_is_cut_at_its_limit(tmp_path: Path) -> None:
    name = "agent-docs/outputs/quality/test-results.md"
    context = make_context(tmp_path, files={name: "é" * 40_000})
    text = await call(context, "read", name="test-results")
    assert len(text.encode()) < 52_000
    assert "cut at 50 KB" in text


@pytest.mark.parametrize(
    ("action", "name", "said"),
    [
        ("read", "test-results", "Nothing was published as test-results yet"),
        ("read", "../../../etc/passwd", "is no logical name"),
        ("read", "", "is no logical name"),
        ("publish", "workflow-summary", "is kept by whoever runs the workflow"),
        ("publish", "test-results", "content is empty"),
    ],
)
async def test_what_cannot_be_done_is_said(
    context: MemoryContext, action: str, name: str, said: str
) -> None:
    with pytest.raises(ToolFailed, match=said):
        await call(context, action, name=name)
    assert context.proposals == []


async def test_publish_proposes_version_archive_and_index(context: MemoryContext) -> None:
    said = await call(context, "publish", name="implementation-backend", content="# New\n")
    texts = proposed(context)
    fresh = Artifact(name="implementation-backend", body="# New", updated="20260102-030405")
    assert f"version {fresh.version}: proposed as" in said
    assert list(texts) == [fresh.place, OLD.archived, "active-workflow.md"]
    assert texts[fresh.place] == render(fresh)
    assert texts[OLD.archived] == render(OLD)
    assert (
        "| implementation-backend | implementation | " + fresh.version
        in texts["active-workflow.md"]
    )
    assert "architecture-specs" in texts["active-workflow.md"]
    assert {permission for permission, _ in context.permitted[1:]} == {"edit"}


async def test_second_publication_of_a_session_sees_the_first(context: MemoryContext) -> None:
    await call(context, "publish", name="test-results", content="all green")
    await call(context, "publish", name="review-results", content="fine")
    text = context.texts[context.path("agent-docs/active-workflow.md")]
    assert "test-results" in text
    assert "review-results" in text


async def test_publish_of_the_same_text_proposes_nothing(context: MemoryContext) -> None:
    said = await call(context, "publish", name="implementation-backend", content="# Old\n")
    assert "exactly this content already" in said
    assert context.proposals == []


async def test_publish_below_a_file_is_refused(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    context.texts[context.path("agent-docs")] = "a file that is proposed\n"
    with pytest.raises(ToolFailed, match="agent-docs above it is one and no directory"):
        await call(context, "publish", name="implementation-worker", content="# Worker")
    assert context.proposals == []


async def test_publish_passes_the_gate_for_edits(context: MemoryContext) -> None:
    context.denials["edit"] = "Edits are denied."
    with pytest.raises(ToolFailed, match="Edits are denied"):
        await call(context, "publish", name="test-results", content="x")
    assert context.proposals == []
