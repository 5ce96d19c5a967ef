"""The reverse of what was applied: exactly that, on the text of this moment, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.sessions.reversal import reverse
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
