from pathlib import Path

import pytest

from backend_specialist.domain.document import Unreadable
from backend_specialist.tools.read import Read
from backend_specialist.tools.registry import ToolFailed, ToolOutput
from backend_specialist.tools.write import Write
from support.tool_context import MemoryContext, make_context


async def write(context: MemoryContext, content: str, path: str = "a.py") -> ToolOutput:
    return await Write().run(context, {"filePath": path, "content": content})


async def rewrite(context: MemoryContext, content: str, path: str = "a.py") -> ToolOutput:
    """Read, then write."""
    await Read().run(context, {"filePath": path})
    return await write(context, content, path)


async def test_write_proposes_a_new_file(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    output = await write(context, "x = 1\ny = 2", path="src/new/a.py")
    assert context.proposals == [(context.path("src/new/a.py"), "x = 1\ny = 2", "exact")]
    assert "New file src/new/a.py (2 lines): proposed, not on disk yet." in output.text
    assert not (tmp_path / "src").exists()
    assert context.permitted == [("edit", ("src/new/a.py",))]


async def test_write_over_a_file_says_how_many_lines_it_replaces(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"a.py": "1\n2\n3\n"})
    output = await rewrite(context, "4\n")
    assert "all of its 3 lines replaced by 1 line" in output.text
    assert (tmp_path / "a.py").read_text() == "1\n2\n3\n"


@pytest.mark.parametrize(
    ("before", "content", "after"),
    [
        ("a\r\nb\r\n", "c\nd\n", "c\r\nd\r\n"),
        ("a\nb\n", "c\r\nd\r\n", "c\nd\n"),
        ("a\rb\r", "c\nd\n", "c\rd\r"),
        ("a\r\nb\r\nc\n", "d\ne", "d\r\ne"),
        ("", "c\r\nd", "c\r\nd"),
        ("a", "c\r\nd", "c\r\nd"),
    ],
)
async def test_write_keeps_the_line_ends_of_an_existing_file(
    tmp_path: Path, before: str, content: str, after: str
) -> None:
    context = make_context(tmp_path, files={"a.py": before})
    await rewrite(context, content)
    assert context.proposals[0][1] == after


@pytest.mark.parametrize("content", ["a\nb\n", "a\r\nb\r\n", "\ufeffa\nb\n"])
async def test_identical_content_proposes_nothing_and_says_so(tmp_path: Path, content: str) -> None:
    context = make_context(tmp_path, files={"a.py": "a\r\nb\r\n"})
    output = await rewrite(context, content)
    assert "already has exactly this content" in output.text
    assert context.proposals == []


async def test_write_compares_with_unsaved_text(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"a.py": "disk\n"})
    context.open("a.py", "buffer\n")
    assert "already has" in (await rewrite(context, "buffer\n")).text
    await write(context, "disk\n")
    assert context.proposals[0][1] == "disk\n"


async def test_write_refuses_what_edit_refuses(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"a.ipynb": "{}", "dir/b.py": ""})
    for path, content, said in (
        ("a.ipynb", "x", "notebook"),
        (".env", "x", "passwords and tokens"),
        ("../x.py", "x", "workspace"),
        ("a.py", "x\0", "NUL"),
        ("a.py", "x" * 1_000_001, "larger than 1 MB"),
    ):
        with pytest.raises(ToolFailed, match=said):
            await write(context, content, path=path)
    with pytest.raises(Unreadable):
        await write(context, "x", path="dir")
    assert context.proposals == []


async def test_denied_write_reads_nothing(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"a.py": "x"})
    context.denied_subjects[("edit", "a.py")] = "No."
    with pytest.raises(ToolFailed, match="No"):
        await write(context, "x")


async def test_content_that_was_escaped_twice_is_pointed_out(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    assert "If line ends were meant, write again" in (await write(context, r"a\nb\nc")).text
    assert "write again" not in (await write(context, 'print("a\\n\\n")\n')).text


async def test_a_text_that_was_not_read_is_not_replaced(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"a.py": "a = 1\n", "empty.py": ""})
    with pytest.raises(ToolFailed, match="not one that you have read"):
        await write(context, "a = 2\n")
    assert context.proposals == []
    await write(context, "b = 1\n", path="empty.py")
    assert [path for path, _, _ in context.proposals] == [context.path("empty.py")]


async def test_what_was_typed_since_the_text_was_read_is_not_replaced(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"a.py": "a = 1\n"})
    await Read().run(context, {"filePath": "a.py"})
    context.open("a.py", "a = 1\ntyped = 1\n")
    with pytest.raises(ToolFailed, match="undo what the user wrote"):
        await write(context, "a = 2\n")
    assert context.proposals == []


async def test_what_it_wrote_itself_it_knows(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    await write(context, "a = 1\n")
    await write(context, "a = 2\n")
    assert [text for _, text, _ in context.proposals] == ["a = 1\n", "a = 2\n"]


@pytest.mark.parametrize("path", ["a.py/b.py", "a.py/deeper/b.py", "new/b.py", "pkg/a.py/b.py"])
async def test_write_below_a_file_is_refused(tmp_path: Path, path: str) -> None:
    context = make_context(tmp_path, files={"a.py": "1\n", "pkg/a.py": "1\n"})
    context.texts[context.path("new")] = "a file that is proposed\n"
    with pytest.raises(ToolFailed, match="above it is one and no directory"):
        await write(context, "x\n", path=path)
    assert context.proposals == []


@pytest.mark.parametrize("path", ["pkg", "pkg/new"])
async def test_write_above_a_file_that_is_proposed_is_refused(tmp_path: Path, path: str) -> None:
    context = make_context(tmp_path)
    await write(context, "x\n", path="pkg/new/a.py")
    with pytest.raises(ToolFailed, match=r"because pkg/new/a\.py is proposed below it"):
        await write(context, "x\n", path=path)
    await write(context, "y\n", path="pkg/new/a.py")
    await write(context, "x\n", path="pkg/ne")
    assert len(context.proposals) == 3


async def test_write_beside_a_file_in_directories_that_are_not_there_yet(tmp_path: Path) -> None:
    context = make_context(tmp_path, files={"pkg/a.py": "1\n"})
    context.texts[context.path("pkg/new/a.py")] = "x\n"
    await write(context, "x\n", path="pkg/new/b.py")
    assert len(context.proposals) == 1
