"""Tests, as they are recognised in a text of any language.

Owns the patterns. They are made to miss a test rather than to take something else for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend_specialist.domain.changeset import FileChange

_NAME = re.compile(
    r"(?:^|[/_.-])(?:tests?|specs?|__tests__|e2e|features?)(?:[/_.-]|$)|(?:Tests?|Spec|IT)\.\w+$"
)
_TEXT = re.compile(
    r"\b(?:def test|class \w*Test|it\(|test\(|describe\(|func Test)|#\[test\]|@Test\b|\[Fact\]"
)
_ONE = re.compile(
    r"""[ \t]*(?:async[ ]def|def|func|(?:public[ ])?function)[ ]+[tT]est\w*
    |[ \t]*(?:it|test|specify)(?:\.\w+)*[ (]+["'`]
    |[ \t]*\#\[(?:\w+::)?test\b
    |[ \t]*@(?:Parameterized|Repeated)?Test\b
    |[ \t]*\[(?:Fact|Theory|Test|TestCase|TestMethod)\b
    |[ \t]*Scenario(?:[ ]Outline)?:""",
    re.VERBOSE,
)


def is_test(name: str, text: str) -> bool:
    """Whether a file is one of tests, by its name or by what it holds."""
    if _NAME.search(name.replace("\\", "/")):
        return True
    return any(_TEXT.search(line) for line in _lines(text))


def tests_added(applied: Iterable[FileChange]) -> tuple[tuple[str, int], ...]:
    """By label, how many tests more there are in what was accepted than in the text before."""
    added: dict[str, int] = {}
    for change in applied:
        if is_test(change.label, change.text):
            more = _count(change.text) - _count(change.base_text)
            added[change.label] = added.get(change.label, 0) + more
    return tuple((label, count) for label, count in added.items() if count > 0)


def _count(text: str) -> int:
    return sum(_ONE.match(line) is not None for line in _lines(text))


def _lines(text: str) -> list[str]:
    # A search through a long text is one call, which holds Python's lock and so the event loop all the while.
    return text.split("\n")
