"""From a selection to an approved edit, in VS Code. The model is scripted."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from workbench import eventually

from conftest import Window
from support.scripts_for_tests import GUARDED, LEAVE, SCRIPT

MAIN = """def total(items):
    return sum(items)


def mean(items):
    return total(items) / len(items)
"""
CHANGED = MAIN[: MAIN.index("def mean")] + GUARDED
CREATED = "def test_mean():\n    pass\n"


async def proposed(window: Window) -> None:
    """Run the task on the selected function and wait for the question."""
    bench = window.workbench
    await bench.ready()
    await bench.show("app/main.py")
    await bench.select_lines(5, 6)
    await asked_again(window)


async def asked_again(window: Window) -> None:
    bench = window.workbench
    await bench.palette("Run a Task")
    await bench.type_into_box("Guard mean()")
    await expect(bench.toast("2 edits in 2 files")).to_be_visible()


async def test_a_selection_offers_the_recipes(open_window, picture) -> None:
    bench = (await open_window()).workbench
    await bench.ready()
    await bench.show("app/main.py")
    await bench.select_lines(5, 6)
    rows = await bench.actions()
    titles = [title.replace("\xa0", " ") for title in await rows.all_inner_texts()]
    await picture(bench, "run")
    ours = [title for title in titles if title.startswith("Backend Specialist: ")]
    assert 1 <= len(ours) <= 6
    assert "Backend Specialist: Add tests" in ours


async def test_apply_all_puts_every_edit_into_the_editors(open_window, picture) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    await expect(bench.page.locator(".multiDiffEditor")).to_be_visible()
    await picture(bench, "review")
    assert window.disk("app/main.py") == MAIN, "nothing changes before the answer"

    await bench.choose("2 edits in 2 files", "Apply all")
    await expect(bench.toast("has finished")).to_be_visible()
    await expect(bench.page.locator(".multiDiffEditor")).to_have_count(0)
    await bench.expect_text("app/main.py", CHANGED)
    await bench.expect_text("tests/test_mean.py", CREATED)
    assert await bench.is_dirty("app/main.py")
    assert (window.disk("app/main.py"), window.disk("tests/test_mean.py")) == (MAIN, "")
    assert window.model
    assert len(window.model.requests) == 4, "all accepted: no further turn"


async def test_undo_takes_everything_back_and_the_server_goes_on(open_window) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Apply all")
    await expect(bench.toast("has finished")).to_be_visible()
    await bench.show("app/main.py")
    await bench.press("Control+z")
    await eventually(bench.shown_text, MAIN)
    assert not (window.root / "tests/test_mean.py").exists()
    await asked_again(window)
    await bench.choose("2 edits in 2 files", "Apply all")
    await bench.expect_text("app/main.py", CHANGED)


@pytest.mark.parametrize(
    ("ticked", "main", "created"),
    [
        pytest.param(["main.py"], CHANGED, False, id="only what is ticked is applied"),
        pytest.param(["main.py", "test_mean.py"], CHANGED, True, id="all ticked, all applied"),
    ],
)
async def test_review_applies_what_is_ticked(open_window, ticked, main, created, picture) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Review")
    for name in ticked:
        await bench.tick(name)
    await picture(bench, "ticks")
    await bench.preview("Apply")
    await expect(bench.toast("has finished")).to_be_visible()
    await bench.expect_text("app/main.py", main)
    assert (window.root / "tests/test_mean.py").exists() == created
    assert window.disk("app/main.py") == MAIN


async def test_review_without_a_tick_and_discard_change_nothing(open_window) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    for button in ("Apply", "Discard"):
        await bench.choose("2 edits in 2 files", "Review")
        await expect(bench.preview_rows().first).to_be_visible()
        await bench.preview(button)
        await expect(bench.toast("has finished")).to_be_visible()
        await bench.expect_text("app/main.py", MAIN)
        assert not await bench.is_dirty("app/main.py")
        assert not (window.root / "tests/test_mean.py").exists()
        if button == "Apply":
            await bench.palette("Notifications: Clear All Notifications")
            await asked_again(window)


async def test_a_rejection_with_a_reason_reaches_the_model(open_window) -> None:
    window = await open_window([*SCRIPT, LEAVE])
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Reject…")
    await bench.type_into_box("raise ValueError instead")
    await expect(bench.toast("has finished")).to_be_visible()
    assert "raise ValueError instead" in window.told()
    await bench.expect_text("app/main.py", MAIN)
    assert not (window.root / "tests/test_mean.py").exists()


async def test_typing_during_the_preview_is_kept_and_nothing_is_applied_over_it(
    open_window,
) -> None:
    window = await open_window([*SCRIPT, LEAVE])
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Review")
    await bench.tick("main.py")
    await bench.show("app/main.py")
    await bench.press("Control+Home")
    await bench.keyboard.type("# mine\n")
    await bench.preview("Apply")
    await expect(bench.dialog("main.py")).to_be_visible()
    await bench.press("Enter")
    await bench.expect_text("app/main.py", "# mine\n" + MAIN)


async def test_accepted_files_are_saved_where_the_user_wants_it_but_not_their_own_changes(
    open_window,
) -> None:
    window = await open_window(SCRIPT, machine={"backendSpecialist.client.saveAfterApply": True})
    bench = window.workbench
    await bench.ready()
    await bench.show("app/main.py")
    await bench.press("Control+Home")
    await bench.keyboard.type("# mine\n")
    await asked_again(window)
    await bench.choose("2 edits in 2 files", "Apply all")
    await eventually(_reading(window, "tests/test_mean.py"), CREATED)
    await bench.expect_text("app/main.py", "# mine\n" + CHANGED)
    assert await bench.is_dirty("app/main.py")
    assert window.disk("app/main.py") == MAIN


def _reading(window: Window, name: str):
    async def read() -> str:
        path = window.root / name
        return path.read_text() if path.exists() else ""

    return read
