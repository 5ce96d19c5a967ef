import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.spelling import folded, without_stream


@pytest.mark.parametrize(
    ("why", "path", "expected"),
    [
        ("case is folded", "Src/.ENV", ("src", ".env")),
        ("Windows drops dots and blanks at the end", ".env. . /x.", (".env", "x")),
        ("macOS ignores invisible characters", ".g\u200cit/\ufeffconfig", (".git", "config")),
        ("compatibility forms are one name", "\uff0e\uff47\uff49\uff54", (".git",)),
        ("a letter that folds to two", ".\ufb01g", (".fig",)),
        ("a backslash separates", "a\\b", ("a", "b")),
        ("dots lead nowhere new", "a/./../b", ("a", "b")),
    ],
)
def test_spelling_folds_what_is_one_file(why: str, path: str, expected: tuple[str, ...]) -> None:
    assert folded(path) == expected, why


@given(st.text())
def test_spelling_has_no_empty_and_no_joined_parts(path: str) -> None:
    assert all(part and "/" not in part and "\\" not in part for part in folded(path))


def test_spelling_without_its_stream_names_the_file() -> None:
    assert without_stream("a.pem:x:$data") == "a.pem"
    assert without_stream("a.pem") == "a.pem"
    assert without_stream(":x") == ":x"
