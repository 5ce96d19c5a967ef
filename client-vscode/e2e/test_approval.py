"""From a selection to an approved edit, in VS Code. The model is scripted."""

from __future__ import annotations

import pytest
from patience import eventually
from playwright.async_api import expect

from backend_specialist.adapters.scripts import Reply
from conftest import PROJECT, Window
from support.scripts_for_tests import GUARDED, LEAVE, SCRIPT

MAIN = """def total(items):
    return sum(items)


def mean(items):
    return total(items) / len(items)
"""
CHANGED = MAIN[: MAIN.index("def mean")] + GUARDED
CREATED = "def test_mean():\n    pass\n"
BYE = Reply(text="You are welcome.")


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


async def applied(window: Window, main: str = CHANGED) -> None:
    """Apply all: the edits are in the editors, nothing is saved, and the model is not called again."""
    bench = window.workbench
    turns = window.turns()
    await bench.choose("2 edits in 2 files", "Apply all")
    await expect(bench.toast("has finished")).to_be_visible()
    await bench.expect_text("app/main.py", main)
    await bench.expect_text("tests/test_mean.py", CREATED)
    await eventually(lambda: bench.is_dirty("app/main.py"), True)
    await expect(bench.page.locator(".multiDiffEditor")).to_have_count(0)
    assert (window.disk("app/main.py"), window.disk("tests/test_mean.py")) == (MAIN, "")
    assert window.turns() == turns


async def untouched(window: Window) -> None:
    """Nothing has changed, neither in the editors nor on the disk."""
    bench = window.workbench
    await bench.expect_text("app/main.py", MAIN)
    assert not await bench.is_dirty("app/main.py")
    assert (window.disk("app/main.py"), window.disk("tests/test_mean.py")) == (MAIN, None)


BROKEN = """
-- app/limits.json --
{"limit": 10,}
"""


async def test_a_selection_and_a_problem_offer_fitting_recipes(open_window, picture) -> None:
    window = await open_window([Reply(text="So it is.")] * 2, project=PROJECT + BROKEN)
    bench = window.workbench
    await bench.ready()
    await bench.show("app/limits.json")
    await bench.go_to_problem("Trailing comma")
    await bench.select_lines(1, 1)
    rows = await bench.actions("Control+.")
    problem = rows.filter(has_text="Backend Specialist: Fix this problem")
    await expect(problem).to_have_count(1)
    await rows.filter(has_text="Backend Specialist: More…").click()
    await bench.pick("Write deployment")
    await expect(bench.toast("has finished")).to_be_visible()
    assert "Trailing comma" in str(window.model.requests[0]["messages"]), "what was wrong there"
    await bench.palette("Notifications: Clear All Notifications")

    await bench.show("app/main.py")
    await bench.select_lines(5, 6)
    rows = await bench.actions("Control+Shift+R")
    titles = [title.replace("\xa0", " ") for title in await rows.all_inner_texts()]
    await picture(bench, "run")
    ours = [title for title in titles if title.startswith("Backend Specialist: ")]
    assert 1 <= len(ours) <= 6 + 1
    await rows.filter(has_text="Backend Specialist: More…").click()
    await bench.pick("Add tests")
    await expect(bench.toast("has finished")).to_be_visible()
    _, request = window.model.requests
    asked = str(request["messages"])
    assert "app/main.py" in asked
    assert "return total(items) / len(items)" in asked
    await untouched(window)


async def test_the_context_menu_runs_a_recipe_on_the_selection(open_window) -> None:
    window = await open_window([Reply(text="It has tests.")])
    bench = window.workbench
    await bench.ready()
    await bench.show("app/main.py")
    await bench.select_lines(5, 6)
    await bench.context_menu("Backend Specialist", "Run a Recipe…")
    await bench.pick("Add tests")
    await expect(bench.toast("has finished")).to_be_visible()
    (request,) = window.model.requests
    asked = str(request["messages"])
    assert "return total(items) / len(items)" in asked
    assert "return sum(items)" not in asked, "only what was selected"
    await untouched(window)


async def test_apply_all_puts_every_edit_into_the_editors(open_window, picture) -> None:
    window = await open_window([*SCRIPT, BYE])
    bench = window.workbench
    await proposed(window)
    await expect(bench.page.locator(".multiDiffEditor")).to_be_visible()
    await picture(bench, "review")
    assert window.disk("app/main.py") == MAIN, "nothing changes before the answer"
    await applied(window)
    assert "All 2 edits were accepted" in await window.told_afterwards()


async def test_undo_takes_everything_back_and_the_server_goes_on(open_window) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    server = window.server()
    await applied(window)
    await bench.show("app/main.py")
    await bench.press("Control+z")
    await eventually(bench.shown_text, MAIN)
    await eventually(lambda: window.disk("tests/test_mean.py"), None)
    await bench.palette("Notifications: Clear All Notifications")
    await asked_again(window)
    read = str(window.model.requests[5]["messages"])
    assert "def mean" in read
    assert "return 0" not in read, "it reads what undo restored"
    await applied(window)
    assert window.server() == server


@pytest.mark.parametrize(
    ("ticked", "main", "created", "told"),
    [
        pytest.param(["main.py"], CHANGED, None, "1 of 2", id="only what is ticked is applied"),
        pytest.param(
            ["main.py", "test_mean.py"], CHANGED, "", "All 2", id="all ticked, all applied"
        ),
    ],
)
async def test_review_applies_what_is_ticked(
    open_window, ticked, main, created, told, picture
) -> None:
    window = await open_window([*SCRIPT, BYE])
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Review")
    for name in ticked:
        await bench.tick(name)
    await picture(bench, "ticks")
    await bench.preview("Apply")
    await expect(bench.toast("has finished")).to_be_visible()
    await bench.expect_text("app/main.py", main)
    assert (window.disk("app/main.py"), window.disk("tests/test_mean.py")) == (MAIN, created)
    assert f"{told} edits were accepted" in await window.told_afterwards()
    assert ("refused" in window.told()) == (created is None)


async def test_review_without_a_tick_and_discard_change_nothing(open_window) -> None:
    window = await open_window([*SCRIPT, BYE])
    bench = window.workbench
    await proposed(window)
    for button in ("Apply", "Discard"):
        await bench.choose("2 edits in 2 files", "Review")
        await expect(bench.preview_rows().first).to_be_visible()
        await bench.preview(button)
        await expect(bench.toast("has finished")).to_be_visible()
        await untouched(window)
        if button == "Apply":
            assert "0 of 2 edits were accepted" in await window.told_afterwards()
            await bench.palette("Notifications: Clear All Notifications")
            await asked_again(window)
    assert window.turns() == len(SCRIPT) + 1 + len(SCRIPT), "refused without a word: it stops"


async def test_a_rejection_with_a_reason_reaches_the_model(open_window) -> None:
    window = await open_window([*SCRIPT, LEAVE])
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Reject…")
    await bench.type_into_box("raise ValueError instead")
    await expect(bench.toast("has finished")).to_be_visible()
    assert "raise ValueError instead" in window.told()
    await untouched(window)


async def test_typing_during_the_preview_is_kept_and_its_edits_are_asked_about_again(
    open_window,
) -> None:
    window = await open_window([*SCRIPT, BYE])
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
    await expect(bench.toast("2 edits in 2 files")).to_be_visible()
    await bench.expect_text("app/main.py", "# mine\n" + MAIN)
    assert window.disk("tests/test_mean.py") is None

    await applied(window, "# mine\n" + CHANGED)
    assert "All 2 edits were accepted" in await window.told_afterwards()


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
    assert "# mine" in str(window.model.requests[1]["messages"]), "it reads unsaved text"
    await bench.choose("2 edits in 2 files", "Apply all")
    await eventually(lambda: window.disk("tests/test_mean.py"), CREATED)
    await bench.expect_text("app/main.py", "# mine\n" + CHANGED)
    await eventually(lambda: bench.is_dirty("app/main.py"), True)
    assert window.disk("app/main.py") == MAIN
    assert window.turns() == len(SCRIPT)


async def test_what_the_user_typed_after_a_refused_edit_is_not_saved(open_window) -> None:
    window = await open_window(SCRIPT, machine={"backendSpecialist.client.saveAfterApply": True})
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Review")
    await expect(bench.preview_rows().first).to_be_visible()
    await bench.preview("Discard")
    await expect(bench.toast("has finished")).to_be_visible()
    await bench.palette("Notifications: Clear All Notifications")
    await bench.show("app/main.py")
    await bench.press("Control+Home")
    await bench.keyboard.type("# mine\n")
    await asked_again(window)
    await bench.choose("2 edits in 2 files", "Apply all")
    await eventually(lambda: window.disk("tests/test_mean.py"), CREATED)
    await bench.expect_text("app/main.py", "# mine\n" + CHANGED)
    await eventually(lambda: bench.is_dirty("app/main.py"), True)
    assert window.disk("app/main.py") == MAIN


async def test_a_task_about_a_selection_that_changed_comes_back_as_it_was_typed(
    open_window,
) -> None:
    window = await open_window([Reply(text="It is guarded.")])
    bench = window.workbench
    await bench.ready()
    await bench.show("app/main.py")
    await bench.select_lines(5, 6)
    await bench.palette("Run a Task")
    box = bench.page.locator(".quick-input-widget")
    await expect(box).to_contain_text("about the code selected in app/main.py")
    (window.root / "app/main.py").write_text(MAIN + "MORE = 1\n")
    await eventually(bench.shown_text, MAIN + "MORE = 1\n")
    await bench.type_into_box("Guard mean()")
    await expect(box).to_contain_text("has changed since it was selected")
    await expect(box.locator("input")).to_have_value("Guard mean()")
    await bench.press("Enter")
    await expect(bench.toast("has finished")).to_be_visible()
    assert "Guard mean()" in str(window.model.requests[0]["messages"])
