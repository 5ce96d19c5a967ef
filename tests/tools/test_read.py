"""The tool ``read`` on files."""

from __future__ import annotations

import os

import pytest

from backend_specialist.tools.read import Read
from backend_specialist.tools.registry import ToolFailed
from support.tool_context import as_context, make_context


def lines(count: int, width: int = 0) -> str:
    return "".join(f"line{number}{'.' * width}\n" for number in range(count))


async def read(context, path, **options):
    return await Read().run(as_context(context), {"filePath": path, **options})


async def refusal(context, path, **options) -> str:
    with pytest.raises(ToolFailed) as caught:
        await read(context, path, **options)
    return str(caught.value)


async def test_read_numbers_the_lines_of_a_file(tmp_path):
    context = make_context(tmp_path, files={"src/a.py": "one\r\n\ttwo\r\n\r\nfour"})
    output = await read(context, "src/a.py")
    assert output.text == (
        "<path>src/a.py</path>\n<type>file</type>\n<content>\n"
        "1: one\n2: \ttwo\n3: \n4: four\n\n(End of file: 4 lines in total)\n</content>"
    )
    assert output.title == "src/a.py:1-4"
    assert context.permitted == [("read", ("src/a.py",))]


async def test_read_of_a_part_says_how_to_go_on(tmp_path):
    context = make_context(tmp_path, files={"a": lines(100)})
    text = (await read(context, "a", limit=10)).text
    assert "10: line9\n" in text
    assert "line10" not in text
    assert "(Showing lines 1-10 of 100. Use offset=11 to go on.)" in text


async def test_read_begins_at_the_offset(tmp_path):
    context = make_context(tmp_path, files={"a": lines(20)})
    text = (await read(context, "a", offset=10, limit=5)).text
    assert "10: line9\n11: line10\n12: line11\n13: line12\n14: line13\n\n" in text
    assert "15:" not in text


async def test_read_takes_offset_zero_for_the_beginning(tmp_path):
    context = make_context(tmp_path, files={"a": lines(2)})
    assert await read(context, "a", offset=0) == await read(context, "a", offset=1)


async def test_read_behind_the_end_names_the_number_of_lines(tmp_path):
    context = make_context(tmp_path, files={"a": lines(3), "empty": ""})
    assert "3 lines" in await refusal(context, "a", offset=4)
    assert "0 lines" in await refusal(context, "empty", offset=2)
    assert "(End of file: 0 lines in total)" in (await read(context, "empty")).text
    assert "3: line2" in (await read(context, "a", offset=3)).text


async def test_read_gives_two_thousand_lines_if_not_told_otherwise(tmp_path):
    context = make_context(tmp_path, files={"a": lines(2001)})
    assert (
        "(Showing lines 1-2000 of 2001. Use offset=2001 to go on.)"
        in (await read(context, "a")).text
    )


async def test_read_stops_at_fifty_kilobytes_and_says_so(tmp_path):
    context = make_context(tmp_path, files={"a": lines(50_000, 80)})
    text = (await read(context, "a", limit=50_000)).text
    assert len(text) < 52_000
    shown = text.count("\n") - 5
    assert (
        f"Output capped at 50 KB. Showing lines 1-{shown} of 50000. Use offset={shown + 1}" in text
    )


async def test_read_counts_bytes_and_not_characters(tmp_path):
    context = make_context(tmp_path, files={"a": ("é" * 1000 + "\n") * 60})
    assert len((await read(context, "a")).text.encode()) < 52_000


async def test_read_cuts_a_long_line(tmp_path):
    context = make_context(tmp_path, files={"a": "x" * 3000 + "\nnext\n"})
    text = (await read(context, "a")).text
    assert "x" * 2000 + "… (line cut at 2000 characters)\n2: next" in text
    assert "x" * 2001 not in text


async def test_read_counts_lines_as_the_editor_does(tmp_path):
    context = make_context(tmp_path, files={"a": "one\x0cstill one\u2028and one\rtwo\r\nthree"})
    assert "(End of file: 3 lines in total)" in (await read(context, "a")).text


async def test_read_shows_unsaved_text_and_says_so(tmp_path):
    context = make_context(tmp_path, files={"a.py": "disk\n", "same.py": "same\n"})
    context.open("a.py", "buffer\n")
    context.open("new.py", "never saved\n")
    context.open("same.py", "same\n")
    context.open("untitled:U", "untitled\n")
    unsaved = (await read(context, "a.py")).text
    assert "1: buffer" in unsaved
    assert "unsaved" in unsaved
    assert "unsaved" in (await read(context, "new.py")).text
    assert "unsaved" not in (await read(context, "same.py")).text
    assert "never saved; it has no file" in (await read(context, "untitled:U")).text


async def test_read_shows_the_sessions_own_proposal_and_says_so(tmp_path):
    context = make_context(tmp_path, files={"a.py": "disk\n"})
    context.open("a.py", "buffer\n")
    context.texts = {context.path("a.py"): "proposed\n", context.path("new/b.py"): "created\n"}
    for name, line in (("a.py", "1: proposed"), ("new/b.py", "1: created")):
        text = (await read(context, name)).text
        assert line in text
        assert "your proposed text" in text


async def test_read_hears_that_a_proposal_went_stale(tmp_path):
    context = make_context(tmp_path, files={"a.py": "disk\n"})
    context.read_failures[context.path("a.py")] = "The file moved on."
    assert await refusal(context, "a.py") == "The file moved on."


async def test_read_refuses_secrets_by_any_name(tmp_path):
    context = make_context(tmp_path, files={".env": "TOKEN=1", ".env.example": "TOKEN="})
    (tmp_path / "notes.txt").symlink_to(".env")
    for name in (".env", ".ENV", "notes.txt", "./x/../.env", str(tmp_path / ".env"), ".env.none"):
        message = await refusal(context, name)
        assert "kept from the model" in message
        assert "TOKEN" not in message
    assert "1: TOKEN=" in (await read(context, ".env.example")).text


@pytest.mark.parametrize("name", [".env", "id_rsa", ".ssh/settings", "notes", "config/.env.local"])
async def test_read_refuses_a_link_of_a_secret_name_and_does_not_say_where_it_leads(tmp_path, name):
    context = make_context(tmp_path, files={"deploy/settings": "TOKEN=1", "config/x": ""})
    (tmp_path / ".env").symlink_to("deploy/settings")
    (tmp_path / "id_rsa").symlink_to("deploy/settings")
    (tmp_path / ".ssh").symlink_to("deploy")
    (tmp_path / "notes").symlink_to(".env")
    (tmp_path / "config" / ".env.local").symlink_to("../deploy/settings")
    for given in (name, str(tmp_path / name)):
        message = await refusal(context, given)
        assert "kept from the model" in message
        assert "TOKEN" not in message
        assert "deploy" not in message


async def test_read_refuses_a_file_that_is_open_as_a_secret(tmp_path):
    context = make_context(tmp_path, files={"deploy/production": "TOKEN=1"})
    (tmp_path / ".env").symlink_to("deploy/production")
    context.open(".env", "TOKEN=2")
    assert "kept from the model" in await refusal(context, "deploy/production")
    context.open("deploy/production", "TOKEN=2")
    assert "kept from the model" in await refusal(context, "deploy/production")


async def test_read_lists_a_directory_as_the_link_to_it_has_it(tmp_path):
    context = make_context(tmp_path, files={"deploy/settings": "TOKEN=1"})
    (tmp_path / ".ssh").symlink_to("deploy")
    assert "settings (kept from you" in (await read(context, ".ssh")).text
    assert "settings (kept" not in (await read(context, "deploy")).text


async def test_read_passes_the_gate_with_every_name(tmp_path):
    context = make_context(tmp_path, files={"deploy/settings": "x"})
    (tmp_path / "link").symlink_to("deploy")
    await read(context, "link/settings")
    assert context.permitted == [("read", ("deploy/settings", "link/settings"))]


async def test_read_refuses_binary_files_by_content_or_name(tmp_path):
    files = {
        "a.txt": b"a\0b",
        "b.wasm": "text",
        "C.ZIP": "text",
        "image.png": b"\x89PNG\r\n\x1a\n\0",
    }
    context = make_context(tmp_path, files=files)
    for name in files:
        assert "binary" in await refusal(context, name)


async def test_read_shows_text_under_names_that_only_sound_binary(tmp_path):
    files = dict.fromkeys(["a.fbs", "b.bmp", "c.tiff", "d.avif", "e.dat", "wasm"], "text\n")
    context = make_context(tmp_path, files=files)
    for name in files:
        assert "1: text" in (await read(context, name)).text


async def test_read_refuses_pipes_and_huge_files(tmp_path):
    context = make_context(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as stream:
        stream.truncate(20 * 1024 * 1024)
    assert "pipe cannot be read" in await refusal(context, "pipe")
    assert "20.0 MB" in await refusal(context, "huge")


async def test_read_of_a_missing_file_names_similar_ones_but_no_secret(tmp_path):
    context = make_context(
        tmp_path,
        files={"src/service.py": "", "src/services.py": "", "src/z.py": "", "src/service.pem": ""},
    )
    context.texts[context.path("src/servicer.py")] = ""
    message = await refusal(context, "src/servce.py")
    assert "There is no such file. Did you mean " in message
    for name in ("src/service.py", "src/services.py", "src/servicer.py"):
        assert name in message
    assert "pem" not in message
    assert "z.py" not in message


async def test_read_of_a_missing_file_without_similar_names_suggests_nothing(tmp_path):
    context = make_context(tmp_path, files={"a.py": ""})
    for name in ("qqqqqq.md", "none/at/all.txt"):
        assert (await refusal(context, name)).endswith("There is no such file.")


async def test_read_suggests_at_most_three_names(tmp_path):
    context = make_context(tmp_path, files={f"file{number}.py": "" for number in range(9)})
    assert (await refusal(context, "file.py")).count("file") == 1 + 1 + 3


async def test_read_outside_asks_for_the_directory_and_then_for_the_file(tmp_path):
    context = make_context(tmp_path / "ws")
    (tmp_path / "notes.txt").write_text("hello\n")
    path = os.path.realpath(tmp_path / "notes.txt")
    assert "1: hello" in (await read(context, str(tmp_path / "notes.txt"))).text
    directory = os.path.dirname(path)
    assert context.permitted == [("external_directory", (f"{directory}/*",)), ("read", (path,))]


async def test_read_denied_gives_nothing(tmp_path):
    context = make_context(tmp_path, files={"a.py": "content"})
    context.denied_subjects["read", "a.py"] = "Denied by a rule."
    assert await refusal(context, "a.py") == "Denied by a rule."
    assert await refusal(context, "./x/../a.py") == "Denied by a rule."
