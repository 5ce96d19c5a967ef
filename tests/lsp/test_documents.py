from __future__ import annotations

import asyncio

import pytest

from backend_specialist.domain.document import Position, PositionEncoding, Range, Unreadable
from backend_specialist.lsp import open_document
from backend_specialist.lsp.agent_language.texts import OpenTexts
from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.task_files import TaskFiles
from support.dict_disk import DictDisk

URI = "file:///work/a.py"
PATH = "/work/a.py"


def opened(text: str = "buffer\n", uri: str = URI, version: int = 1) -> Documents:
    documents = Documents(DictDisk({PATH: b"disk\r\n", "/work/n.ipynb": b"{}"}))
    documents.start({"workspaceFolders": [{"uri": "file:///work", "name": "Work"}]})
    if uri:
        documents.did_open(uri=uri, language="python", version=version, text=text)
    return documents


def put(line: int, start: int, end: int, text: str) -> tuple[Range, str]:
    return Range(Position(line, start), Position(line, end)), text


# ---------------------------------------------------------------- reading


async def test_read_prefers_the_buffer() -> None:
    snapshot = await opened("unsaved\r\n").read(PATH)
    assert (snapshot.text, snapshot.version, snapshot.language) == ("unsaved\r\n", 1, "python")
    assert snapshot.format.newline == "\r\n"
    assert snapshot.open


async def test_read_gives_a_closed_file_from_the_disk() -> None:
    snapshot = await opened(uri="").read(PATH)
    assert (snapshot.text, snapshot.version, snapshot.uri) == ("disk\r\n", None, URI)


async def test_read_gives_the_buffer_that_was_opened_while_the_disk_was_read() -> None:
    disk = DictDisk({PATH: b"disk"})
    documents = Documents(disk)
    disk.on_read = lambda _: documents.did_open(uri=URI, language="", version=4, text="buffer")
    assert (await documents.read(PATH)).text == "buffer"


async def test_read_of_a_missing_file_says_so() -> None:
    with pytest.raises(Unreadable, match="does not exist"):
        await opened().read("/work/none.py")


async def test_notebooks_are_marked_open_or_closed() -> None:
    documents = opened(uri="")
    assert (await documents.read("/work/n.ipynb")).notebook
    documents.did_open(uri="file:///work/n.ipynb", language="json", version=1, text="{}")
    assert (await documents.read("/work/n.ipynb")).notebook
    assert not (await documents.read(PATH)).notebook


async def test_a_large_buffer_is_kept_but_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_document, "MOST_CHARACTERS", 8)
    documents = opened("far too long")
    assert documents.readable_at(URI) is None
    with pytest.raises(Unreadable, match="at most 8") as caught:
        await documents.read(PATH)
    assert caught.value.kind == "too-large"
    assert documents.open_documents() == ()
    documents.did_change(URI, 2, [put(0, 3, 12, "!")])
    assert (await documents.read(PATH)).text == "far!"


# ---------------------------------------------------------------- spellings


@pytest.mark.parametrize(
    ("spelling", "path"),
    [
        ("file:///work/a%20b.py", "/work/a b.py"),
        ("file:///work/a b.py", "/work/a b.py"),
        ("file:///work/%61%20b.py", "/work/a b.py"),
        ("file://localhost/work/x/../a%20b.py", "/work/a b.py"),
    ],
)
async def test_the_editors_own_spelling_is_kept_and_found(spelling: str, path: str) -> None:
    documents = opened(uri=spelling)
    assert documents.uri_of(path) == spelling
    assert (await documents.read(path)).uri == spelling
    assert documents.at("file:///work/a%20b.py") is not None
    documents.did_close("file:///work/a b.py")
    assert documents.open_documents() == ()


def test_uri_of_a_closed_file_continues_its_innermost_root() -> None:
    documents = Documents(DictDisk())
    documents.start(
        {
            "workspaceFolders": [
                {"uri": "file:///w%C3%B6rk/", "name": ""},
                {"uri": "file:///wörk/in ner", "name": "Inner"},
            ]
        }
    )
    assert documents.uri_of("/wörk/a b.py") == "file:///w%C3%B6rk/a%20b.py"
    assert documents.uri_of("/wörk/in ner/ä.py") == "file:///wörk/in ner/%C3%A4.py"
    assert documents.uri_of("/wörk/in ner") == "file:///wörk/in ner"
    assert documents.uri_of("/elsewhere/a.py") == "file:///elsewhere/a.py"
    assert documents.uri_of("untitled:Untitled-1") == "untitled:Untitled-1"


async def test_untitled_documents_count() -> None:
    documents = opened("new", uri="untitled:Untitled-1")
    snapshot = await documents.read("untitled:Untitled-1")
    assert (snapshot.path, snapshot.text) == ("untitled:Untitled-1", "new")


@pytest.mark.parametrize(
    "uri",
    [
        "vscode-bulkeditpreview-editor:///work/a.py",
        "git:/work/a.py",
        "output:extension",
        "vscode-notebook-cell:/work/n.ipynb#x",
        "file://",
        "/work/a.py",
        "",
    ],
)
async def test_other_schemes_are_ignored(uri: str) -> None:
    documents = opened(uri="")
    documents.did_open(uri=uri, language="", version=1, text="not approved")
    documents.did_change(uri, 2, [(None, "x")])
    assert documents.open_documents() == ()
    assert documents.at(uri) is None
    documents.did_close(uri)
    assert (await documents.read(PATH)).text == "disk\r\n"


# ---------------------------------------------------------------- changes


async def test_changes_count_in_the_order_of_arrival_whatever_their_version() -> None:
    documents = opened("abc", version=5)
    documents.did_change(URI, 11, [put(0, 0, 1, "X")])
    documents.did_change(URI, 2, [put(0, 1, 2, "Y"), put(0, 2, 3, "Z")])
    snapshot = await documents.read(PATH)
    assert (snapshot.text, snapshot.version) == ("XYZ", 2)


@pytest.mark.parametrize(
    ("encoding", "start"),
    [(PositionEncoding.UTF8, 4), (PositionEncoding.UTF16, 2), (PositionEncoding.UTF32, 1)],
)
async def test_changes_are_in_the_agreed_encoding(encoding: PositionEncoding, start: int) -> None:
    documents = opened("𝔘abc")
    documents.encoding = encoding
    documents.did_change(URI, 2, [put(0, start, start + 1, "X")])
    assert (await documents.read(PATH)).text == "𝔘Xbc"


async def test_typing_for_long_unread_is_kept_key_by_key() -> None:
    documents = opened("\n")
    keys = [chr(97 + number % 26) for number in range(5000)]
    for column, key in enumerate(keys):
        documents.did_change(URI, column + 2, [put(0, column, column, key)])
    snapshot = await documents.read(PATH)
    assert (snapshot.text, snapshot.version) == ("".join(keys) + "\n", 5001)


async def test_the_whole_text_makes_up_for_a_change_that_cannot_be_applied() -> None:
    documents = opened("known")
    documents.did_change(URI, 2, [("nonsense", "x")])  # type: ignore[list-item]
    documents.did_change(URI, 3, [(None, "whole")])
    assert (await documents.read(PATH)).text == "whole"


async def test_a_snapshot_stays_as_it_was() -> None:
    documents = opened("before")
    before = await documents.read(PATH)
    documents.did_change(URI, 2, [(None, "after")])
    assert before.text == "before"
    assert (await documents.read(PATH)).text == "after"


async def test_nothing_is_raised_for_what_an_editor_should_not_send() -> None:
    documents = opened(uri="")
    documents.did_close(URI)
    documents.did_change(URI, 1, [(None, "x")])
    documents.lose(URI)
    documents.did_open(uri=URI, language="a", version=1, text="first")
    documents.did_open(uri=URI, language="b", version=1, text="second")
    assert (await documents.read(PATH)).text == "second"
    documents.did_close(URI)
    documents.did_close(URI)
    assert (await documents.read(PATH)).text == "disk\r\n"


async def test_a_lost_change_makes_the_text_unknown_until_it_comes_whole() -> None:
    documents = opened("known")
    documents.lose(URI)
    with pytest.raises(Unreadable, match="Close the document"):
        await documents.read(PATH)
    assert documents.open_documents() == ()
    documents.did_change(URI, 3, [put(0, 0, 0, "still not ")])
    assert documents.open_documents() == ()
    documents.did_change(URI, 4, [(None, "whole")])
    assert (await documents.read(PATH)).text == "whole"


async def test_a_change_that_cannot_be_applied_is_a_lost_one() -> None:
    documents = opened("known")
    documents.did_change(URI, 2, [("nonsense", "x")])  # type: ignore[list-item]
    with pytest.raises(Unreadable):
        await documents.read(PATH)


# ---------------------------------------------------------------- folders


@pytest.mark.parametrize(
    ("sentence", "params", "roots"),
    [
        ("No folder.", {}, []),
        ("Folders.", {"workspaceFolders": [{"uri": "file:///a", "name": "A"}]}, [("/a", "A")]),
        (
            "Folders win.",
            {"workspaceFolders": [{"uri": "file:///a", "name": "A"}], "rootUri": "file:///b"},
            [("/a", "A")],
        ),
        (
            "An empty list falls back.",
            {"workspaceFolders": [], "rootUri": "file:///b/c"},
            [("/b/c", "c")],
        ),
        (
            "Null falls back.",
            {"workspaceFolders": None, "rootUri": None, "rootPath": "/d"},
            [("/d", "d")],
        ),
        (
            "One folder twice, one elsewhere.",
            {
                "workspaceFolders": [
                    {"uri": "file:///a", "name": "A"},
                    {"uri": "file:///%61/", "name": "B"},
                    {"uri": "vscode-vfs://github/x", "name": "C"},
                ]
            },
            [("/a", "A")],
        ),
        (
            "Malformed.",
            {"workspaceFolders": [5, {"uri": None}, {}], "rootUri": 7, "rootPath": []},
            [],
        ),
    ],
)
def test_roots_come_from_what_the_editor_said(
    sentence: str, params: dict[str, object], roots: list[tuple[str, str]]
) -> None:
    documents = Documents(DictDisk())
    documents.start(params)
    assert [(root.path, root.name) for root in documents.roots] == roots, sentence


def test_roots_change() -> None:
    documents = opened()
    documents.change_folders([("file:///two", "")], [])
    documents.change_folders([("file:///two/", "again")], ["file:///work/", "file:///unknown"])
    assert [(root.uri, root.name) for root in documents.roots] == [("file:///two", "two")]


# ---------------------------------------------------------------- waiting


async def test_next_change_wakes_everyone_who_waits() -> None:
    documents = opened()
    for happen in (
        lambda: documents.did_change(URI, 2, [(None, "x")]),
        lambda: documents.did_close(URI),
        lambda: documents.did_open(uri=URI, language="", version=1, text=""),
    ):
        waiting = [asyncio.create_task(documents.next_change(30)) for _ in range(2)]
        await asyncio.sleep(0)
        happen()
        assert await asyncio.gather(*waiting) == [True, True]


async def test_next_change_gives_up_in_time() -> None:
    documents = opened()
    documents.did_change(URI, 2, [(None, "before the wait")])
    assert not await documents.next_change(0.01)


# ---------------------------------------------------------------- who asks for a text


class Untold(Documents):
    """Documents of which nobody may ask the text: for a large one that is work, at each keystroke."""

    def at(self, uri: str) -> None:
        raise AssertionError(f"the text of {uri} was asked for")


class OnlyMarkdown:
    def is_agent_file(self, path: str) -> bool:
        return path.endswith(".md")


def test_a_file_of_another_kind_is_told_by_its_path() -> None:
    documents = Untold(DictDisk())
    documents.did_open(uri=URI, language="python", version=1, text="x = 1\n")
    assert OpenTexts(documents, OnlyMarkdown()).at(URI) is None  # type: ignore[arg-type]  # asked for nothing else
    assert TaskFiles(documents, None).problems(URI) is None  # type: ignore[arg-type]  # no session is looked for
    assert documents.path_at(URI) == PATH
    assert documents.path_at("file:///work/b.py") == ""
