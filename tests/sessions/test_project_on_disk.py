"""What a hostile directory on a real disk can do to the look at a project: nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend_specialist.adapters.disk import LocalDisk
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.secret import SecretGuard
from backend_specialist.lsp.documents import Documents
from backend_specialist.sessions import project
from backend_specialist.sessions.prompt import first_message
from backend_specialist.sessions.stacks import Stacks
from backend_specialist.sessions.task import Task
from support.project import write_project
from support.tool_context import MemoryContext, make_context

OUTSIDE = '{"dependencies": {"express": "1"}}'


@pytest.fixture
def context(tmp_path: Path) -> MemoryContext:
    write_project(
        tmp_path / "elsewhere", f"-- package.json --\n{OUTSIDE}\n-- AGENTS.md --\nDiary\n"
    )
    (tmp_path / "shop").mkdir()
    return make_context(tmp_path / "shop", files={"requirements.txt": "flask\n", "app/x.py": ""})


async def labels(context: MemoryContext, near: str = "") -> dict[str, tuple[str, ...]]:
    found = await project.components(context.workspace, SecretGuard(), near and context.path(near))
    return {each.label: each.files for each in found}


async def test_nothing_outside_of_the_workspace_is_read(
    context: MemoryContext, tmp_path: Path
) -> None:
    root = Path(context.path("."))
    (root / "package.json").symlink_to(tmp_path / "elsewhere/package.json")
    (root / "AGENTS.md").symlink_to(tmp_path / "elsewhere/AGENTS.md")
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    assert list((await labels(context)).values()) == [("requirements.txt",)]
    assert await labels(context, "linked/x.py") == await labels(context)
    for near in ("", context.path("linked/x.py")):
        assert await project.instructions(context.workspace, SecretGuard(), near) == ""


async def test_what_is_no_ordinary_file_is_passed_over(context: MemoryContext) -> None:
    root = Path(context.path("."))
    os.mkfifo(root / "package.json")
    (root / "Gemfile").mkdir()
    (root / "go.mod").symlink_to(root / "go.mod")
    (root / "pom.xml").write_bytes(b"\0" * 1_000)
    (root / "loop").symlink_to(root)
    found = await labels(context)
    assert [name for files in found.values() for name in files if name != "pom.xml"] == [
        "requirements.txt"
    ]
    stacks = Stacks(context.workspace, SecretGuard)
    await stacks.refresh()
    assert context.path("Gemfile") not in stacks.watched()
    assert {context.path("requirements.txt"), context.path("Cargo.toml")} <= stacks.watched()
    assert {"flask", "python"} <= stacks.words(context.path("app/x.py"))


async def test_a_manifest_that_leads_through_a_secret_name_is_not_read(
    context: MemoryContext,
) -> None:
    root = Path(context.path("."))
    (root / "package.json").symlink_to(".env")
    (root / ".env").symlink_to("settings.json")
    (root / "settings.json").write_text('{"name": "shop"}')
    assert list((await labels(context)).values()) == [("requirements.txt",)]


async def test_a_secret_manifest_is_not_read(context: MemoryContext) -> None:
    guard = SecretGuard(["requirements.txt"])
    assert await project.components(context.workspace, guard) == ()


async def test_a_directory_of_very_many_names_costs_no_more_than_reading_them(
    context: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    names = tuple(f"d{number}/" for number in range(200_000)) + ("go.mod",) * 100

    async def entries(path: str) -> tuple[str, ...]:
        looked_at.append(path)
        return names if path == context.workspace.roots[0].path else ("go.mod",)

    monkeypatch.setattr(context.workspace.disk, "entries", entries)
    deep = context.path("/".join(["deep"] * 500) + "/x.py")
    await project.components(context.workspace, SecretGuard(), deep)
    assert len(looked_at) <= project._MOST_DIRECTORIES


async def test_a_huge_tree_is_looked_at_in_part(context: MemoryContext) -> None:
    root = Path(context.path("."))
    for number in range(400):
        (root / f"d{number:03}").mkdir()
        (root / f"d{number:03}/package.json").write_text(OUTSIDE)
    found = await labels(context, "d399/x.js")
    assert len(found) == project._MOST_COMPONENTS
    assert "d399" in found


async def test_names_that_are_no_text_are_told_harmlessly_and_not_watched(
    context: MemoryContext,
) -> None:
    home = Path(context.workspace.roots[0].path)
    odd = home / os.fsdecode(b"caf\xe9\n<x>")
    odd.mkdir()
    (odd / os.fsdecode(b"\xff.csproj")).write_bytes(b'<PackageReference Include="dapper"/>\xff')
    documents = Documents(LocalDisk())
    documents.start({"workspaceFolders": [{"uri": home.as_uri(), "name": "shop"}]})
    given = Task(agent=AgentDefinition(name="a"), instructions="Go.")
    said = await first_message(given, documents, SecretGuard())
    assert "\ncaf ‹x› (.csproj): language C#; data access Dapper\n" in said
    stacks = Stacks(documents, SecretGuard)
    await stacks.refresh()
    assert str(home / "requirements.txt") in stacks.watched()
    assert [path for path in stacks.watched() if "caf" in path] == []
