"""Texts in memory are searched as the same texts in files would be."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend_specialist.adapters.ripgrep import Ripgrep
from support.tool_context import write_files

PATTERNS = [
    "foo",
    "^foo",
    "foo$",
    "^$",
    "f.o",
    r"\bfoo\b",
    r"\s$",
    "(?i)FOO",
    "é",
    r"^.*\S$",
    "[^a]",
]
LINES = st.lists(st.text(alphabet="fo \té", max_size=6), max_size=6)
TEXTS = st.builds(lambda lines, end: end.join(lines), LINES, st.sampled_from(["\n", "\r\n"]))


async def in_files(directory, pattern):
    found = await Ripgrep().grep(
        pattern, str(directory), include=None, skip=frozenset(), limit=10_000
    )
    return sorted((os.path.basename(match.path), match.line, match.text) for match in found)


async def in_memory(texts, pattern, limit=10_000):
    found = await Ripgrep().grep_texts(pattern, texts, limit=limit)
    return sorted((match.path, match.line, match.text) for match in found)


@given(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from(PATTERNS))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_texts_give_what_files_give(tmp_path_factory, texts, pattern):
    named = {f"f{number}": text for number, text in enumerate(texts)}
    directory = tmp_path_factory.mktemp("texts")
    write_files(directory, named)
    assert await in_memory(named, pattern) == await in_files(directory, pattern)


async def test_texts_leave_nothing_on_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert await in_memory({"a": "foo\n"}, "foo") == [("a", 1, "foo")]
    assert list(tmp_path.iterdir()) == []


async def test_texts_that_are_binary_or_huge_are_left_out():
    texts = {"binary": "foo\0\n", "huge": "foo\n" * 3_000_000, "plain": "foo\n", "empty": ""}
    assert await in_memory(texts, "foo") == [("plain", 1, "foo")]


async def test_texts_stop_at_the_limit_while_much_is_still_to_be_sent():
    texts = {str(number): "foo\n" * 500_000 for number in range(8)}
    assert len(await in_memory(texts, "foo", limit=5)) == 5


async def test_a_text_with_an_unpaired_surrogate_is_searched():
    assert await in_memory({"a": "foo \ud800\n"}, "foo") == [("a", 1, "foo ?")]


async def test_no_texts_give_nothing():
    assert await in_memory({}, "foo") == []
