"""Our reading of globs against ripgrep's own."""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backend_specialist.adapters.ripgrep_glob import Glob
from backend_specialist.adapters.ripgrep_process import find_binary
from backend_specialist.domain.ports import SearchFailed
from support.tool_context import write_files

NAMES = [
    *("a", "b", ".h", "a.py", "é", "ab-", "a]", "{x", "a,b", "^", "!x", "#c"),
    *("d/a", "d/b.py", "d/.h/a", "d/e/a.py", "d/e/f/ab", "e/d/a", "d/é/é.py", "ab/ba/b"),
]
PIECES = [
    *("a", "b", "d", "e", "é", "h", "py", "x", "a-b", "#", "!", "^", "-", ".", ",", " "),
    *("/", "*", "**", "?", "[", "[!", "[^", "]", "{", "}", "\\", "**/", "/**", "/**/", "*."),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    directory = tmp_path_factory.mktemp("globs")
    write_files(directory, dict.fromkeys(NAMES, ""))
    return directory


def theirs(tree, pattern: str) -> list[str] | None:
    """What ripgrep finds, ``None`` when it does not understand the glob."""
    flags = ("--no-config", "--files", "--hidden", "--no-ignore", "--null", f"--glob={pattern}")
    done = subprocess.run([find_binary(), *flags, "./"], cwd=tree, capture_output=True, check=False)
    if done.returncode == 2:
        return None
    return sorted(os.fsdecode(name)[2:] for name in done.stdout.split(b"\0") if name)


def ours(pattern: str) -> list[str] | None:
    try:
        glob = Glob(pattern)
    except SearchFailed:
        return None
    return sorted(name for name in NAMES if glob.matches(name))


def understood_alike(pattern: str) -> bool:
    """Left out is what we refuse or take literally: ripgrep makes of it a comment, nothing, or a set of bytes."""
    if pattern.startswith("#") or ("[" in pattern and "é" in pattern):
        return False
    return bool(pattern.rstrip().removeprefix("!").strip("/"))


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join).filter(understood_alike)
)
@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example("d/**/a*")
@example("**/")
@example("{a,d/{b,e/**}}*")
@example("[]-a]")
@example("!d")
@example("!d/")
@example("a\\")
@example("d\\/")
@example("{,a}")
@example("{**/a,d/**}")
@example("/**/a")
def test_glob_means_what_ripgrep_means(tree, pattern):
    assert ours(pattern) == theirs(tree, pattern)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*.py", "*.py"),
        ("src/**/test_?.py", "test_?.py"),
        ("src/**", "*"),
        ("**", ""),
        ("*.{a,b}", ""),
        ("!*.py", ""),
        ("x:y", ""),
        ("[ab]", ""),
    ],
)
def test_last_name_is_one_that_every_match_fulfils(pattern, name):
    assert Glob(pattern).last_name == name


@pytest.mark.parametrize("pattern", [".*", ".github/**", "**/.env", "{.a,b}", "src/.x", r"\.a"])
def test_a_glob_with_a_leading_dot_asks_for_hidden_files(pattern):
    assert Glob(pattern).names_hidden


@pytest.mark.parametrize("pattern", ["*", "**/*.py", "a.b", "!.x", "*.{py,pyi}"])
def test_a_glob_without_a_leading_dot_does_not(pattern):
    assert not Glob(pattern).names_hidden


@pytest.mark.parametrize("pattern", ["", "  ", "!", "/", "a" * 2000])
def test_a_glob_that_says_nothing_is_refused(pattern):
    with pytest.raises(SearchFailed, match="needs"):
        Glob(pattern)


def test_a_glob_made_to_backtrack_is_matched_at_once():
    glob = Glob("*a" * 60 + "b/" + "**/x*/" * 30 + "{a,aa,aaa}*" * 10)
    begun = time.process_time()
    for length in range(100, 250, 10):
        assert not glob.matches("a" * length)
    assert time.process_time() - begun < 2
