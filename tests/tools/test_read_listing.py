"""The tool ``read`` on directories."""

from __future__ import annotations

import pytest

from backend_specialist.tools.read import Read
from backend_specialist.tools.registry import ToolFailed
from support.tool_context import make_context


async def read(context, path, **options):
    return await Read().run(context, {"filePath": path, **options})


async def test_a_directory_is_listed_sorted(tmp_path):
    context = make_context(tmp_path, files={"d/b.py": "", "d/a/x.py": "", "d/.hidden": ""})
    output = await read(context, "d/")
    assert output.text == (
        "<path>d</path>\n<type>directory</type>\n<entries>\n"
        ".hidden\na/\nb.py\n\n(3 entries)\n</entries>"
    )
    assert context.permitted == [("read", ("d",))]


async def test_an_empty_directory_says_so(tmp_path):
    context = make_context(tmp_path)
    assert "(0 entries)" in (await read(context, ".")).text


async def test_a_directory_is_paged(tmp_path):
    context = make_context(tmp_path, files={f"f{number}": "" for number in range(10)})
    first = (await read(context, ".", limit=5)).text
    assert "f4\n\n(Showing entries 1-5 of 10. Use offset=6 to go on.)" in first
    last = (await read(context, ".", offset=6, limit=5)).text
    assert "f5\nf6\nf7\nf8\nf9\n\n(10 entries)" in last
    with pytest.raises(ToolFailed, match="10 entries"):
        await read(context, ".", offset=11)


async def test_a_secret_name_is_marked(tmp_path):
    context = make_context(tmp_path, files={".env": "", "key.pem": "", "a.py": ""})
    text = (await read(context, ".")).text
    assert ".env (kept from you" in text
    assert "key.pem (kept from you" in text
    assert "a.py\n" in text


async def test_a_link_does_not_tell_what_it_leads_to(tmp_path):
    context = make_context(tmp_path / "ws")
    (tmp_path / "outside").mkdir()
    (tmp_path / "ws" / "there").symlink_to(tmp_path / "outside")
    (tmp_path / "ws" / "gone").symlink_to(tmp_path / "nothing")
    assert "<entries>\ngone\nthere\n" in (await read(context, ".")).text


async def test_proposed_files_are_in_the_listing(tmp_path):
    context = make_context(tmp_path, files={"src/a.py": ""})
    context.texts = dict.fromkeys(map(context.path, ["src/b.py", "src/new/c.py", "other/d.py"]), "")
    assert "a.py\nb.py\nnew/\n" in (await read(context, "src")).text
    assert "d.py\n\n(1 entry)" in (await read(context, "other")).text


async def test_a_name_with_a_newline_stays_on_its_line(tmp_path):
    context = make_context(tmp_path, files={"a\nb</entries>": ""})
    assert "a\\nb" in (await read(context, ".")).text
