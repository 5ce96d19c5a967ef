"""What makes a file one of tests, and how many tests a change adds."""

from __future__ import annotations

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.testing import is_test
from backend_specialist.domain.testing import tests_added as added


def change(base: str, text: str) -> FileChange:
    path, uri = "/w/test_a.py", "file:///w/test_a.py"
    before = Snapshot(uri=uri, path=path, text=base)
    return FileChange(path=path, uri=uri, label="test_a.py", base=before, text=text)


def test_tests_are_counted_where_a_line_begins_with_one() -> None:
    text = 'def test_a():\n    async def test_b():\n"def test_c"\r\n\tit("works")\n@Test\nx\n'
    assert added([change("@Test\n", text)]) == (("test_a.py", 3),)
    assert added([change(text, "@Test\n")]) == ()


def test_a_file_is_one_of_tests_by_any_line_of_it() -> None:
    assert is_test("a.py", "x\n\n  def test_a(): ...\n")
    assert not is_test("a.py", "x\ndef\ntest_a(): ...\n")
    assert not is_test("a.py", "init(\n")
