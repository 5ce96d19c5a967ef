"""From a yes to the real text: whatever an editor says, what is reported is what stands there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.ports import ApplyAnswer, EditorTraits
from backend_specialist.sessions import applying
from backend_specialist.sessions.judging import accepted_part, judge
from backend_specialist.sessions.looking import Seen
from support.dict_editor import DictEditor, DictWorkspace

OLD = "a\nb\nc\nd\ne\n"
NEW = "A\nb\nc\nd\nE\n"
YES, NO, SILENCE = (ApplyAnswer(applied=value) for value in (True, False, None))


def snapshot(text: str, *, version: int | None = 1) -> Snapshot:
    return Snapshot(uri="file:///shop/a.py", path="/shop/a.py", text=text, version=version)


def change(old: str | None = OLD, new: str = NEW, *, delete: bool = False) -> FileChange:
    base = None if old is None else snapshot(old)
    return FileChange(
        path="/shop/a.py", uri="file:///shop/a.py", label="a.py", base=base, text=new, delete=delete
    )


def buffer(text: str, *, version: int = 2) -> Seen:
    """An open file of which the editor has told a change since the base."""
    return Seen(snapshot=snapshot(text, version=version))


def untouched(text: str) -> Seen:
    """An open file of which the editor has told no change."""
    return buffer(text, version=1)


def disk(text: str) -> Seen:
    return Seen(snapshot=snapshot(text, version=None))


MISSING = Seen(snapshot=None)
UNREADABLE = Seen(snapshot=None, visible=False)
EDIT, CREATE, DELETE = change(), change(None, "n\n"), change("n\n", "", delete=True)


@pytest.mark.parametrize(("sent", "seen", "answer", "expected"), [
    # An edit of an open file: the buffer decides, whatever the editor says.
    (EDIT, buffer(NEW), YES, "accepted accepted"),
    (EDIT, buffer(NEW), NO, "accepted accepted"),
    (EDIT, buffer(NEW), SILENCE, "accepted accepted"),
    (EDIT, buffer("A\nb\nc\nd\ne\n"), YES, "accepted failed"),
    (EDIT, buffer("A\nb\nc\nd\nX\n"), YES, "accepted altered"),
    (EDIT, buffer(OLD), YES, "failed failed"),
    (EDIT, buffer(OLD), NO, "failed failed"),
    (EDIT, buffer(OLD), SILENCE, "failed failed"),
    # Of an open file nothing was told: the change may still be on its way.
    (EDIT, untouched(OLD), YES, "unverified unverified"),
    (EDIT, untouched(OLD), SILENCE, "unverified unverified"),
    (EDIT, untouched(OLD), NO, "failed failed"),
    # A file that is not open: after a yes the text may be in a buffer that nobody shows us.
    (EDIT, disk(OLD), YES, "unverified unverified"),
    (EDIT, disk(OLD), NO, "failed failed"),
    (EDIT, disk(NEW), YES, "accepted accepted"),
    (EDIT, UNREADABLE, YES, "unverified unverified"),
    (EDIT, MISSING, YES, "altered altered"),
    # A file to be created.
    (CREATE, buffer("n\n"), YES, "accepted"),
    (CREATE, disk("n\n"), NO, "accepted"),
    (CREATE, buffer("m\n"), YES, "altered"),
    (CREATE, buffer(""), YES, "unverified"),
    (CREATE, buffer(""), NO, "failed"),
    (CREATE, disk(""), YES, "unverified"),
    (CREATE, MISSING, YES, "unverified"),
    (CREATE, MISSING, NO, "failed"),
    # A file to be deleted.
    (DELETE, MISSING, YES, "accepted"),
    (DELETE, MISSING, SILENCE, "accepted"),
    (DELETE, buffer("n\n"), YES, "failed"),
    (DELETE, disk("n\n"), NO, "failed"),
    (DELETE, disk("m\n"), YES, "altered"),
])  # fmt: skip
def test_outcome_comes_from_the_real_text(
    sent: FileChange, seen: Seen, answer: ApplyAnswer, expected: str
) -> None:
    outcomes = judge(sent, seen, answer, confirm=False)
    assert " ".join(item.result for item in outcomes) == expected


@pytest.mark.parametrize(("answer", "words"), [
    (YES, "said that it applied the edit"),
    (NO, "did not apply the edit: it gave no reason"),
    (ApplyAnswer(applied=False, reason="locked"), "did not apply the edit: locked"),
    (ApplyAnswer(applied=None, reason="no answer in 10 s"), "no usable answer: no answer in 10 s"),
])  # fmt: skip
def test_failure_says_what_the_editor_said(answer: ApplyAnswer, words: str) -> None:
    assert words in judge(EDIT, buffer(OLD), answer, confirm=False)[0].reason


def test_hunk_that_was_left_out_in_the_editors_own_preview_is_the_users_refusal() -> None:
    outcomes = judge(EDIT, buffer("A\nb\nc\nd\ne\n"), YES, confirm=True)
    assert [item.result for item in outcomes] == ["accepted", "refused"]
    assert outcomes[1].reason == ""


def test_silence_in_the_editors_own_preview_is_nobodys_refusal() -> None:
    outcomes = judge(EDIT, buffer(OLD), SILENCE, confirm=True)
    assert [item.result for item in outcomes] == ["failed", "failed"]


def test_accepted_part_is_what_a_revert_takes_back() -> None:
    outcomes = judge(EDIT, buffer("A\nb\nc\nd\ne\n"), YES, confirm=True)
    part = accepted_part(EDIT, outcomes)
    assert part is not None
    assert part.text == "A\nb\nc\nd\ne\n"
    assert accepted_part(EDIT, judge(EDIT, buffer(OLD), NO, confirm=False)) is None


# ---------------------------------------------------------------- sending


def stage(files: dict[str, str], **traits: bool) -> tuple[DictWorkspace, DictEditor]:
    workspace = DictWorkspace(files)
    can = {"applies_edits": True, "creates_files": True, "deletes_files": True, **traits}
    return workspace, DictEditor(workspace, EditorTraits(**can))


@pytest.mark.parametrize(("missing", "sent", "words"), [
    ("applies_edits", EDIT, "takes no edits"),
    ("creates_files", CREATE, "creates no files"),
    ("deletes_files", DELETE, "deletes no files"),
])  # fmt: skip
async def test_change_that_an_editor_cannot_take_is_not_sent(
    missing: str, sent: FileChange, words: str
) -> None:
    workspace, editor = stage({}, **{missing: False})
    found = (await applying.apply(editor, workspace, [sent], label="", confirm=False)).outcomes
    assert editor.sent == []
    assert {item.result for item in found[sent.path]} == {"failed"}
    assert words in found[sent.path][0].reason


async def test_what_can_be_sent_is_sent_without_the_rest() -> None:
    workspace, editor = stage({"a.py": OLD}, creates_files=False)
    workspace.type("a.py", OLD)
    other = FileChange(
        path="/shop/n.py", uri="file:///shop/n.py", label="n.py", base=None, text="n\n"
    )
    found = (
        await applying.apply(editor, workspace, [EDIT, other], label="", confirm=False)
    ).outcomes
    assert editor.sent == [(EDIT,)]
    assert [item.result for item in (*found[EDIT.path], *found[other.path])] == [
        "accepted",
        "accepted",
        "failed",
    ]


async def test_text_that_comes_after_the_answer_is_waited_for() -> None:
    workspace, editor = stage({"a.py": OLD})
    workspace.type("a.py", OLD)
    late: list[FileChange] = []

    async def answer_first(changes: Sequence[FileChange]) -> ApplyAnswer:
        late.extend(changes)
        return ApplyAnswer(applied=True)

    async def next_change(seconds: float) -> bool:
        for each in late:
            editor.apply_one(each)
        return bool(late) and not late.clear()

    editor.behaviour = answer_first
    workspace.next_change = next_change
    found = (await applying.apply(editor, workspace, [EDIT], label="", confirm=False)).outcomes
    assert [item.result for item in found[EDIT.path]] == ["accepted", "accepted"]


# ---------------------------------------------------------------- rebasing


@pytest.mark.parametrize(("now", "expected"), [
    ("a\nb\ntyped\nc\nd\ne\n", "A\nb\ntyped\nc\nd\nE\n"),
    ("a\nb\nC\nd\ne\n", "A\nb\nC\nd\nE\n"),
    (NEW, NEW),
    ("typed\nb\nc\nd\ne\n", None),
])  # fmt: skip
async def test_change_is_rebased_on_the_text_of_this_moment(now: str, expected: str | None) -> None:
    workspace, _ = stage({"a.py": OLD})
    workspace.type("a.py", now)
    fresh = await applying.refreshed(workspace, EDIT)
    assert (fresh.text if fresh else None) == expected


@pytest.mark.parametrize("sent", [EDIT, DELETE], ids=["edit", "delete"])
async def test_change_of_a_file_that_is_gone_is_stale(sent: FileChange) -> None:
    workspace, _ = stage({})
    assert await applying.refreshed(workspace, sent) is None


async def test_creation_of_a_file_that_exists_by_now_is_stale() -> None:
    workspace, _ = stage({"a.py": "mine\n"})
    assert await applying.refreshed(workspace, CREATE) is None
