"""Files that have several names, in a real session: the disk and the open documents are real, the model is scripted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.disk import LocalDisk
from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.proposal import Proposal
from backend_specialist.lsp.documents import Documents
from support.scripted_model import results
from support.session_stage import Stage, deliver, edit, write

FILES = {"ci/build.yml": "run: make\n", "share/x.json": "{}\n", "app.py": "x = 1\ny = 1\n"}
LINKS = {
    ".github/workflows/ci.yml": "../../ci/build.yml",
    ".vscode": "share",
    ".env": "app.py",
    "notes.md": "app.py",
}
BY_LINK = edit(".github/workflows/ci.yml", "make", "evil")
BY_NAME = edit("ci/build.yml", "make", "evil")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    for name, target in LINKS.items():
        (tmp_path / name).symlink_to(target)
    return tmp_path


def stage_on(root: Path, *replies: Reply, **options: Any) -> tuple[Stage, Documents]:
    stage = Stage({}, list(replies), **options)
    documents = Documents(LocalDisk())
    documents.start({"rootUri": f"file://{root}"})
    stage.workspace = documents
    stage.supervisor = stage._supervisor()
    return stage, documents


def open_text(documents: Documents, path: Path, text: str) -> None:
    documents.did_open(uri=f"file://{path}", language="", version=1, text=text)


async def waiting(stage: Stage) -> tuple[Proposal, ...]:
    """Everything that the user is asked about, seen when the first question is."""
    session = await stage.run()
    await stage.proposal()
    found = stage.live(session).state.waiting
    assert stage.editor.sent == []
    await stage.supervisor.cancel(session)
    await stage.ended(session)
    return tuple(found)


@pytest.mark.parametrize("edits", ["allow", "ask"])
async def test_edit_through_a_protected_name_has_a_question_of_its_own(
    root: Path, edits: str
) -> None:
    calls = (BY_LINK, write(".vscode/tasks.json", "{}"), deliver())
    stage, _ = stage_on(root, Reply(tools=calls), permission={"edit": edits})
    asked = {p.changes[0].label: p.protected for p in await waiting(stage)}
    assert list(asked) == ["ci/build.yml", "share/tasks.json"]
    assert asked["ci/build.yml"].endswith("A link names it .github/workflows/ci.yml.")
    assert asked["share/tasks.json"].endswith("A link names it .vscode/tasks.json.")


@pytest.mark.parametrize("calls", [
    (BY_NAME, edit(".github/workflows/ci.yml", "evil", "bad")),
    (BY_LINK, edit("ci/build.yml", "evil", "bad")),
])  # fmt: skip
async def test_one_protected_name_is_enough_in_any_order(
    root: Path, calls: tuple[Call, ...]
) -> None:
    stage, _ = stage_on(root, Reply(tools=(*calls, deliver())), permission={"edit": "allow"})
    (proposal,) = await waiting(stage)
    assert proposal.protected
    assert [change.text for change in proposal.changes] == ["run: bad\n"]


async def test_rule_on_the_name_of_a_link_holds(root: Path) -> None:
    rules = {"edit": {"*": "allow", "notes.md": "ask", ".github/*": "deny"}}
    calls = (BY_LINK, edit("notes.md", "x = 1", "x = 2"), deliver())
    stage, _ = stage_on(root, Reply(tools=calls), permission=rules)
    (proposal,) = await waiting(stage)
    assert [change.subjects for change in proposal.changes] == [("app.py", "notes.md")]


async def test_secret_name_of_a_link_keeps_the_text_from_the_model(root: Path) -> None:
    calls = (Call("read", {"filePath": ".env"}), edit(".env", "y", "z"), write(".env", ""))
    stage, _ = stage_on(root, Reply(tools=calls), Reply(text="Done."))
    await stage.finished()
    told = results(stage.model.requests[-1])
    assert len(told) == 3
    assert all("kept from the model" in each and "x = 1" not in each for each in told)


async def test_buffer_is_one_file_whatever_it_is_called(root: Path) -> None:
    calls = (
        Call("read", {"filePath": "app.py"}),
        edit("app.py", "x = 1", "x = 2"),
        edit("notes.md", "typed", "proposed"),
        deliver(),
    )
    stage, documents = stage_on(root, Reply(tools=calls))
    open_text(documents, root / "notes.md", "x = 1\ny = 1\n# typed\n")
    (proposal,) = await waiting(stage)
    (change,) = proposal.changes
    assert change.uri == f"file://{root}/notes.md"
    assert (change.base_text, change.text) == (
        "x = 1\ny = 1\n# typed\n",
        "x = 2\ny = 1\n# proposed\n",
    )


async def test_file_that_is_opened_as_a_link_after_the_edit_has_one_proposal(root: Path) -> None:
    def opened(_: object) -> Reply:
        open_text(documents, root / "notes.md", "x = 1\ny = 1\n# typed\n")
        return Reply(tools=(edit("app.py", "x = 2", "x = 3"), deliver()))

    stage, documents = stage_on(root, Reply(tools=(edit("app.py", "x = 1", "x = 2"),)), opened)
    session = await stage.run()
    (change,) = (await stage.proposal()).changes
    assert change.path == f"{root}/notes.md"
    assert (change.base_text, change.text) == ("x = 1\ny = 1\n# typed\n", "x = 3\ny = 1\n# typed\n")
    await stage.supervisor.cancel(session)
    await stage.ended(session)
