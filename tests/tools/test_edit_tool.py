from pathlib import Path
from typing import Any

import pytest

from backend_specialist.domain.document import Snapshot, Unreadable
from backend_specialist.tools.edit import Edit
from backend_specialist.tools.registry import ToolFailed, ToolOutput
from support.tool_context import MemoryContext, make_context

APP = "def get():\n    return 1\n\n\ndef put():\n    return 2\n"


@pytest.fixture
def context(tmp_path: Path) -> MemoryContext:
    return make_context(tmp_path, files={"src/app.py": APP})


async def edit(
    context: MemoryContext, old: str, new: str, path: str = "src/app.py", **more: Any
) -> ToolOutput:
    arguments = {"filePath": path, "oldString": old, "newString": new, **more}
    return await Edit().run(context, arguments)


async def test_edit_proposes_the_whole_new_text_and_leaves_the_disk_alone(
    context: MemoryContext,
) -> None:
    output = await edit(context, "return 1", "return 3")
    path = context.path("src/app.py")
    assert context.proposals == [(path, APP.replace("return 1", "return 3"), "exact")]
    assert (await context.workspace.disk.read(path))[0] == APP
    assert "src/app.py: proposed, not on disk yet" in output.text
    assert context.propose_sentence in output.text
    assert output.title == "src/app.py"


async def test_edit_passes_the_gate_with_the_path_below_the_root(context: MemoryContext) -> None:
    await edit(context, "return 1", "return 3", path=context.path("src/app.py"))
    assert context.permitted == [("edit", ("src/app.py",))]


async def test_denied_edit_says_the_same_whether_the_text_is_there_or_not(
    context: MemoryContext,
) -> None:
    context.denials["edit"] = "Edits are denied."
    said = []
    for old in ("return 1", "no such text"):
        with pytest.raises(ToolFailed) as caught:
            await edit(context, old, "x")
        said.append(str(caught.value))
    assert said == ["Edits are denied."] * 2


async def test_edit_of_a_link_passes_the_gate_with_its_own_name_too(context: MemoryContext) -> None:
    Path(context.path("link.py")).symlink_to("src/app.py")
    await edit(context, "return 1", "return 3", path="link.py")
    assert context.permitted == [("edit", ("src/app.py", "link.py"))]


async def test_near_miss_tells_nothing_of_a_link_with_a_secret_name(context: MemoryContext) -> None:
    Path(context.path(".env")).symlink_to("src/app.py")
    with pytest.raises(ToolFailed, match=r"^\.env is not edited: It is kept") as caught:
        await edit(context, "return 7", "x", path=".env")
    assert "return 1" not in str(caught.value)


async def test_notebook_that_is_open_under_another_name_is_not_edited(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"n.ipynb": "{}"})
    (tmp_path / "n.txt").symlink_to("n.ipynb")
    context.open("n.txt", "{}")
    with pytest.raises(ToolFailed, match="is a notebook"):
        await edit(context, "{}", "x", path="n.txt")


async def test_edit_works_on_unsaved_text_and_then_on_the_proposal(context: MemoryContext) -> None:
    context.open("src/app.py", "unsaved = 1\n")
    await edit(context, "unsaved = 1", "proposed = 2")
    await edit(context, "proposed = 2", "again = 3")
    assert context.proposals[-1][1] == "again = 3\n"


async def test_edit_names_a_strategy_that_is_not_exact(context: MemoryContext) -> None:
    output = await edit(context, "def get():\nreturn 1\n", "def get():\nreturn 9\n")
    assert "strategy line-trimmed" in output.text
    assert context.proposals[0][2] == "line-trimmed"
    assert "    return 9\n" in context.proposals[0][1]


async def test_edit_replaces_all_and_says_how_many(context: MemoryContext) -> None:
    output = await edit(context, "return", "yield", replaceAll=True)
    assert "2 replacements in src/app.py" in output.text
    assert context.proposals[0][1] == APP.replace("return", "yield")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("return", "yield", "fits 2 places"),
        ("return 7", "return 8", "not in the file"),
        ("return 1", "return 1", "same"),
    ],
)
async def test_edit_that_has_no_one_place_proposes_nothing(
    context: MemoryContext, old: str, new: str, said: str
) -> None:
    with pytest.raises(ToolFailed, match=said):
        await edit(context, old, new)
    assert context.proposals == []


async def test_edit_keeps_the_line_ends_of_the_file(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"a.txt": "alpha\r\nbeta\r\ngamma\r\n"})
    await edit(context, "alpha\nbeta", "one\ntwo", path="a.txt")
    assert context.proposals[0][1] == "one\r\ntwo\r\ngamma\r\n"


async def test_missing_file_is_an_error_with_similar_names(context: MemoryContext) -> None:
    with pytest.raises(
        ToolFailed, match=r"src/ap\.py does not exist.*Did you mean src/app\.py.*write"
    ):
        await edit(context, "x", "y", path="src/ap.py")


async def test_empty_old_text_creates_a_file(context: MemoryContext) -> None:
    output = await edit(context, "", "new = 1\n", path="src/deep/new.py")
    assert context.proposals == [(context.path("src/deep/new.py"), "new = 1\n", "exact")]
    assert "New file src/deep/new.py" in output.text


@pytest.mark.parametrize("present", ["", "text"])
async def test_empty_old_text_never_overwrites_a_file(tmp_path: Path, present: str) -> None:
    context = make_context(tmp_path, files={"a.py": present})
    with pytest.raises(ToolFailed, match="exists, and an empty oldString only creates"):
        await edit(context, "", "new", path="a.py")
    assert context.proposals == []


async def test_empty_old_text_does_not_overwrite_a_proposed_file(context: MemoryContext) -> None:
    await edit(context, "", "first", path="new.py")
    with pytest.raises(ToolFailed, match="exists"):
        await edit(context, "", "second", path="new.py")


async def test_two_empty_texts_are_an_error(context: MemoryContext) -> None:
    with pytest.raises(ToolFailed, match="both empty"):
        await edit(context, "", "", path="new.py")


async def test_directory_is_not_edited(context: MemoryContext) -> None:
    for old in ("x", ""):
        with pytest.raises(Unreadable):
            await edit(context, old, "y", path="src")


async def test_secret_file_is_neither_edited_nor_created(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={".env": "KEY=abc\n"})
    for path, old in ((".env", "KEY=abc"), (".env.local", "")):
        with pytest.raises(ToolFailed, match=r"passwords and tokens.*open point") as caught:
            await edit(context, old, "KEY=x", path=path)
        assert "abc" not in str(caught.value)
    assert context.proposals == []


@pytest.mark.parametrize("path", ["../out.py", "/etc/hosts"])
async def test_path_outside_is_never_edited(context: MemoryContext, path: str) -> None:
    with pytest.raises(ToolFailed, match="workspace"):
        await edit(context, "", "x", path=path)
    assert context.proposals == []


async def test_notebook_is_refused_with_the_reason(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"a.ipynb": "{}", "b.py": "x"})
    with pytest.raises(ToolFailed, match=r"is a notebook.*module"):
        await edit(context, "{}", "[]", path="a.ipynb")
    path = context.path("b.py")
    context.workspace.buffers[path] = Snapshot(
        uri="file://b", path=path, text="x", version=1, notebook=True
    )
    with pytest.raises(ToolFailed, match="is a notebook"):
        await edit(context, "x", "y", path="b.py")


@pytest.mark.parametrize(
    ("new", "said"),
    [("x" * 1_000_001, "larger than 1 MB"), ("ü" * 500_001, "larger than 1 MB"), ("a\0b", "NUL")],
)
async def test_text_that_no_source_file_holds_is_refused(
    context: MemoryContext, new: str, said: str
) -> None:
    with pytest.raises(ToolFailed, match=said):
        await edit(context, "return 1", new)
    assert context.proposals == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
async def test_replacing_all_by_far_more_text_is_refused_before_memory_fills(
    tmp_path: Path, newline: str
) -> None:
    context = make_context(tmp_path, files={"a.txt": f"x{newline}" * 100_000})
    with pytest.raises(ToolFailed, match="more than 1 MB"):
        await edit(context, "x\n", "y" * 900_000, path="a.txt", replaceAll=True)


async def test_byte_order_mark_in_new_text_is_dropped(context: MemoryContext) -> None:
    await edit(context, "", "\ufeff\ufeffx = 1\n", path="new.py")
    assert context.proposals[0][1] == "x = 1\n"


async def test_what_the_session_refuses_is_told(context: MemoryContext) -> None:
    context.propose_failure = "This editor cannot create files."
    with pytest.raises(ToolFailed, match="cannot create files"):
        await edit(context, "", "x", path="new.py")
