from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.lsp.uris import below, key_of, path_of, scheme_of, uri_from


@pytest.mark.parametrize(
    ("sentence", "uri", "path"),
    [
        ("A plain path.", "file:///a/b.py", "/a/b.py"),
        ("A space, encoded.", "file:///a%20b", "/a b"),
        ("A space, not encoded.", "file:///a b", "/a b"),
        ("A host that is this machine.", "file://localhost/a", "/a"),
        ("Another host.", "file://server/a", None),
        ("A scheme in capitals.", "FILE:///a", "/a"),
        ("Dot segments.", "file:///a/./b/../c", "/a/c"),
        ("More slashes than needed.", "file:////a//b", "/a/b"),
        ("The root.", "file:///", "/"),
        ("A semicolon is part of the name.", "file:///a;b", "/a;b"),
        ("A drive letter is a name here.", "file:///C%3A/x", "/C:/x"),
        ("No path.", "file://", None),
        ("A NUL.", "file:///a%00b", None),
        ("Broken host.", "file://[/a", None),
        ("Not a file.", "untitled:Untitled-1", None),
        ("A preview copy.", "vscode-bulkeditpreview-editor:/a.py", None),
        ("Nothing.", "", None),
    ],
)
def test_path_of_a_uri(sentence: str, uri: str, path: str | None) -> None:
    assert path_of(uri, windows=False) == path, sentence


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/Work/a.py", "c:\\Work\\a.py"),
        ("file:///C:/Work/a.py", "c:\\Work\\a.py"),
        ("file://server/share/a.py", "\\\\server\\share\\a.py"),
        ("file:///no-drive", None),
    ],
)
def test_path_of_a_uri_on_windows(uri: str, path: str | None) -> None:
    assert path_of(uri, windows=True) == path


def test_uri_from_a_path_on_windows() -> None:
    assert uri_from("c:\\My Work\\a.py", windows=True) == "file:///c%3A/My%20Work/a.py"
    assert uri_from("\\\\server\\share\\a", windows=True) == "file://server/share/a"


def test_key_of_a_windows_path_ignores_case_and_slashes() -> None:
    assert key_of("C:\\Work/A.py", windows=True) == key_of("c:/work\\a.PY", windows=True)


def test_below_keeps_the_case_of_a_windows_path() -> None:
    assert below("C:\\Work\\App\\A.py", "c:\\work", windows=True) == "App/A.py"


def test_below_is_not_fooled_by_a_common_beginning() -> None:
    assert below("/work-two/a", "/work", windows=False) is None
    assert below("/work/a", "/", windows=False) == "work/a"
    assert below("/work", "/work/", windows=False) == ""


def test_a_drive_letter_is_no_scheme() -> None:
    assert scheme_of("c:\\a") == ""
    assert scheme_of("Untitled:x") == "untitled"


# A name is any bytes but these two; Python has a spelling of its own for those that are no UTF-8.
names = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1),
    st.binary(min_size=1).map(lambda raw: os.fsdecode(raw.translate(None, b"/\0") or b"x")),
).filter(lambda name: name not in (".", ".."))


@given(st.lists(names, min_size=1, max_size=4))
def test_uri_from_is_undone_by_path_of(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    uri = uri_from(path, windows=False)
    assert uri.isascii()
    assert path_of(uri, windows=False) == path


def test_uri_from_keeps_a_name_that_is_not_utf8() -> None:
    path = b"/a/\xff.py".decode("utf-8", "surrogateescape")
    assert uri_from(path, windows=False) == "file:///a/%FF.py"
    assert path_of("file:///a/%FF.py", windows=False) == path
