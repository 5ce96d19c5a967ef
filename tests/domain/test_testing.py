"""Tests are recognised line by line: a long text must not hold Python's lock, for which the event loop waits."""

from __future__ import annotations

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.testing import is_test
from backend_specialist.domain.testing import tests_added as added
from support.longest_call import longest_call

LONG = "".join(f"value_{number} = {number}\n" for number in range(20_000))


def change(base: str, text: str) -> FileChange:
    path, uri = "/w/test_a.py", "file:///w/test_a.py"
    before = Snapshot(uri=uri, path=path, text=base)
    return FileChange(path=path, uri=uri, label="test_a.py", base=before, text=text)


def test_a_long_text_without_a_test_is_not_searched_in_one_go() -> None:
    assert longest_call(lambda: is_test("app/large.py", LONG)) < 0.008


def test_the_tests_of_a_long_file_are_not_counted_in_one_go() -> None:
    grown = change(LONG, LONG * 2 + "def test_a():\n    pass\n")
    assert longest_call(lambda: added([grown])) < 0.008


def test_tests_are_counted_where_a_line_begins_with_one() -> None:
    text = 'def test_a():\n    async def test_b():\n"def test_c"\r\n\tit("works")\n@Test\nx\n'
    assert added([change("@Test\n", text)]) == (("test_a.py", 3),)
    assert added([change(text, "@Test\n")]) == ()


def test_a_file_is_one_of_tests_by_any_line_of_it() -> None:
    assert is_test("a.py", "x\n\n  def test_a(): ...\n")
    assert not is_test("a.py", "x\ndef\ntest_a(): ...\n")
    assert not is_test("a.py", "init(\n")
