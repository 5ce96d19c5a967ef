"""The reverse of what was applied: exactly that, on the text of this moment, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.changeset import FileChange, also_named, hunks, select
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.sessions import records
from backend_specialist.sessions.fold import fold
from backend_specialist.sessions.reversal import Reversal, reverse, reverted
from backend_specialist.sessions.state import State
from support.dict_editor import DictWorkspace

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=6).map("".join)


def change(old: str | None, new: str, name: str = "app.py") -> FileChange:
    path = f"/shop/{name}"
    base = None if old is None else Snapshot(uri=f"file://{path}", path=path, text=old, version=1)
    return FileChange(path=path, uri=f"file://{path}", label=name, base=base, text=new)


def workspace(text: str | None, name: str = "app.py") -> DictWorkspace:
    place = DictWorkspace({})
    if text is not None:
        place.type(name, text)
    return place


async def test_edit_is_taken_back_and_later_typing_elsewhere_stays() -> None:
    now = workspace("a\nX\nc\nd\nmine\n")
    (back,), conflicts = await reverse(now, [change("a\nb\nc\nd\n", "a\nX\nc\nd\n")])
    assert back.text == "a\nb\nc\nd\nmine\n"
    assert back.base is not None
    assert back.base.text == "a\nX\nc\nd\nmine\n"
    assert conflicts == ()


async def test_edit_under_which_the_user_typed_is_a_conflict() -> None:
    changes, conflicts = await reverse(workspace("a\nX mine\n"), [change("a\nb\n", "a\nX\n")])
    assert (changes, conflicts) == ((), ("app.py",))


async def test_created_file_is_deleted_only_while_it_is_what_was_created() -> None:
    (back,), _ = await reverse(workspace("n\n"), [change(None, "n\n")])
    assert back.delete
    assert await reverse(workspace("n\nmine\n"), [change(None, "n\n")]) == ((), ("app.py",))


async def test_file_that_was_created_and_then_edited_is_deleted() -> None:
    (back,), _ = await reverse(workspace("m\n"), [change(None, "n\n"), change("n\n", "m\n")])
    assert back.delete


async def test_file_that_is_gone_is_a_conflict() -> None:
    assert await reverse(workspace(None), [change("a\n", "b\n")]) == ((), ("app.py",))


async def test_edit_that_the_user_undid_already_leaves_nothing_to_propose() -> None:
    assert await reverse(workspace("a\n"), [change("a\n", "b\n")]) == ((), ())


@given(first=LINES, second=LINES, third=LINES)
async def test_edits_on_top_of_each_other_are_taken_back_to_the_first_text(
    first: str, second: str, third: str
) -> None:
    applied = [change(first, second), change(second, third)]
    changes, conflicts = await reverse(workspace(third), applied)
    assert conflicts == ()
    assert [each.text for each in changes] == ([first] if first != third else [])


# ---------------------------------------------------------------- afterwards


def outcome(each: FileChange, hunk: str, result: Result) -> HunkOutcome:
    return HunkOutcome(path=each.path, label=each.label, hunk=hunk, result=result)


@given(before=LINES, after=LINES, data=st.data())
async def test_what_was_refused_of_a_reverse_is_all_that_is_left_of_it(
    before: str, after: str, data: st.DataObject
) -> None:
    first = change(before, after)
    for back in (await reverse(workspace(after), [first])).changes:
        ids = {hunk.id for hunk in hunks(back)}
        accepted = frozenset(data.draw(st.sets(st.sampled_from(sorted(ids)), min_size=1)))
        taken = select(back, accepted)
        assert taken is not None
        outcomes = [outcome(back, each, Result.ACCEPTED) for each in accepted]
        outcomes += [outcome(back, each, Result.REFUSED) for each in ids - accepted]
        now = workspace(taken.text)
        record = await reverted(now, [first, taken], outcomes)
        assert record is not None
        left = fold(State(applied=(first, taken)), record).applied
        assert bool(left) is (accepted != ids)
        assert [each.text for each in (await reverse(now, left)).changes] == [before] * len(left)


async def test_what_was_taken_back_of_a_file_is_the_users_and_the_rest_is_still_taken_back() -> (
    None
):
    first = change("a\nb\nc\n", "A\nb\nC\n")
    taken = change("A\nb\nC\n", "a\nb\nC\n")
    outcomes = [outcome(first, "1", Result.ACCEPTED), outcome(first, "2", Result.REFUSED)]
    record = await reverted(workspace("a\nb\nC\n"), [first, taken], outcomes)
    assert record is not None
    left = fold(State(applied=(first, taken)), record).applied
    (back,), conflicts = await reverse(workspace("A\nb\nC\n"), left)
    assert (back.text, conflicts) == ("A\nb\nc\n", ())


async def test_reverse_that_was_refused_leaves_all_as_it_was() -> None:
    first = change("a\n", "b\n")
    refused = [outcome(first, "1", Result.REFUSED)]
    assert await reverted(workspace("b\n"), [first], refused) is None


async def test_file_that_was_taken_back_is_named() -> None:
    first, second = change("a\n", "b\n"), change("a\n", "b\n", "other.py")
    outcomes = [outcome(first, "1", Result.ACCEPTED), outcome(second, "2", Result.STALE)]
    record = await reverted(workspace("a\n"), [first, second], outcomes)
    assert record == records.reverted([first.path], ())


def test_many_files_in_conflict_are_not_all_named() -> None:
    names = tuple(f"{number}.py" for number in range(7))
    assert Reversal(conflicts=names).left_out == "0.py, 1.py, 2.py, 3.py, 4.py and 2 more"
    assert (Reversal().warning, Reversal().advice) == ("", "")


async def test_what_takes_edits_back_has_every_name_that_they_had() -> None:
    linked = also_named(change("b\n", "c\n"), [".envrc"])
    (back,), _ = await reverse(workspace("c\n"), [change("a\n", "b\n"), linked])
    assert back.subjects == ("app.py", ".envrc")
    assert back.protected
