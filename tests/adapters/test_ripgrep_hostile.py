"""What model and repository may try with ripgrep, and what does not happen."""

from __future__ import annotations

import os

import pytest

from backend_specialist.adapters.ripgrep import Ripgrep
from backend_specialist.domain.ports import SearchFailed
from support.tool_context import write_files


async def names(directory, pattern, include=None):
    found = await Ripgrep().grep(
        pattern, str(directory), include=include, skip=frozenset(), limit=100_000
    )
    return sorted({match.path.removeprefix(f"{directory}/") for match in found})


@pytest.fixture
def trap(tmp_path):
    """A workspace with a script that leaves a trace when anyone runs it."""
    write_files(tmp_path, {"x.sh": f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n", "a.txt": "foo\n"})
    (tmp_path / "x.sh").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    "pattern",
    [
        "--pre=./x.sh",
        "--pre ./x.sh",
        "-f/etc/passwd",
        "--file=/etc/passwd",
        "--hostname-bin=./x.sh",
        "--",
        "-e",
        "$(./x.sh)",
        "`./x.sh`",
    ],
)
async def test_a_pattern_is_never_an_option(trap, pattern):
    write_files(trap, {"options.txt": f"see {pattern} here\n"})
    try:
        found = await names(
            trap, pattern.replace("$", r"\$").replace("(", r"\(").replace(")", r"\)")
        )
    except SearchFailed:
        found = []
    assert found == ["options.txt"]
    assert not (trap / "ran").exists()


@pytest.mark.parametrize("glob", ["--pre=./x.sh", "-u", "--no-ignore", "include:all", "x:y"])
async def test_a_glob_is_never_an_option(trap, glob):
    assert await names(trap, "foo", include=glob) == []
    assert await Ripgrep().files(str(trap), glob, limit=10) == ()
    assert not (trap / "ran").exists()


async def test_file_names_that_look_like_options_are_files(trap):
    write_files(trap, {"--pre=x.sh": "foo\n", "-f": "foo\n", "sub/--files": "foo\n"})
    assert await names(trap, "foo") == ["--pre=x.sh", "-f", "a.txt", "sub/--files"]
    found = await Ripgrep().grep(
        "foo", str(trap / "--pre=x.sh"), include=None, skip=frozenset(), limit=9
    )
    assert len(found) == 1
    assert not (trap / "ran").exists()


async def test_no_configuration_of_workspace_or_user_is_used(trap, monkeypatch):
    write_files(trap, {".ripgreprc": "--pre=./x.sh\n--invert-match\n"})
    monkeypatch.setenv("RIPGREP_CONFIG_PATH", str(trap / ".ripgreprc"))
    monkeypatch.chdir(trap)
    assert await names(trap, "foo") == ["a.txt"]
    assert not (trap / "ran").exists()


async def test_symlinks_are_not_followed(tmp_path):
    write_files(tmp_path, {"outside/secret.txt": "foo\n", "ws/a.txt": "foo\n"})
    (tmp_path / "ws" / "file").symlink_to(tmp_path / "outside" / "secret.txt")
    (tmp_path / "ws" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "ws" / "loop").symlink_to(tmp_path / "ws")
    assert await names(tmp_path / "ws", "foo") == ["a.txt"]
    assert await Ripgrep().files(str(tmp_path / "ws"), "**", limit=9) == (
        str(tmp_path / "ws" / "a.txt"),
    )


async def test_pipes_and_devices_in_the_tree_do_not_hang_the_search(tmp_path):
    write_files(tmp_path, {"a.txt": "foo\n"})
    os.mkfifo(tmp_path / "fifo")
    assert await names(tmp_path, "foo") == ["a.txt"]


async def test_a_name_with_a_newline_cannot_pose_as_another_file(tmp_path):
    write_files(tmp_path, {"a\nb.txt": "foo\n", "d\n/c.txt": "foo\n", "ok.txt": "foo\n"})
    assert await names(tmp_path, "foo") == ["ok.txt"]


async def test_a_name_that_is_not_unicode_is_found_under_its_bytes(tmp_path):
    name = os.fsdecode(b"caf\xe9.txt")
    write_files(tmp_path, {name: "foo\n"})
    assert await names(tmp_path, "foo") == [name]


async def test_a_file_that_turns_binary_gives_no_false_match(tmp_path):
    write_files(tmp_path, {"mixed": b"foo\n" * 40_000 + b"\0", "x": "foo\n"})
    assert await names(tmp_path, "foo") == ["mixed", "x"]


async def test_a_broken_ignore_file_does_not_fail_the_search(tmp_path):
    write_files(tmp_path, {".gitignore": "[broken\n{\n", "a.txt": "foo\n"})
    assert await names(tmp_path, "foo") == ["a.txt"]
