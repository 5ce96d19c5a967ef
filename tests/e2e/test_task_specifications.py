"""An architect's task, from the lens on its file to the answer to each criterion. The model is scripted."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from backend_specialist.adapters.scripts import Call, Reply
from support.fake_editor import FakeEditor, Json
from support.guises import unknown, vscode
from support.project import write_project
from support.stage import Case, Stage, edit, staged, write
from support.talk import asked, results

PROJECT = """
-- design/plan.md --
# Plan

## Tasks

### T-1: Store means
- Status: done

### T-2: Serve means
- **Acceptance criteria**:
  1. An empty list has no mean.
  2. AC-9: A mean is 🛒 served.
- Dependencies: T-1, T-7; blocks T-3.
-- design/tasks/T-2.md --
# T-2: Serve means

## Approach

A route.
-- design/tasks/alone.md --
# Guard the mean

Acceptance criteria:

- [ ] Zero items give 0.
"""
CAPABLE = ["proposal", "question", "permission"]


@asynccontextmanager
async def server(place: Path) -> AsyncIterator[Stage]:
    """A server process on the sessions of those before it."""
    root = place / "shop"
    if not root.exists():
        write_project(root, PROJECT)
    async with staged(root, place / "state", unknown(ui=CAPABLE)) as stage:
        yield stage


async def ask(editor: FakeEditor, method: str, uri: str, **params: Any) -> Any:
    return await editor.request(f"textDocument/{method}", {"textDocument": {"uri": uri}, **params})


async def lenses(editor: FakeEditor, uri: str) -> dict[str, Json]:
    """The arguments of the lenses, by title."""
    found = await ask(editor, "codeLens", uri)
    return {one["command"]["title"]: one["command"]["arguments"][0] for one in found}


def deliver(*answers: tuple[str, str], file: str = "PATH") -> Call:
    criteria = [{"id": name, "answer": text, "file": file} for name, text in answers]
    parts = {"service": {}, "database": {}, "testing_documentation": {}}
    return Call(
        "deliver", {"summary": "Served.", "task_id": "wrong", "criteria": criteria, **parts}
    )


EDIT = edit("PATH", "first = 1", "first = 10")
ALL = (("1", "It gives None."), ("ac9", "There is a route."))


async def implemented(
    stage: Stage, argument: Json, *script: Sequence[Call], decision: str = "applyAll"
) -> Case:
    replies = [Reply(tools=tuple(calls)) for calls in script]
    case = await stage.run(script=replies, **argument)
    await stage.answer(case, await stage.event(case, "proposal"), decision)
    await stage.event(case, "status", status="completed")
    return case


async def problems(editor: FakeEditor, uri: str, *expected: tuple[int, int, str]) -> None:
    """Wait until these are the last problems of a document: line, first column, how the message begins."""

    def published(message: Json) -> bool:
        is_one = message["method"] == "textDocument/publishDiagnostics"
        return is_one and message["params"]["uri"] == uri

    def fits(message: Json) -> bool:
        if not published(message) or message is not [*filter(published, editor.heard)][-1]:
            return False
        found = message["params"]["diagnostics"]
        return [
            (*one["range"]["start"].values(), one["message"].partition(":")[0]) for one in found
        ] == list(expected)

    await editor.wait(fits)


async def text_of(editor: FakeEditor, case: Case) -> str:
    shown = await editor.command("showDeliverable", sessionId=case.session)
    return editor.path(shown["uri"]).read_text()


async def test_task_is_started_from_its_file_and_each_criterion_is_answered(tmp_path: Path) -> None:
    async with server(tmp_path) as stage:
        editor = stage.editor
        plan, task, alone = (
            editor.open(f"design/{name}.md", "markdown")
            for name in ("plan", "tasks/T-2", "tasks/alone")
        )
        readme = editor.uri("design/README.md")
        editor.open_uri(readme, "# T-2: no task of a plan\n", "markdown")

        assert set(await lenses(editor, plan)) == {
            "Implement this task (T-1)",
            "Implement this task (T-2)",
        }
        assert set(await lenses(editor, alone)) == {"Implement this task (alone)"}
        assert await ask(editor, "codeLens", readme) is None
        here = {"line": 10, "character": 3}
        actions = await ask(
            editor,
            "codeAction",
            plan,
            range={"start": here, "end": here},
            context={"diagnostics": []},
        )
        titles = [one["title"] for one in actions]
        assert titles[0] == "Implement this task (T-2)"

        argument = (await lenses(editor, task))["Implement this task (T-2)"]
        case = await implemented(stage, argument, [EDIT, deliver()], [deliver(ALL[0])])
        first, second, *_ = stage.requests(case)
        told = asked(first).encode().decode("unicode_escape")
        assert '<task id="T-2" title="Serve means">' in told
        assert "criterion 1: An empty list has no mean.\ncriterion AC-9: A mean" in told
        assert "depends on T-1: its file says: done\ndepends on T-7: not found\n" in told
        assert "T-3" not in told.partition("</task>")[0].partition("<task ")[2]
        assert "Acceptance criterion 1 (An empty list has no mean.) is not answered" in results(
            second
        )

        document = await text_of(editor, case)
        assert document.startswith("# Backend Implementation - T-2\n")
        assert f"**1** An empty list has no mean: It gives None. (`{case.path}`)" in document
        assert "**AC-9** A mean is 🛒 served: **not answered**" in document
        await problems(editor, task, (0, 0, "Acceptance criteria AC-9"))
        await problems(editor, plan, (10, 5, "Criterion AC-9"))
        await problems(editor, alone)
        (row,) = await editor.command("listSessions")
        assert row["specification"] == {
            "id": "T-2",
            "home": str(editor.root / "design"),
            "unanswered": [{"id": "AC-9", "text": "A mean is 🛒 served."}],
        }

    shutil.rmtree(tmp_path / "shop" / "case1")
    async with server(tmp_path) as stage:
        editor = stage.editor
        plan = editor.open("design/plan.md", "markdown")
        await problems(editor, plan, (10, 5, "Criterion AC-9"))

        # An answer that names a file that the user refused is none.
        argument = (await lenses(editor, plan))["Implement this task (T-2)"]
        claims = deliver(*ALL, file="CREATED")
        again = await implemented(
            stage, argument, [EDIT, write("CREATED", "x = 1\n"), claims], decision="reject"
        )
        await problems(editor, plan, (9, 5, "Criterion 1"), (10, 5, "Criterion AC-9"))
        assert "part of this delivery: criterion 1" in await text_of(editor, again)

        last = await implemented(stage, argument, [EDIT, deliver(*ALL)])
        await problems(editor, plan)
        for each in (last, again):
            await editor.command("deleteSession", sessionId=each.session)
        await problems(editor, plan, (10, 5, "Criterion AC-9"))
        await editor.command("deleteSession", sessionId=case.session)
        await problems(editor, plan)


async def pulled_after_refresh(editor: FakeEditor, uri: str, since: int) -> Json:
    """Pull whenever the server says so, until there is a problem."""
    while True:
        message = await editor.wait(
            lambda m: m["method"] == "workspace/diagnostic/refresh", since=since
        )
        since = editor.heard.index(message, since) + 1
        report = await ask(editor, "diagnostic", uri)
        if report["items"]:
            (found,) = report["items"]
            return found


async def test_editor_that_pulls_problems_is_told_to_pull_again(tmp_path: Path) -> None:
    root = write_project(tmp_path / "shop", PROJECT)
    async with staged(root, tmp_path / "state", vscode()) as stage:
        uri = stage.editor.open("design/tasks/alone.md", "markdown")
        assert (await ask(stage.editor, "diagnostic", uri))["items"] == []
        argument = (await lenses(stage.editor, uri))["Implement this task (alone)"]
        script = [Reply(tools=(deliver(),)), Reply(tools=(deliver(),))]
        case = await stage.run(script=script, **argument)
        await stage.event(case, "status", status="completed")
        found = await pulled_after_refresh(stage.editor, uri, case.since)
        assert found["code"] == "unanswered-criterion"
        assert found["range"]["start"] == {"line": 4, "character": 6}
