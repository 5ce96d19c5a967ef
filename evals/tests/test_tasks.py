"""Each task can be solved, is not solved yet, and keeps its tests and its solution to itself."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest
from lazy import LAZY

from evals.judge import judge
from evals.place import place
from evals.task import HERE, STACKS, BadTask, Task, chosen, files_in, load, load_all

ALL = load_all()


def test_reference_solution_passes(task: Task) -> None:
    with place(task.start) as here:
        shutil.copytree(task.solution, here.workspace, dirs_exist_ok=True)
        verdict = judge(task, here)
    assert verdict.passed, (verdict.reason, verdict.failed)


def test_start_fails_by_its_tests(task: Task) -> None:
    """Not because it cannot be loaded: the tests ran."""
    with place(task.start) as here:
        verdict = judge(task, here)
    assert not verdict.passed
    assert (
        verdict.reason == f"{len(verdict.failed)} of {len(task.hidden_tests())} hidden tests failed"
    )
    assert not [said for said in verdict.failed.values() if said.startswith("did not run")]


@pytest.mark.parametrize(
    ("name", "file", "with_care", "without"), LAZY, ids=[row[0] for row in LAZY]
)
def test_lazy_solution_fails(name: str, file: str, with_care: str, without: str) -> None:
    (task,) = chosen([name])
    with place(task.start) as here:
        shutil.copytree(task.solution, here.workspace, dirs_exist_ok=True)
        path = here.workspace / file
        text = path.read_text("utf-8")
        assert text.count(with_care) == 1
        path.write_text(text.replace(with_care, without), "utf-8")
        verdict = judge(task, here)
    assert verdict.failed, verdict.reason
    assert not [said for said in verdict.failed.values() if said.startswith("did not run")]


def test_every_task_has_a_lazy_solution() -> None:
    assert [row[0] for row in LAZY] == [task.name for task in ALL]


def test_workspace_is_the_start_and_nothing_else(task: Task) -> None:
    with place(task.start) as here:
        given = {
            path.relative_to(here.workspace): path.read_bytes() for path in files_in(here.workspace)
        }
        links = [path for path in here.root.rglob("*") if path.is_symlink()]
        beside = {path.name for path in here.root.iterdir()}
    assert given == {
        path.relative_to(task.start): path.read_bytes() for path in files_in(task.start)
    }
    assert beside == {"workspace", "home", "tmp"}
    assert not links


def test_task_is_small_and_in_order(task: Task) -> None:
    start = {path.relative_to(task.start) for path in files_in(task.start)}
    solution = {path.relative_to(task.solution) for path in files_in(task.solution)}
    assert task.name.startswith(f"{task.stack}-")
    assert len(task.hidden_tests()) >= 5
    assert (
        len(
            [
                path
                for path in start
                if path.suffix in (".py", ".js") and (task.start / path).stat().st_size
            ]
        )
        <= 9
    )
    assert len(task.text) < 3000
    changed = [
        path
        for path in solution & start
        if (task.solution / path).read_bytes() == (task.start / path).read_bytes()
    ]
    assert not changed, "the solution holds files that it does not change"


def test_hidden_tests_are_not_named_in_what_the_model_gets(task: Task) -> None:
    given = task.text + "".join(path.read_text("utf-8") for path in files_in(task.start))
    assert not [name for name in task.hidden_tests() if name in given]


def test_stacks_are_spread_evenly() -> None:
    counts = Counter(task.stack for task in ALL)
    assert set(counts) == set(STACKS)
    assert max(counts.values()) - min(counts.values()) <= 1


def test_readme_lists_every_task() -> None:
    lines = (HERE / "README.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert rows == [
        f"| `{task.name}` | {task.title} | {len(task.hidden_tests())} |" for task in ALL
    ]


def test_unknown_task_is_named() -> None:
    with pytest.raises(BadTask, match="There is no task 'nope'"):
        chosen(["nope"])


@pytest.mark.parametrize(
    "head", ["title: A", "title: A\nstack: cobol", "title: A\nstack: flask\nother: 1"]
)
def test_bad_front_matter_is_refused(tmp_path, head: str) -> None:
    (tmp_path / "task.md").write_text(f"---\n{head}\n---\nDo it.\n")
    with pytest.raises(BadTask, match="needs a front matter"):
        load(tmp_path)
