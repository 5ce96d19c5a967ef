"""The edit tool's text."""

import json
import re
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.document import with_newlines
from backend_specialist.domain.edit import EditFailed, Replacement, replace

DATA = Path(__file__).parent / "data"


def table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / name).read_text())
    return rows


def outcome(content: str, old: str, new: str, *, replace_all: bool = False) -> tuple[str, str]:
    """Strategy and text, or ``failed`` and the kind."""
    try:
        done = replace(content, old, new, replace_all=replace_all)
    except EditFailed as failed:
        return "failed", failed.kind
    return done.strategy, done.text


# ------------------------------------------------------------ the format's own tables

SAME_HERE = {
    "OK": {
        "exact": "exact",
        "line_trimmed": "line-trimmed",
        "escape_normalized": "escape-normalized",
    },
    "failed": {
        "NOT_FOUND": "not-found",
        "MULTIPLE": "several",
        "IDENTICAL": "identical",
        "EMPTY_OLD": "empty",
    },
}
DIFFERENT_HERE = {
    # The new text gets the indentation of the place.
    4: ("line-trimmed", "  if !ok {\n    return 1;\n  }"),
    10: ("line-trimmed", "    fn inner() {\n      log(2);\n      ret(0);\n    }"),
    # Blanks inside a line are text.
    8: ("failed", "not-found"),
}
ROWS = [row for row in table("edit-replace.json") if "content" in row]


def expected(row: dict[str, Any]) -> tuple[str, str]:
    if row["i"] in DIFFERENT_HERE:
        return DIFFERENT_HERE[row["i"]]
    if row["now"] == "OK":
        return SAME_HERE["OK"][row["by"]], row["result"]
    return "failed", SAME_HERE["failed"][row["now"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["why"])
def test_replace_follows_the_table(row: dict[str, Any]) -> None:
    done = outcome(row["content"], row["old"], row["new"], replace_all=row.get("all", False))
    assert done == expected(row)


def test_replace_wants_every_line_between_two_that_fit() -> None:
    middle = "".join(f"  step({number})\n" for number in range(60))
    content = f"def run():\n{middle}  return 0\n"
    old = "def run():\n  step(0)\n  step(59)\n  return 0\n"
    assert outcome(content, old, "def run(): pass\n") == ("failed", "not-found")


STYLES = {"LF": ("\n", "\n"), "CRLF": ("\r\n", "\r\n"), "mixed": ("\r\n", "\n")}


def styled(style: str, *lines: str) -> str:
    endings = STYLES[style]
    return "".join(line + endings[number % 2] for number, line in enumerate(lines))


@pytest.mark.parametrize("row", table("edit-line-endings.json"), ids=lambda row: row["why"])
def test_replace_keeps_the_line_ends_of_the_file(row: dict[str, str]) -> None:
    every = "replaceAll" in row["why"]
    block = ["one", "two", "end"]
    done = replace(
        styled(row["file"], *(block * 2 if every else block)),
        styled(row["old"], "one", "two"),
        styled(row["new"], "1", "2"),
        replace_all=every,
    )
    after = ["1", "2", "end"]
    assert done.text == styled(row["file_after"], *(after * 2 if every else after))
    assert (done.strategy, done.count) == ("exact", 2 if every else 1)


# ------------------------------------------------------------ exact


@pytest.mark.parametrize(
    ("why", "content", "old", "new", "text"),
    [
        ("a dollar is a dollar", "a", "a", "$& \\1 \\g<0>", "$& \\1 \\g<0>"),
        ("deleted", "a\nb\nc\n", "b\n", "", "a\nc\n"),
        ("the LF part of a mixed file", "a\r\nb\nc\nd\r\n", "b\nc", "B\nC", "a\r\nB\nC\nd\r\n"),
        ("the CRLF part of a mixed file", "a\nb\r\nc\r\nd\n", "b\nc", "B\nC", "a\nB\r\nC\r\nd\n"),
        ("begins with a line end, mixed", "a\r\nb\nc\n", "\nb", "\nB", "a\r\nB\nc\n"),
        ("a lone CR", "a\rb\rc\r", "b\nc", "B\nC", "a\rB\rC\r"),
        ("a form feed", "a\x0cb\nc", "b\nc", "B\nC", "a\x0cB\nC"),
    ],
)
def test_replace_finds_exact_text(why: str, content: str, old: str, new: str, text: str) -> None:
    assert outcome(content, old, new) == ("exact", text), why


def test_replace_all_takes_every_style_of_line_end() -> None:
    done = replace("a\nb\r\na\r\nb\na\n", "a\nb", "x\ny", replace_all=True)
    assert done == Replacement(text="x\ny\r\nx\r\ny\na\n", strategy="exact", count=2)


def test_replace_all_does_not_overlap() -> None:
    assert replace("aaaaa", "aa", "b", replace_all=True).text == "bba"


@pytest.mark.parametrize(
    ("why", "content", "old", "lines"),
    [
        ("overlapping", "aaa", "aa", "2 places in the file (lines 1)"),
        ("on several lines", "x\na\n\na\na", "a", "3 places in the file (lines 2, 4, 5)"),
        ("trimmed", "  a\n\n    a\n", "a \n", "2 places in the file (lines 1, 3)"),
        ("very many", "a\n" * 99, "a", "more than 20 places"),
        ("both styles", "a\nb\na\r\nb\n", "a\nb", "2 places in the file (lines 1, 3)"),
        ("escapes", "say 'a' 'b' 'a'", "\\'a\\'", "2 places in the file (lines 1)"),
    ],
)
def test_replace_refuses_several_places(why: str, content: str, old: str, lines: str) -> None:
    with pytest.raises(EditFailed) as caught:
        replace(content, old, "new")
    assert caught.value.kind == "several", why
    assert lines in str(caught.value)
    assert "replaceAll" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "old", "new"),
    [("a\r\nb", "a\nb", "a\r\nb"), ("  a\n", "a \n", "a\n"), ("it's", "it\\'s", "it's")],
)
def test_replace_refuses_to_change_nothing(content: str, old: str, new: str) -> None:
    assert outcome(content, old, new) == ("failed", "identical")


# ------------------------------------------------------------ line-trimmed


def lines(*items: str) -> str:
    return "".join(f"{item}\n" for item in items)


@pytest.mark.parametrize(
    ("why", "content", "old", "new", "text"),
    [
        (
            "trailing blanks differ",
            "def a():  \n    return 1\n",
            "def a():\n    return 1\n",
            "def a():\n    return 2\n",
            "def a():\n    return 2\n",
        ),
        (
            "less indentation given, more lines after",
            lines("class A:", "    def a(self):", "        return 1"),
            lines("def a(self):", "    return 1"),
            lines("def a(self):", "    if self:", "        return 2", "", "    return 1"),
            lines(
                "class A:",
                "    def a(self):",
                "        if self:",
                "            return 2",
                "",
                "        return 1",
            ),
        ),
        (
            "more indentation given",
            lines("def a():", "    return 1"),
            lines("    def a():", "        return 1"),
            lines("    def a():", "        for x in y:", "            pass"),
            lines("def a():", "    for x in y:", "        pass"),
        ),
        (
            "the file has tabs",
            lines("class A:", "\tdef a(self):", "\t\treturn 1"),
            lines("    def a(self):", "        return 1"),
            lines("    def a(self):", "        if x:", "            return 2"),
            lines("class A:", "\tdef a(self):", "\t\tif x:", "\t\t\treturn 2"),
        ),
        (
            "the file has tabs, one line given",
            lines("if a:", "\tb()  "),
            lines("    b()"),
            lines("    if b:", "        c()"),
            lines("if a:", "\tif b:", "\t\tc()"),
        ),
        (
            "the file has tabs, the given text starts at the margin",
            lines("if a:", "\tif b:", "\t\tc()"),
            lines("if b:", "    c()"),
            lines("if b:", "    if c:", "        d()"),
            lines("if a:", "\tif b:", "\t\tif c:", "\t\t\td()"),
        ),
        (
            "the file has blanks",
            lines("if a:", "    b()", "    if c:", "        d()"),
            lines("\tif c:", "\t\td()"),
            lines("\tif c:", "\t\tif d:", "\t\t\te()"),
            lines("if a:", "    b()", "    if c:", "        if d:", "            e()"),
        ),
        (
            "two blanks for four",
            lines("if a:", "  if b:", "    c()"),
            lines("if a:", "    if b:", "        c()"),
            lines("if a:", "    if b:", "        if c:", "            d()"),
            lines("if a:", "  if b:", "    if c:", "      d()"),
        ),
        (
            "the first line's indentation left away",
            lines("class A:", "    def a(self):  ", "        return 1"),
            lines("def a(self):", "        return 1"),
            lines("def a(self):", "        if x:", "            return 2"),
            lines("class A:", "    def a(self):", "        if x:", "            return 2"),
        ),
        (
            "the first line's indentation left away, and that of another",
            lines("class A:", "    def a(self):  ", "        pass"),
            lines("def a(self):", "        pass"),
            lines("def a(self):", "        pass", "def b(self):", "        pass"),
            lines(
                "class A:", "    def a(self):", "        pass", "    def b(self):", "        pass"
            ),
        ),
        (
            "no line end at the end of the file",
            "if a:\n    b()",
            "b()\n",
            "c()\nd()\n",
            "if a:\n    c()\n    d()",
        ),
        (
            "no line end given",
            "if a:\n    b()  \nc\n",
            "        b()",
            "        x()\n        y()",
            "if a:\n    x()\n    y()\nc\n",
        ),
        (
            "blank lines in between stay blank",
            "  a\n\n  b\n",
            "a\n\nb\n",
            "a\n  \nc\n",
            "  a\n\n  c\n",
        ),
        (
            "CRLF in a mixed file",
            "x\ny\nz\n  a\r\n  b\r\n",
            "a\nb\n",
            "a\nc\n",
            "x\ny\nz\n  a\r\n  c\r\n",
        ),
    ],
)
def test_replace_fits_trimmed_lines(why: str, content: str, old: str, new: str, text: str) -> None:
    assert outcome(content, old, new) == ("line-trimmed", text), why


@pytest.mark.parametrize(
    ("why", "content", "old", "new"),
    [
        (
            "a line of the new text has less than what must be taken away",
            lines("def a():", "    return 1"),
            lines("    def a():", "        return 1"),
            lines("def a():", "    return 2", "more()"),
        ),
        (
            "flat text given, other text wanted",
            lines("if a:", "    if b:", "        c()"),
            lines("if a:", "if b:", "c()"),
            lines("if a:", "c()"),
        ),
        (
            "half a tab",
            lines("\tif a:", "\t\tb()"),
            lines("    if a:", "        b()"),
            lines("    if a:", "      c()"),
        ),
        (
            "a tab of unknown width",
            lines("if x:", "    a()  "),
            lines("a()"),
            lines("if a:", "\tb()"),
        ),
        (
            "no factor fits",
            lines("if a:", "  if b:", "        c()"),
            lines("if a:", "    if b:", "        c()"),
            lines("if a:", "    c()"),
        ),
        (
            "the file is flat",
            lines("a", "b", "c"),
            lines("    a", "\tb", "  c"),
            lines("    a", "\tb", "  c", " d"),
        ),
    ],
)
def test_replace_does_not_guess_an_indentation(why: str, content: str, old: str, new: str) -> None:
    with pytest.raises(EditFailed, match="indentation") as caught:
        replace(content, old, new)
    assert caught.value.kind == "not-found", why
    assert re.search(r"^\d+: ", str(caught.value), re.MULTILINE)


def test_replace_wants_more_than_blank_lines() -> None:
    assert outcome("a\n  \nb\n", "\t\n", "x\n") == ("failed", "not-found")


def test_replace_refuses_a_much_larger_place() -> None:
    content = f"{' ' * 900}a\n{' ' * 900}b\n"
    assert outcome(content, "a\nb\n", "c\nd\n") == ("failed", "too-large")


UNITS = st.sampled_from(["  ", "    ", "\t"])


@given(UNITS, UNITS, st.integers(0, 3), st.integers(0, 2), st.data())
def test_replace_never_breaks_python(
    file_unit: str, given_unit: str, depth: int, given_depth: int, data: st.DataObject
) -> None:
    """A method somewhere in a file, given with another unit and depth, gets a deeper body."""
    old_levels = [(0, "def f(x):"), (1, "if x:"), (2, "return 1")]
    new_levels = [(0, "def f(x):"), (1, "if x:"), (2, "for y in x:"), (3, "return 2")]
    if data.draw(st.booleans()):
        new_levels.append((1, "return 3"))

    def render(levels: list[tuple[int, str]], unit: str, start: int) -> str:
        return lines(*(unit * (start + level) + code for level, code in levels))

    around = "".join(f"{file_unit * level}class C{level}:\n" for level in range(depth))
    content = around + render(old_levels, file_unit, depth)
    old, new = (render(levels, given_unit, given_depth) for levels in (old_levels, new_levels))
    done = replace(content, old, new)
    assert done.text == around + render(new_levels, file_unit, depth)


TEXTS = st.text(alphabet="abc \t\n\r\\'", min_size=1, max_size=30)


@given(TEXTS, st.integers(0, 29), st.integers(1, 30), st.sampled_from(["as is", "trim", "escape"]))
def test_replace_changes_one_place_or_nothing(
    content: str, start: int, size: int, how: str
) -> None:
    start %= len(content)
    old = content[start : start + size]
    if how == "trim":
        old = "".join(line.lstrip(" \t") for line in old.splitlines(keepends=True))
    if how == "escape":
        old = old.replace("\n", "\\n").replace("\t", "\\t")
    try:
        done = replace(content, old, "NEW")
    except EditFailed:
        return
    head, _, tail = done.text.partition("NEW")
    assert done.count == 1
    assert content.startswith(head.rstrip(" \t"))
    assert content.endswith(tail)
    if done.strategy == "exact":
        removed = content[len(head) : len(content) - len(tail)]
        assert with_newlines(removed, "\n") == with_newlines(old, "\n")


# ------------------------------------------------------------ escapes


@pytest.mark.parametrize(
    ("why", "content", "old", "new", "text"),
    [
        ("lines", "a = 1\nb = 2\n", "a = 1\\nb = 2\\n", "a = 3\\nb = 4\\n", "a = 3\nb = 4\n"),
        ("tabs", "\ta\n\tb\n", "\\ta\\n\\tb", "\\tc", "\tc\n"),
        ("CRLF", "a\r\nb\r\n", "a\\nb", "a\\nc", "a\r\nc\r\n"),
        ("quotes", 'say "a" and b', 'say \\"a\\"', 'say \\"x\\"', 'say "x" and b'),
        ("only what the old text escaped", "it's\n", "it\\'s", 'it\\\'s "\\n"', 'it\'s "\\n"\n'),
        ("backslashes kept", "p = 'C:\\x'", "'C:\\\\x'", "'C:\\new'", "p = 'C:\\new'"),
        ("backslashes of both", "p = 'C:\\x'", "'C:\\\\x'", "'C:\\\\n'", "p = 'C:\\n'"),
        ("mixed backslashes stay", "p = 'C:\\x'", "'C:\\\\x'", "'\\\\d \\d'", "p = '\\\\d \\d'"),
        ("a doubled backslash is no line end", "a\nb", "a\\nb", "c\\\\nd", "c\\\\nd"),
    ],
)
def test_replace_resolves_escapes(why: str, content: str, old: str, new: str, text: str) -> None:
    assert outcome(content, old, new) == ("escape-normalized", text), why


def test_replace_prefers_the_exact_text_with_backslashes() -> None:
    content = "print('a\\n')\nprint('a\n')\n"
    assert outcome(content, "print('a\\n')", "x") == ("exact", "x\nprint('a\n')\n")


# ------------------------------------------------------------ the hint after a miss


def miss(content: str, old: str) -> str:
    with pytest.raises(EditFailed) as caught:
        replace(content, old, "something else")
    assert caught.value.kind == "not-found"
    return str(caught.value)


def test_replace_shows_the_nearest_lines() -> None:
    content = textwrap.dedent("""\
        import os

        def total(items):
            return sum(item.price for item in items)

        def average(items):
            return total(items) / len(items)
        """)
    message = miss(content, "def average(values):\n    return total(values) / len(values)\n")
    assert "6: def average(items):\n7:     return total(items) / len(items)" in message
    assert "without line numbers" in message


def test_replace_weighs_long_lines_more_than_short_ones() -> None:
    content = lines(
        "    return bar", "    pass", "", "", "", "", "", "def get_hints(obj, globals=None):"
    )
    message = miss(content, "def get_hints(thing, globals=None):\n    return baz\n")
    assert "8: def get_hints" in message
    assert "1:     return bar" not in message


def test_replace_says_when_nothing_is_near() -> None:
    assert "No line is similar" in miss("alpha\nbeta\n", "something_quite_different()")
    assert "No line is similar" in miss("", "x")


def test_replace_bounds_its_hint() -> None:
    content = "".join(f"value_{number} = compute({number}) {'x' * 900}\n" for number in range(900))
    message = miss(content, "value = compute(5)\n" * 9)
    assert len(message) < 4_000
    assert message.count("\n...\n") <= 2


@pytest.mark.parametrize("filler", ["some_value = compute(some_value)\n", "x" * 80 + "\n", "\n"])
def test_replace_misses_in_bounded_time(filler: str) -> None:
    content = filler * (1_000_000 // len(filler))
    old = "other_value = compute(some_value)  # and more\n" * 500
    started = time.process_time()
    miss(content, old)
    assert time.process_time() - started < 2
