import json
import os
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.wildcard import matches

DATA = Path(__file__).parent.parent / "data"
ROWS = [
    tuple(row)
    for name in ("wildcard.json", "wildcard-extra.json")
    for row in json.loads((DATA / name).read_text())
]


def naive(text: str, pattern: str) -> bool:
    """The definition, word for word."""
    text, pattern = text.replace("\\", "/"), pattern.replace("\\", "/")

    @cache
    def fits(at: int, of: int, end: int) -> bool:
        if of == end:
            return at == len(text)
        if pattern[of] == "*":
            return fits(at, of + 1, end) or (at < len(text) and fits(at + 1, of, end))
        if at == len(text) or pattern[of] not in ("?", text[at]):
            return False
        return fits(at + 1, of + 1, end)

    shortened = pattern.endswith(" *") and fits(0, 0, len(pattern) - 2)
    return shortened or fits(0, 0, len(pattern))


@pytest.mark.skipif(os.name == "nt", reason="Windows ignores case")
@pytest.mark.parametrize(("text", "pattern", "expected"), ROWS)
def test_wildcard_follows_the_format(text: str, pattern: str, expected: bool) -> None:
    assert matches(text, pattern) is expected


@pytest.mark.skipif(os.name == "nt", reason="Windows ignores case")
@given(st.text(alphabet="ab/\\ \n.", max_size=12), st.text(alphabet="ab*?/\\ .", max_size=9))
def test_wildcard_agrees_with_the_definition(text: str, pattern: str) -> None:
    assert matches(text, pattern) is naive(text, pattern)


def test_wildcard_star_crosses_lines_and_slashes() -> None:
    assert matches("a/b\nc", "a*c")


@pytest.mark.parametrize(
    "pattern", ["*a" * 200 + "b", "a*" * 200 + "?b", "*" * 400 + "b", "*?" * 200 + "b"]
)
def test_wildcard_is_quick_whatever_the_pattern(pattern: str) -> None:
    began = time.process_time()
    assert not matches("a" * 4000, pattern)
    assert time.process_time() - began < 0.5
