"""Which place a path of the model means, in a workspace with one folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend_specialist.domain.changeset import FileChange
from backend_specialist.tools.location import strayed
from backend_specialist.tools.paths import resolve
from backend_specialist.tools.registry import ToolFailed
from support.tool_context import make_context, make_root, uri_for, write_files


@pytest.fixture
def context(tmp_path):
    """A workspace ``ws`` with links, and a file beside it that is nobody's business."""
    write_files(tmp_path, {"outside/secret.txt": "x", "outside/deep/more.txt": "x"})
    root = tmp_path / "ws"
    context = make_context(
        root, files={"src/app.py": "x = 1\n", "real/a.py": "y\n", "a b%20é.py": ""}
    )
    (root / "link").symlink_to("real")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "out.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (root / "dangling").symlink_to(tmp_path / "outside" / "none.txt")
    (root / "loop").symlink_to("loop")
    (root / "deep").symlink_to("deep/deep")
    return context


async def refusal(context, given, **options) -> str:
    with pytest.raises(ToolFailed) as caught:
        await resolve(context, given, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ("src/app.py", "src/app.py"),
        ("./src//app.py", "src/app.py"),
        ("src/../src/app.py", "src/app.py"),
        ("src/", "src"),
        (".", "."),
        ("new/deep/file.py", "new/deep/file.py"),
        ("link/a.py", "real/a.py"),
        ("link/new.py", "real/new.py"),
        ("link", "real"),
        ("link/../src/app.py", "src/app.py"),
        ("a b%20é.py", "a b%20é.py"),
        ("...", "..."),
        ("..src", "..src"),
        ("~file", "~file"),
        ("a:b.py", "a:b.py"),
    ],
)
async def test_a_path_inside_is_the_real_path_below_the_root(context, given, label):
    for_reading = await resolve(context, given)
    assert for_reading.label == for_reading.shown == label
    root = context.workspace.roots[0]
    assert for_reading.path == (root.path if label == "." else f"{root.path}/{label}")
    assert for_reading.root == root
    assert not for_reading.external
    assert await resolve(context, given, for_edit=True) == for_reading
    assert for_reading.subjects[0] == label
    assert context.permitted == []


async def test_an_absolute_path_and_a_uri_inside_are_the_same_as_the_relative_one(context):
    relative = await resolve(context, "a b%20é.py")
    path = context.path("a b%20é.py")
    for given in (
        path,
        f"/{path}",
        uri_for(path),
        uri_for(path).replace("file://", "file://localhost"),
    ):
        assert await resolve(context, given) == relative
    assert relative.uri == uri_for(path)
    assert context.permitted == []


async def test_the_uri_is_the_editors_own(context):
    snapshot = context.open("src/app.py", "x = 2\n")
    assert (await resolve(context, "src/app.py")).uri == snapshot.uri


async def test_a_root_that_is_a_symlink_keeps_the_editors_spelling(tmp_path):
    context = make_context(tmp_path / "private" / "ws", files={"a/b.py": "x"})
    (tmp_path / "ws").symlink_to(tmp_path / "private" / "ws")
    context.workspace.roots = (make_root(tmp_path / "ws"),)
    spelled = str(tmp_path / "ws" / "a" / "b.py")
    for given in ("a/b.py", spelled, str(tmp_path / "private" / "ws" / "a" / "b.py")):
        found = await resolve(context, given, for_edit=True)
        assert (found.path, found.label) == (spelled, "a/b.py")
    assert context.permitted == []


@pytest.mark.parametrize("opened", ["link/a.py", "other.txt"])
async def test_a_file_that_is_open_through_a_symlink_is_its_buffer(context, opened):
    Path(context.path("other.txt")).symlink_to("real/a.py")
    context.open(opened, "unsaved\n")
    for given in ("real/a.py", "link/a.py", "other.txt"):
        found = await resolve(context, given)
        assert found.path == context.path(opened)
        assert found.label == "real/a.py"
        assert (await context.read(found)).text == "unsaved\n"


async def test_a_buffer_of_the_real_name_comes_before_one_of_a_link(context):
    context.open("link/a.py", "link\n")
    context.open("real/a.py", "real\n")
    found = await resolve(context, "link/a.py")
    assert found.path == context.path("real/a.py")
    assert found.subjects == ("real/a.py", "link/a.py")


async def test_a_file_that_is_proposed_under_a_link_stays_there_when_its_buffer_is_closed(context):
    context.texts[context.path("link/a.py")] = "proposed\n"
    assert (await resolve(context, "real/a.py")).path == context.path("link/a.py")


async def test_a_link_that_was_turned_elsewhere_is_another_file(context):
    context.open("link/a.py", "unsaved\n")
    link = Path(context.path("link"))
    link.unlink()
    link.symlink_to("src")
    assert (await resolve(context, "real/a.py")).path == context.path("real/a.py")


async def test_every_name_on_the_way_to_a_file_counts(context):
    root = Path(context.path("."))
    (root / "first").symlink_to("second")
    (root / "second").symlink_to("./link/a.py")
    found = await resolve(context, "first")
    assert found.path == context.path("real/a.py")
    assert found.subjects == ("real/a.py", "first", "second", "link/a.py")


@pytest.mark.parametrize(
    "given", ["../outside/secret.txt", "..", "src/../../ws/src/app.py", "a/../../x"]
)
async def test_a_relative_path_never_leaves_by_dots(context, given):
    assert "leaves the workspace" in await refusal(context, given)
    assert context.permitted == []


@pytest.mark.parametrize(
    "given",
    [
        "out/secret.txt",
        "out/none.txt",
        "out.txt",
        "dangling",
        "out",
        "out/a/b",
        "loop",
        "loop/a",
        "deep/a",
    ],
)
async def test_a_link_that_leads_out_is_an_error_that_does_not_tell_what_exists(context, given):
    expected = f'"{given}" leads outside the workspace through a symbolic link'
    assert expected in await refusal(context, given)
    assert expected in await refusal(context, given, for_edit=True)
    assert "symbolic link" in await refusal(context, context.path(given))
    assert context.permitted == []


async def test_an_absolute_path_outside_asks_for_its_directory(context, tmp_path):
    real = os.path.realpath(tmp_path / "outside")
    found = await resolve(context, str(tmp_path / "outside" / "secret.txt"))
    assert (found.external, found.root) == (True, None)
    assert found.path == found.label == found.shown == f"{real}/secret.txt"
    await resolve(context, str(tmp_path / "outside" / "deep"))
    assert context.permitted == [
        ("external_directory", (f"{real}/*",)),
        ("external_directory", (f"{real}/deep/*",)),
    ]


async def test_a_link_outside_is_asked_about_under_its_real_directory_and_its_own(
    context, tmp_path
):
    (tmp_path / "harmless").symlink_to(tmp_path / "outside" / "deep")
    found = await resolve(context, str(tmp_path / "harmless" / "more.txt"))
    real = os.path.realpath(tmp_path / "outside")
    asked = (f"{real}/deep/*", f"{tmp_path}/harmless/*")
    assert context.permitted == [("external_directory", asked)]
    assert found.subjects == (f"{real}/deep/more.txt", f"{tmp_path}/harmless/more.txt")


async def test_a_denied_path_outside_is_refused_alike_whether_it_exists_or_not(context, tmp_path):
    context.denials["external_directory"] = "Denied for some subject that must not be shown."
    answers = set()
    for name in ("outside", "outside/secret.txt", "outside/none.txt", "none/at/all"):
        given = str(tmp_path / name)
        answers.add((await refusal(context, given)).replace(given, "PATH"))
    assert len(answers) == 1
    assert "must not be shown" not in answers.pop()


async def test_an_edit_outside_is_refused_unasked(context, tmp_path):
    for name in ("outside/secret.txt", "none.txt"):
        assert "Only files inside it can be edited" in await refusal(
            context, str(tmp_path / name), for_edit=True
        )
    assert context.permitted == []


async def test_a_directory_whose_name_begins_like_the_root_is_outside(context, tmp_path):
    write_files(tmp_path, {"ws2/a.py": "x"})
    assert (await resolve(context, str(tmp_path / "ws2" / "a.py"))).external


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "must be a text"),
        (7, "must be a text"),
        (["a"], "must be a text"),
        ("", "not empty"),
        ("  ", "not empty"),
        ("a\0b", "NUL"),
        ("file:///a%00b", "NUL"),
        ("a\ud800", "no file name"),
        ("a/" + "b" * 300, "too long"),
        ("a/" * 3000, "too long"),
        ("~", "not expanded"),
        ("~/x", "not expanded"),
        ("C:\\x", "Windows"),
        ("c:/x", "Windows"),
        ("\\\\server\\share", "Windows"),
        ("src\\app.py", "with `/`"),
        ("https://example.com/a", "webfetch"),
        ("vscode-notebook-cell:/a", "not a file"),
        ("file://server/share", "another computer"),
        ("file://[bad/x", "not a valid URI"),
        ("untitled:Untitled-1", "None is open"),
    ],
)
async def test_what_is_no_path_says_why(context, given, words):
    assert words in await refusal(context, given)
    assert context.permitted == []


async def test_an_error_quotes_a_path_on_one_short_line(context):
    message = await refusal(context, "../" + "a\n\x1b[31m" * 5000)
    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) < 500


async def test_an_open_untitled_document_is_itself(context):
    context.open("untitled:Untitled-1", "x")
    found = await resolve(context, "untitled:Untitled-1")
    assert found.path == found.uri == found.label == "untitled:Untitled-1"
    assert found.root is None
    assert not found.external
    assert "Open ones are: untitled:Untitled-1" in await refusal(context, "untitled:other")


async def test_without_a_folder_relative_paths_mean_nothing(context, tmp_path):
    context.workspace.roots = ()
    assert "No folder is open" in await refusal(context, "src/app.py")
    assert "no folder is open" in await refusal(context, str(tmp_path / "x"), for_edit=True)


# ---------------------------------------------------------------- where a proposed path leads later


async def proposal_for(context, given) -> FileChange:
    place = await resolve(context, given, for_edit=True)
    return FileChange(path=place.path, uri=place.uri, label=place.label, base=None, text="")


@pytest.mark.parametrize("given", ["src/app.py", "link/a.py", "new/deep/file.py"])
async def test_a_proposed_path_that_leads_where_it_did_has_not_strayed(context, given):
    assert not await strayed(context.workspace, [await proposal_for(context, given)])


async def test_a_file_opened_through_a_link_stays_where_it_really_is(context):
    context.open("link/a.py", "y\n")
    change = await proposal_for(context, "real/a.py")
    assert change.path == context.path("link/a.py")
    assert not await strayed(context.workspace, [change])
    link = Path(context.workspace.roots[0].path, "link")
    link.unlink()
    link.symlink_to("src")
    assert await strayed(context.workspace, [change]) == {change.path}


@pytest.mark.parametrize(
    ("place", "target"),
    [
        ("new", "../outside"),
        ("new/deep", "../../outside"),
        ("new/deep/file.py", "../../../outside/none.txt"),
        ("new", "src"),
        ("new/deep/file.py", "../../src/app.py"),
    ],
)
async def test_a_proposed_path_in_which_a_link_stands_now_has_strayed(context, place, target):
    change = await proposal_for(context, "new/deep/file.py")
    other = await proposal_for(context, "src/app.py")
    link = context.path(place)
    os.makedirs(os.path.dirname(link), exist_ok=True)
    os.symlink(target, link)
    assert await strayed(context.workspace, [change, other]) == {change.path}


async def test_a_folder_that_is_added_inside_another_changes_nothing(context):
    change = await proposal_for(context, "src/app.py")
    inner = make_root(Path(context.path("src")))
    context.workspace.roots = (*context.workspace.roots, inner)
    assert not await strayed(context.workspace, [change])
