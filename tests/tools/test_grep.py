"""The tool ``grep``, with the real ripgrep."""

from __future__ import annotations

import pytest

from backend_specialist.tools.grep import Grep
from backend_specialist.tools.registry import ToolFailed
from support.tool_context import as_context, make_context


async def grep(context, pattern, **options):
    return await Grep().run(as_context(context), {"pattern": pattern, **options})


async def refusal(context, pattern, **options) -> str:
    with pytest.raises(ToolFailed) as caught:
        await grep(context, pattern, **options)
    return str(caught.value)


async def test_grep_groups_matches_by_file(tmp_path):
    context = make_context(
        tmp_path, files={"src/b.py": "x\nfoo = 1\n  foo()\n", "a.py": "foo\n", "none.py": "bar\n"}
    )
    output = await grep(context, "foo")
    assert output.text == (
        "Found 3 matches\na.py:\n  Line 1: foo\n\nsrc/b.py:\n  Line 2: foo = 1\n  Line 3:   foo()"
    )
    assert output.title == '"foo": 3 matches'
    assert context.permitted == [("grep", ("foo",))]


async def test_grep_without_a_match_is_a_result(tmp_path):
    context = make_context(tmp_path, files={"a.py": "x"})
    assert (await grep(context, "foo")).text.startswith("No matches found.\n")


async def test_grep_sees_buffers_and_proposals_instead_of_the_disk(tmp_path):
    context = make_context(
        tmp_path, files={"a.py": "old foo\n", "b.py": "old foo\n", "c.py": "c foo\n"}
    )
    context.open("a.py", "buffer foo\n")
    context.open("b.py", "buffer foo\n")
    context.open("fresh.py", "fresh foo\n")
    context.open("untitled:U", "untitled foo\n")
    context.texts = {
        context.path("b.py"): "x\nproposed foo\n",
        context.path("n/new.py"): "new foo\n",
    }
    assert (await grep(context, "foo$")).text == (
        "Found 6 matches\n"
        "a.py:\n  Line 1: buffer foo\n\n"
        "b.py (with your proposed edits):\n  Line 2: proposed foo\n\n"
        "c.py:\n  Line 1: c foo\n\n"
        "fresh.py:\n  Line 1: fresh foo\n\n"
        "n/new.py (with your proposed edits):\n  Line 1: new foo\n\n"
        "untitled:U:\n  Line 1: untitled foo"
    )


async def test_grep_does_not_find_what_a_buffer_no_longer_holds(tmp_path):
    context = make_context(tmp_path, files={"a.py": "foo\n", "sub/b.py": "foo\n"})
    context.open("a.py", "bar\n")
    context.texts[context.path("sub/b.py")] = ""
    assert (await grep(context, "foo")).text.startswith("No matches")


async def test_grep_does_not_find_the_disk_under_another_spelling_of_an_open_file(tmp_path):
    context = make_context(tmp_path, files={"real/a.py": "foo\n"})
    (tmp_path / "link").symlink_to("real")
    context.open("link/a.py", "bar\n")
    assert (await grep(context, "foo")).text.startswith("No matches")
    assert "Line 1: bar" in (await grep(context, "bar", path="real")).text


async def test_grep_finds_nothing_in_a_buffer_whose_link_leads_out_of_the_workspace(tmp_path):
    context = make_context(tmp_path / "ws", files={"a.py": "foo\n"})
    (tmp_path / "diary.txt").write_text("foo\n")
    (tmp_path / "ws" / "notes.txt").symlink_to(tmp_path / "diary.txt")
    context.open("notes.txt", "foo\n")
    for options in ({}, {"path": "."}):
        assert "a.py:\n  Line 1: foo" in (text := (await grep(context, "foo", **options)).text)
        assert "notes.txt" not in text
    outside = await grep(context, "foo", path=str(tmp_path))
    assert "notes.txt" in outside.text


async def test_grep_narrows_by_path_and_include_over_disk_and_texts_alike(tmp_path):
    names = ["a.py", "src/a.py", "src/a.ts", "src/deep/a.py", "src/.hidden/a.py"]
    context = make_context(tmp_path, files=dict.fromkeys(names, "foo\n"))
    for name in names:
        context.texts[context.path(name.replace("a.", "b."))] = "foo\n"
    found = (await grep(context, "foo", path="src", include="*.py")).text
    shown = [line.split(":")[0].split(" ")[0] for line in found.splitlines() if line[:3] == "src"]
    assert shown == [
        *("src/.hidden/a.py", "src/.hidden/b.py", "src/a.py", "src/b.py"),
        *("src/deep/a.py", "src/deep/b.py"),
    ]
    found = (await grep(context, "foo", include="/src/*.{ts,js}")).text
    assert [line for line in found.splitlines() if line[:3] == "src"] == [
        "src/a.ts:",
        "src/b.ts (with your proposed edits):",
    ]


async def test_grep_of_one_file_searches_only_that(tmp_path):
    context = make_context(
        tmp_path, files={"a.py": "foo\n", "b.py": "foo\n", "a.log": "foo\n", ".gitignore": "*.log"}
    )
    context.open("b.py", "buffer foo\n")
    assert (await grep(context, "foo", path="a.py")).text == "Found 1 match\na.py:\n  Line 1: foo"
    assert "buffer foo" in (await grep(context, "foo", path="b.py")).text
    assert "a.log" in (await grep(context, "foo", path="a.log")).text


async def test_grep_searches_a_directory_that_is_only_proposed(tmp_path):
    context = make_context(tmp_path)
    context.texts[context.path("new/a.py")] = "foo\n"
    for path in ("new", "new/a.py"):
        assert "Line 1: foo" in (await grep(context, "foo", path=path)).text
    assert "no file or directory newer" in await refusal(context, "foo", path="newer")


async def test_grep_leaves_secrets_out_by_every_way(tmp_path):
    secret = "TOKEN=hunter2\n"
    context = make_context(
        tmp_path,
        files={
            ".env": secret,
            ".ENV.local": secret,
            "deep/.ssh/config": secret,
            "k.PEM": secret,
            "ok.txt": "TOKEN\n",
        },
    )
    (tmp_path / "notes.txt").symlink_to(".env")
    (tmp_path / "alias").symlink_to("deep")
    context.open("notes.txt", secret)
    context.open("prod.env", secret)
    context.texts[context.path("id_rsa")] = secret
    assert (await grep(context, "TOKEN")).text == "Found 1 match\nok.txt:\n  Line 1: TOKEN"
    for path in (".env", "notes.txt", ".ENV.local", "prod.env", "id_rsa"):
        message = await refusal(context, "TOKEN", path=path)
        assert "kept from the model" in message
        assert "hunter2" not in message
    assert (await grep(context, "TOKEN", path="alias/.ssh")).text.startswith("No matches")


async def test_grep_finds_nothing_through_a_link_of_a_secret_name(tmp_path):
    context = make_context(tmp_path, files={"deploy/production": "TOKEN\n", "deploy/x": "TOKEN\n"})
    (tmp_path / ".env").symlink_to("deploy/production")
    (tmp_path / ".ssh").symlink_to("deploy")
    assert "kept from the model" in await refusal(context, "TOKEN", path=".env")
    assert (await grep(context, "TOKEN", path=".ssh")).text.startswith("No matches")
    context.open("deploy/x", "TOKEN\n")
    assert (await grep(context, "TOKEN", path=".ssh")).text.startswith("No matches")
    assert "deploy/x:\n  Line 1: TOKEN" in (await grep(context, "TOKEN", path="deploy")).text


async def test_grep_does_not_let_secrets_use_up_the_limit(tmp_path):
    context = make_context(tmp_path, files={".env": "foo\n" * 5000, "z.txt": "foo\n"})
    assert (await grep(context, "foo")).text == "Found 1 match\nz.txt:\n  Line 1: foo"


async def test_grep_judges_secrets_by_the_real_place_of_the_workspace(tmp_path):
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("foo\n")
    (tmp_path / "ws").symlink_to(".ssh")
    context = make_context(tmp_path / "ws")
    assert (await grep(context, "foo")).text.startswith("No matches")


async def test_grep_gives_a_hundred_matches_and_claims_no_total(tmp_path):
    context = make_context(tmp_path, files={f"f{number}.txt": "foo\n" * 30 for number in range(10)})
    context.texts[context.path("p.txt")] = "foo\n" * 300
    output = await grep(context, "foo")
    assert output.text.count("  Line ") == 100
    assert output.text.startswith("Found more than 100 matches\n")
    assert "there are more" in output.text
    assert not {"600", "300"} & set(output.text.split())


async def test_grep_of_exactly_a_hundred_matches_is_complete(tmp_path):
    context = make_context(tmp_path, files={"a": "foo\n" * 100})
    text = (await grep(context, "foo")).text
    assert text.startswith("Found 100 matches\n")
    assert "there are more" not in text


async def test_grep_cuts_long_lines_and_the_whole_at_fifty_kilobytes(tmp_path):
    context = make_context(tmp_path, files={"a.js": ("foo" * 2000 + "\n") * 90})
    text = (await grep(context, "foo")).text
    assert "(line cut at 2000 characters)" in text
    assert len(text.encode()) < 52_000
    shown = text.count("  Line ")
    assert text.startswith(f"Found more than {shown} matches\n")


async def test_grep_uses_the_same_dialect_for_files_and_texts(tmp_path):
    context = make_context(tmp_path, files={"disk.py": "Straße 12\nfoo\r\n"})
    context.open("open.py", "Straße 12\nfoo\r\n")
    for pattern in (r"\p{Lu}\w+ß\w \d{2}", "(?i)STRASSE|FOO$", r"^\w{3}$"):
        text = (await grep(context, pattern)).text
        assert text.startswith("Found 2 matches"), pattern


async def test_grep_with_an_invalid_pattern_gives_ripgreps_words(tmp_path):
    context = make_context(tmp_path, files={"a": "x"})
    context.open("b", "x")
    assert "unclosed group" in await refusal(context, "(")
    assert "is not closed" in await refusal(context, "x", include="[")


async def test_grep_in_several_folders_names_the_folder(tmp_path):
    files = {"api/a.py": "foo\n", "web/b.py": "foo\n", "web/lib/c.py": "foo\n"}
    context = make_context(tmp_path, files=files, roots=["api", "web", "web/lib"])
    text = (await grep(context, "foo")).text
    assert (
        text
        == "Found 3 matches\napi/a.py:\n  Line 1: foo\n\nlib/c.py:\n  Line 1: foo\n\nweb/b.py:\n  Line 1: foo"
    )
    assert "a.py" not in (await grep(context, "foo", path="web")).text


async def test_grep_outside_asks_first(tmp_path):
    context = make_context(tmp_path / "ws")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("foo\n")
    assert "Line 1: foo" in (await grep(context, "foo", path=str(tmp_path / "other"))).text
    assert [permission for permission, _ in context.permitted] == ["external_directory", "grep"]
    assert "leaves the workspace" in await refusal(context, "foo", path="../other")


async def test_grep_denied_or_without_a_folder_finds_nothing(tmp_path):
    context = make_context(tmp_path, files={"a": "foo"})
    context.denials["grep"] = "Denied."
    assert await refusal(context, "foo") == "Denied."
    context.workspace.roots = ()
    assert "No folder is open" in await refusal(context, "foo")


async def test_grep_in_a_place_that_is_not_there_says_so(tmp_path):
    context = make_context(tmp_path, files={"service/a.py": ""})
    assert "Did you mean service/?" in await refusal(context, "foo", path="servce")
