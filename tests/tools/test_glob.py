"""The tool ``glob``, with the real ripgrep."""

from __future__ import annotations

import pytest

from backend_specialist.tools.glob import Glob
from backend_specialist.tools.registry import ToolFailed
from support.tool_context import as_context, make_context


async def glob(context, pattern, **options):
    return await Glob().run(as_context(context), {"pattern": pattern, **options})


async def found(context, pattern, **options):
    return (await glob(context, pattern, **options)).text.splitlines()


async def refusal(context, pattern, **options) -> str:
    with pytest.raises(ToolFailed) as caught:
        await glob(context, pattern, **options)
    return str(caught.value)


async def test_glob_lists_matching_files_sorted(tmp_path):
    context = make_context(
        tmp_path, files=dict.fromkeys(["b.py", "a/c.py", "a/d.ts", ".h/e.py"], "")
    )
    output = await glob(context, "*.py")
    assert output.text == "a/c.py\nb.py"
    assert output.title == '"*.py": 2 files'
    assert context.permitted == [("glob", ("*.py",))]


async def test_glob_without_a_match_is_a_result(tmp_path):
    assert (await glob(make_context(tmp_path), "*.py")).text.startswith("No files found.\n")


async def test_glob_shows_nothing_ignored_even_for_everything(tmp_path):
    names = ["a.py", "node_modules/x.js", ".git/config", ".hidden/y"]
    context = make_context(
        tmp_path, files=dict.fromkeys(names, "") | {".gitignore": "node_modules\n"}
    )
    for pattern in ("**", "**/*", "*"):
        assert await found(context, pattern) == ["a.py"]
    assert await found(context, ".hidden/**") == [".hidden/y"]


async def test_glob_finds_files_that_are_only_proposed_or_open(tmp_path):
    context = make_context(tmp_path, files={"src/a.py": ""})
    context.texts = {context.path("src/a.py"): "x", context.path("src/new/b.py"): "x"}
    context.open("src/c.py", "x")
    context.open("untitled:d.py", "x")
    assert await found(context, "src/**/*.py") == [
        "src/a.py",
        "src/c.py (not on disk yet)",
        "src/new/b.py (not on disk yet)",
    ]
    assert await found(context, "src/*.py") == ["src/a.py", "src/c.py (not on disk yet)"]
    assert await found(context, "b.py", path="src/new") == ["src/new/b.py (not on disk yet)"]


async def test_glob_never_names_secrets(tmp_path):
    names = [".env", ".ENV", "a/.env.local", "id_rsa", ".env.example", "tls/x.pem"]
    context = make_context(tmp_path, files=dict.fromkeys(names, ""))
    (tmp_path / "link").symlink_to(".env")
    context.texts[context.path("b/.env")] = "x"
    assert await found(context, "**/.[eE]*") == [".env.example"]
    assert (await glob(context, "{id_*,*.pem,link}")).text.startswith("No files")


async def test_glob_names_nothing_below_a_link_of_a_secret_name(tmp_path):
    context = make_context(tmp_path, files={"deploy/settings": ""})
    (tmp_path / ".ssh").symlink_to("deploy")
    assert (await glob(context, "*", path=".ssh")).text.startswith("No files")
    assert await found(context, "*", path="deploy") == ["deploy/settings"]


async def test_glob_gives_a_hundred_paths_and_says_if_there_are_more(tmp_path):
    context = make_context(tmp_path, files={f"f{number:03}": "" for number in range(100)})
    assert len(await found(context, "f*")) == 100
    (tmp_path / "f100").write_text("")
    lines = await found(context, "f*")
    assert len(lines) == 102
    assert "there are more" in lines[-1]


@pytest.mark.parametrize("pattern", ["{root}/src/*.py", "./src/*.py", "/src/*.py", "src/*.py"])
async def test_glob_understands_absolute_and_dotted_globs(tmp_path, pattern):
    context = make_context(tmp_path, files={"src/a.py": "", "x/src/b.py": ""})
    assert await found(context, pattern.format(root=tmp_path)) == ["src/a.py"]


async def test_glob_does_not_climb(tmp_path):
    context = make_context(tmp_path / "ws")
    (tmp_path / "outside.py").write_text("")
    assert "cannot climb" in await refusal(context, "../*.py")
    assert "leaves the workspace" in await refusal(context, "*.py", path="..")


async def test_glob_in_a_file_is_an_error(tmp_path):
    context = make_context(tmp_path, files={"a.py": ""})
    assert "is a file" in await refusal(context, "*", path="a.py")


async def test_glob_that_is_not_valid_says_why(tmp_path):
    context = make_context(tmp_path, files={"a.py": ""})
    assert "`{` is not closed" in await refusal(context, "{a")
    assert "needs 1 to" in await refusal(context, "")


async def test_glob_in_several_folders_gives_paths_that_can_be_used(tmp_path):
    context = make_context(tmp_path, files={"api/a.py": "", "web/a.py": ""}, roots=["api", "web"])
    assert await found(context, "*.py") == ["api/a.py", "web/a.py"]
    assert await found(context, "*.py", path="web") == ["web/a.py"]


async def test_glob_denied_lists_nothing(tmp_path):
    context = make_context(tmp_path, files={"a.py": ""})
    context.denials["glob"] = "Denied."
    assert await refusal(context, "*") == "Denied."
