"""The check of the scenarios' edits can fail, in each language that it knows."""

from __future__ import annotations

import pytest

from support.syntax import GRAMMARS, READERS, faults

GOOD = {
    ".cs": "class A { int B() => 1; }",
    ".csproj": "<Project />",
    ".go": "package a\n\nfunc b() int { return 1 }\n",
    ".java": "class A { int b() { return 1; } }",
    ".json": "{}",
    ".php": "<?php function b(): int { return 1; }",
    ".py": "def b(): return 1",
    ".rake": "task :b do\nend",
    ".rb": "def b = 1",
    ".rs": "fn b() -> i32 { 1 }",
    ".toml": "a = 1",
    ".ts": "const b = (): number => 1;",
    ".xml": "<a></a>",
    ".yaml": "a: {b: 1}",
    ".yml": "a: {b: 1}",
}


@pytest.mark.parametrize("suffix", sorted(GOOD))
def test_an_end_that_is_missing_is_found(suffix: str) -> None:
    whole = GOOD[suffix]
    assert faults(f"a{suffix}", whole) == []
    assert faults(f"a{suffix}", whole + " {") != []


def test_every_language_of_the_check_is_tried() -> None:
    assert set(GOOD) == {*GRAMMARS, *READERS}
