"""Which place a path of the model means, in a workspace with several folders."""

from __future__ import annotations

import pytest

from backend_specialist.tools.paths import resolve
from backend_specialist.tools.registry import ToolFailed
from support.tool_context import make_context, make_root


@pytest.fixture
def context(tmp_path):
    return make_context(
        tmp_path,
        files={
            "api/src/app.py": "",
            "api/both.py": "",
            "web/both.py": "",
            "web/pages/index.ts": "",
        },
        roots=["api", "web"],
    )


async def shown(context, given, **options):
    return (await resolve(context, given, **options)).shown


async def refusal(context, given, **options) -> str:
    with pytest.raises(ToolFailed) as caught:
        await resolve(context, given, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected", "label"),
    [
        ("src/app.py", "api/src/app.py", "src/app.py"),
        ("api/src/app.py", "api/src/app.py", "src/app.py"),
        ("pages/index.ts", "web/pages/index.ts", "pages/index.ts"),
        ("web/both.py", "web/both.py", "both.py"),
        ("api", "api", "."),
    ],
)
async def test_a_path_is_found_in_the_folder_that_has_it(context, given, expected, label):
    found = await resolve(context, given)
    assert (found.shown, found.label) == (expected, label)
    assert await resolve(context, found.path) == found


async def test_a_path_in_several_folders_names_them(context):
    message = await refusal(context, "both.py")
    assert '"api/both.py", "web/both.py"' in message


async def test_a_buffer_or_a_proposal_counts_as_there(context):
    context.open("draft.py", "x", root=1)
    context.texts[context.path("plan.py", root=0)] = "x"
    assert await shown(context, "draft.py") == "web/draft.py"
    assert await shown(context, "plan.py", for_edit=True) == "api/plan.py"


async def test_a_new_file_belongs_to_the_folder_that_it_names(context):
    found = await resolve(context, "web/new/deep.ts", for_edit=True)
    assert found.path == context.path("new/deep.ts", root=1)


async def test_a_new_file_belongs_to_the_only_folder_with_its_directory(context):
    assert await shown(context, "pages/new.ts", for_edit=True) == "web/pages/new.ts"


async def test_a_new_file_without_a_clear_folder_names_the_folders(context):
    for given in ("new.py", "nowhere/new.py"):
        assert '"api", "web"' in await refusal(context, given, for_edit=True)


async def test_a_folder_inside_another_owns_its_files(tmp_path):
    context = make_context(tmp_path, files={"mono/pkg/a.py": ""}, roots=["mono", "mono/pkg"])
    for given in ("pkg/a.py", "mono/pkg/a.py", str(tmp_path / "mono" / "pkg" / "a.py")):
        found = await resolve(context, given)
        assert (found.shown, found.label) == ("pkg/a.py", "a.py")


async def test_folders_of_the_same_name_are_shown_by_their_paths(tmp_path):
    context = make_context(
        tmp_path, files={"a/app/x.py": "", "b/app/y.py": ""}, roots=["a/app", "b/app"]
    )
    found = await resolve(context, "x.py")
    assert found.shown == str(tmp_path / "a" / "app" / "x.py")
    assert await resolve(context, found.shown) == found


async def test_a_link_from_one_folder_into_another_belongs_to_the_other(context, tmp_path):
    (tmp_path / "api" / "shared").symlink_to(tmp_path / "web" / "pages")
    assert await shown(context, "shared/index.ts", for_edit=True) == "web/pages/index.ts"


async def test_a_link_out_is_not_looked_through_for_candidates(context, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("x")
    for root in ("api", "web"):
        (tmp_path / root / "out").symlink_to(outside)
    assert "symbolic link" in await refusal(context, "out/x")
    assert "symbolic link" in await refusal(context, "out/none")


async def test_a_folder_with_another_name_than_its_directory_is_named_by_it(tmp_path):
    context = make_context(tmp_path, files={"one/a.py": "", "two/b.py": ""}, roots=["one", "two"])
    context.workspace.roots = (
        make_root(tmp_path / "one", "Backend"),
        make_root(tmp_path / "two", "Frontend"),
    )
    assert await shown(context, "Backend/a.py") == "Backend/a.py"
    assert await shown(context, "Frontend/new.py", for_edit=True) == "Frontend/new.py"
