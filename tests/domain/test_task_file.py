"""The architect's files, as they are written and as they could be."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend_specialist.domain.specification import Criterion, unanswered
from backend_specialist.domain.task_file import PlacedTask, home_of, tasks_in

TASK = """\
# ORD-104: Cancel an order

Requirements stand here. Acceptance criteria follow.

## Acceptance Criteria

- [ ] An open order becomes cancelled,
      and the answer is 200.
- [x] A shipped order answers 409
  - with the code `conflict`

```
- [ ] not this
```

* AC-7: Twice is once.

## Dependencies

- ORD-101 (schema), tasks/money-back.md
- Needed by: ORD-110

## Status

in progress
"""
PLAN = """\
# Architecture plan 2: orders

## Overview

Nothing of 2 here.

## Tasks

### ORD-104: Cancel an order

- Description: take back.
- **Acceptance criteria**:
  1. First.
  2. Second.
- Dependencies: ORD-101; blocks ORD-110.
- Risk: medium.

### Task 2 - Refund

**Acceptance criteria:**
- AC1 - Money goes back.

That was it.
- no criterion

**Depends on:** Task 1

## Risks 1

- none
"""


def the(text: str, path: str = "/w/tasks/ORD-104.md") -> PlacedTask:
    (found,) = tasks_in(text, path)
    return found


def told(task: PlacedTask) -> list[tuple[str, str]]:
    return [(criterion.id, criterion.text) for criterion, _ in task.criteria]


def test_task_of_a_file_has_its_criteria_with_their_places() -> None:
    task = the(TASK)
    assert (task.id, task.title, task.status) == ("ORD-104", "Cancel an order", "in progress")
    assert told(task) == [
        ("1", "An open order becomes cancelled, and the answer is 200."),
        ("2", "A shipped order answers 409 with the code `conflict`"),
        ("AC-7", "Twice is once."),
    ]
    lines = TASK.splitlines()
    pointed = [lines[place.line][place.column : place.end_column] for _, place in task.criteria]
    assert pointed == [
        "An open order becomes cancelled,",
        "A shipped order answers 409",
        "AC-7: Twice is once.",
    ]
    assert task.dependencies == ("ORD-101", "money-back")
    assert task.last == len(lines) - 1


def test_plan_has_several_tasks() -> None:
    first, second = tasks_in(PLAN, "/w/docs/plan.md")
    assert (first.id, told(first)) == ("ORD-104", [("1", "First."), ("2", "Second.")])
    assert first.dependencies == ("ORD-101",)
    assert (second.id, second.title) == ("Task 2", "Refund")
    assert told(second) == [("AC1", "Money goes back.")]
    assert second.dependencies == ("Task 1",)
    assert PLAN.splitlines()[second.last + 1] == "## Risks 1"


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("# Cancel an order\n", "cancel-order", "Cancel an order"),
        ("", "cancel-order", ""),
        ("no heading\n", "cancel-order", ""),
        ("---\na: 1\n---\n## TASK_7 — Cancel\n", "TASK_7", "Cancel"),
        ("# Task: A1: Cancel\n", "A1", "Cancel"),
        ("# task 12\n", "task 12", ""),
    ],
)
def test_id_comes_from_the_heading_or_the_name_of_the_file(
    text: str, name: str, title: str
) -> None:
    task = the(text, "/w/tasks/cancel-order.md")
    assert (task.id, task.title) == (name, title)


@pytest.mark.parametrize("said", ["none", "None.", "n/a", "-", "see `tasks/ORD-104.md`."])
def test_label_that_points_elsewhere_has_nothing(said: str) -> None:
    task = the(f"# A-1: b\n\n**Acceptance criteria**: {said}\n**Dependencies**: {said}\n")
    assert (task.criteria, task.dependencies) == ((), ())


def test_criterion_behind_its_label_counts() -> None:
    assert told(the("# A-1: b\n- Acceptance criteria: it answers 404\n")) == [
        ("1", "it answers 404")
    ]


@pytest.mark.parametrize(
    ("path", "home"),
    [
        ("/w/plan.md", "/w"),
        ("/w/docs/Plan.md", "/w/docs"),
        ("/w/docs/tasks/a.md", "/w/docs"),
        ("/w/docs/tasks/deep/a.md", ""),
        ("/w/docs/tasks/a.txt", ""),
        ("/w/README.md", ""),
        ("untitled:Untitled-1", ""),
    ],
)
def test_files_of_the_contract_are_known_by_their_place(path: str, home: str) -> None:
    assert home_of(path) == home
    assert bool(tasks_in(TASK, path)) == bool(home)


LINES = st.lists(
    st.sampled_from(
        TASK.splitlines() + PLAN.splitlines() + ["```", "~~~", "  - a", "\t* b", "#", "- AC-1: x"]
    )
    | st.text(max_size=30),
    max_size=60,
).map("\n".join)


@given(LINES | st.text(max_size=2_000), st.sampled_from(["/w/plan.md", "/w/tasks/a.md"]))
@example("#" * 5_000, "/w/plan.md")
@example("- " * 5_000, "/w/tasks/a.md")
def test_any_text_is_read_and_every_place_is_in_it(text: str, path: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    after = -1
    for task in tasks_in(text, path):
        assert task.id
        assert after < task.place.line <= task.last < len(lines)
        after = task.last
        names = [criterion.id.casefold() for criterion, _ in task.criteria]
        assert len(set(names)) == len(names)
        for criterion, place in task.criteria:
            assert criterion.text.strip()
            assert task.place.line < place.line <= task.last
            assert 0 <= place.column <= place.end_column <= len(lines[place.line])
        answers = [{"id": name, "answer": "yes"} for name in names]
        assert unanswered([c for c, _ in task.criteria], answers) == ()


def test_answers_are_matched_without_case_and_punctuation() -> None:
    criteria = [Criterion(id="AC-1", text="a"), Criterion(id="2", text="b")]
    given_answers = [{"id": "ac 1", "answer": "x"}, {"id": "2", "answer": " "}]
    assert unanswered(criteria, given_answers) == (criteria[1],)


def test_a_hostile_plan_costs_no_more_than_its_length() -> None:
    text = "# Plan\n## Tasks\n### Task 1: x\nDependencies:\n" + ("- " + "A-" * 450 + "\n") * 500
    began = time.process_time()
    assert [task.dependencies for task in tasks_in(text, "/w/plan.md")] == [()]
    assert time.process_time() - began < 2
