"""Unified diffs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.diff import flags, unified_diff
from backend_specialist.domain.document import Snapshot, split_lines

PATH, URI = "/w/src/a.py", "file:///w/src/a.py"


def change(
    base: str | None, text: str, *, delete: bool = False, label: str = "src/a.py"
) -> FileChange:
    before = None if base is None else Snapshot(uri=URI, path=PATH, text=base)
    return FileChange(path=PATH, uri=URI, label=label, base=before, text=text, delete=delete)


HEAD = "diff --git a/src/a.py b/src/a.py\n"
BOTH = HEAD + "--- a/src/a.py\n+++ b/src/a.py\n"
NUMBERS = "".join(f"{number}\n" for number in range(1, 21))


@pytest.mark.parametrize(
    ("why", "whole", "diff"),
    [
        ("nothing", change("a\n", "a\n"), ""),
        ("one line", change("a\nb\n", "a\nB\n"), BOTH + "@@ -1,2 +1,2 @@\n a\n-b\n+B\n"),
        (
            "no line end",
            change("a\nb", "a\nb\n"),
            BOTH + "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n",
        ),
        (
            "created",
            change(None, "a\nb\n"),
            HEAD + "new file mode 100644\n--- /dev/null\n+++ b/src/a.py\n@@ -0,0 +1,2 @@\n+a\n+b\n",
        ),
        ("created, empty", change(None, ""), HEAD + "new file mode 100644\n"),
        (
            "deleted",
            change("a\n", "", delete=True),
            HEAD + "deleted file mode 100644\n--- a/src/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
        ),
        ("deleted, empty", change("", "", delete=True), HEAD + "deleted file mode 100644\n"),
        (
            "two places",
            change(NUMBERS, NUMBERS.replace("2\n3\n", "2\nx\ny\n").replace("18\n", "")),
            BOTH
            + "@@ -1,6 +1,7 @@\n 1\n 2\n-3\n+x\n+y\n 4\n 5\n 6\n"
            + "@@ -15,6 +16,5 @@\n 15\n 16\n 17\n-18\n 19\n 20\n",
        ),
        (
            "places that share their context",
            change(NUMBERS, NUMBERS.replace("3\n4\n", "x\n4\n", 1).replace("\n10\n", "\ny\n")),
            BOTH
            + "@@ -1,13 +1,13 @@\n 1\n 2\n-3\n+x\n 4\n 5\n 6\n 7\n 8\n 9\n-10\n+y\n 11\n 12\n 13\n",
        ),
        (
            "CRLF stays",
            change("a\r\nb\r\n", "a\r\nB\r\n"),
            BOTH + "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+B\r\n",
        ),
    ],
)
def test_unified_diff_is_as_git_shows_it(why: str, whole: FileChange, diff: str) -> None:
    assert unified_diff(whole) == diff, why


def test_unified_diff_shows_and_flags_what_hides() -> None:
    diff = unified_diff(change("a\n", "a\nif ok:\u202e x\u200b\n\x1b[2J\n"))
    assert diff.startswith(
        "# Warning: hidden characters, shown as <U+...>: RIGHT-TO-LEFT OVERRIDE (U+202E), "
        "ZERO WIDTH SPACE (U+200B), CONTROL CHARACTER (U+001B)\ndiff --git"
    )
    assert diff.endswith(" a\n+if ok:<U+202E> x<U+200B>\n+<U+001B>[2J\n")


def test_unified_diff_bounds_its_warning() -> None:
    hidden = "".join(chr(0x2060 + number) for number in range(5)) + "\x01\x02\x03\x04\x05\x06\x07"
    assert " and 2 more\n" in unified_diff(change("", hidden))


def test_unified_diff_shows_a_lone_carriage_return() -> None:
    diff = unified_diff(change("a\rb\n", "a\rB\n"))
    assert diff.endswith("@@ -1,2 +1,2 @@\n a<U+000D>\n-b\n+B\n")


@pytest.mark.parametrize(
    ("base", "text", "warning"),
    [
        ("a\r\nb\r\n", "a\r\nb\n", "# Warning: line ends change from CRLF to LF\n"),
        ("a\nb\n", "a\nb\nc\r\n", "# Warning: line ends change from LF to CRLF\n"),
        ("a\nb\r\n", "a\nB\n", "# Warning: line ends change from CRLF to LF\n"),
        ("a\nb\n", "a\nB\n", ""),
        ("a", "a\r\n", ""),
    ],
)
def test_unified_diff_warns_of_other_line_ends(base: str, text: str, warning: str) -> None:
    diff = unified_diff(change(base, text))
    assert "".join(re.findall(r"^#.*\n", diff, re.MULTILINE)) == warning


def test_unified_diff_cannot_be_fooled_by_a_file_name() -> None:
    diff = unified_diff(change("a\n", "b\n", label="x\n+++ b/other\u202e"))
    assert "\n+++ b/x<U+000A>+++ b/other<U+202E>\n" in diff
    assert diff.count("\n+++ ") == 1


TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n"]), max_size=14).map("".join)
ENDS = st.sampled_from(["", "e"])


def patched(base: str, diff: str) -> str:
    """Apply a diff as ``patch`` does, without any tolerance."""
    lines, at = split_lines(base), 0
    result: list[str] = []
    for marked in split_lines(diff.replace("\n\\ No newline at end of file\n", "\0\n")):
        line = marked.replace("\0\n", "")
        if header := re.match(r"@@ -(\d+)(,0)?", line):
            start = int(header[1]) - (0 if header[2] else 1)
            result += lines[at:start]
            at = start
        elif line[0] in " -" and not line.startswith("---"):
            assert lines[at] == line[1:]
            result += [line[1:]] if line[0] == " " else []
            at += 1
        elif line[0] == "+" and not line.startswith("+++"):
            result.append(line[1:])
    return "".join([*result, *lines[at:]])


@given(TEXTS, ENDS, TEXTS, ENDS, st.integers(0, 4))
def test_unified_diff_applies_as_a_patch(
    base: str, base_end: str, text: str, text_end: str, context: int
) -> None:
    whole = change(base + base_end, text + text_end)
    assert patched(whole.base_text, unified_diff(whole, context)) == whole.text


def test_flags_names_each_hidden_character_once() -> None:
    assert flags("a\u202eb\u202e\ufeff\r\n\t") == (
        "RIGHT-TO-LEFT OVERRIDE (U+202E)",
        "ZERO WIDTH NO-BREAK SPACE (U+FEFF)",
    )
    assert flags("\r\ud800") == ("CONTROL CHARACTER (U+000D)", "LONE SURROGATE (U+D800)")
    assert flags("plain\ttext é 世 😀\r\n") == ()
