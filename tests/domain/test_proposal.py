"""Proposals, their names and what the model hears."""

from dataclasses import replace

import pytest

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.proposal import (
    HunkOutcome,
    Proposal,
    Result,
    outcome_summary,
    proposal_id,
    proposals,
)


def change(
    path: str, base: str | None = "a\n", text: str = "b\n", protected: str = ""
) -> FileChange:
    uri = f"file://{path}"
    before = None if base is None else Snapshot(uri=uri, path=path, text=base, version=3)
    return FileChange(
        path=path, uri=uri, label=path[3:], base=before, text=text, protected=protected
    )


def test_proposal_id_names_exactly_base_and_text() -> None:
    one = change("/w/a")
    others = [
        change("/w/b"),
        change("/w/a", base="A\n"),
        change("/w/a", base=None),
        change("/w/a", base=""),
        change("/w/a", text="c\n"),
        replace(one, delete=True),
    ]
    names = {proposal_id([each]) for each in [one, *others]}
    names |= {proposal_id([one, one]), proposal_id([])}
    assert len(names) == 9
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in names)


def test_proposal_id_does_not_depend_on_the_version_or_the_strategy() -> None:
    one = change("/w/a")
    assert one.base is not None
    later = replace(one, base=replace(one.base, version=9), strategies=("line-trimmed",))
    assert proposal_id([one]) == proposal_id([later])


def test_proposals_ask_for_protected_files_apart() -> None:
    files = [change("/w/.envrc", protected="a shell runs it"), change("/w/a"), change("/w/b")]
    files.append(change("/w/CI", protected="a CI runs it"))
    found = proposals(files, round=2, title="Add an endpoint")
    assert [[c.label for c in p.changes] for p in found] == [["a", "b"], [".envrc"], ["CI"]]
    assert [p.protected for p in found] == ["", "a shell runs it", "a CI runs it"]
    assert {(p.round, p.title) for p in found} == {(2, "Add an endpoint")}
    assert [p.id for p in found] == [proposal_id(p.changes) for p in found]
    assert proposals([], round=1, title="") == ()
    assert Proposal(id="x", changes=()).protected == ""


def outcome(path: str, lines: str, result: Result, **more: str) -> HunkOutcome:
    return HunkOutcome(path=path, label=path[3:], hunk="0" * 12, result=result, lines=lines, **more)


def test_outcome_summary_groups_by_file_and_result() -> None:
    summary = outcome_summary(
        [
            outcome("/w/a.py", "1", Result.ACCEPTED),
            outcome("/w/a.py", "5-7", Result.ACCEPTED),
            outcome("/w/a.py", "20", Result.REFUSED, reason="too long"),
            outcome("/w/b.py", "3-4", Result.ALTERED, reason="too long", actual="    x = 1\n"),
            outcome("/w/b.py", "9", Result.ALTERED),
        ]
    )
    assert summary == (
        "2 of 5 edits were accepted. Lines are those of the text before the edits.\n"
        "a.py:\n"
        "- accepted: lines 1, 5-7 (it is in the file)\n"
        "- refused: line 20 (not applied, the old text stands)\n"
        "  reason given: too long\n"
        "b.py:\n"
        "- altered: lines 3-4 (neither the old nor the proposed text stands there now)\n"
        "  reason given: too long\n"
        "  now there:\n"
        "    x = 1\n"
        "- altered: line 9 (neither the old nor the proposed text stands there now)\n"
        "  now there: nothing"
    )


@pytest.mark.parametrize("result", Result)
def test_outcome_summary_explains_every_result(result: Result) -> None:
    summary = outcome_summary([outcome("/w/a.py", "", result)])
    assert f"- {result}: the whole file (" in summary
    assert ("All 1 edits were accepted" in summary) == (result is Result.ACCEPTED)


def test_outcome_summary_of_nothing() -> None:
    assert outcome_summary([]) == "There were no edits to review."
