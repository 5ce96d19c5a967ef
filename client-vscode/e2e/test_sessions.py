"""Sessions that wait, run side by side, are cancelled, and outlive window and server. The model is scripted."""

from __future__ import annotations

import os
import re
import signal

from patience import eventually
from playwright.async_api import expect
from test_approval import BYE, CHANGED, MAIN, applied, asked_again, proposed, untouched
from workbench import Workbench

from backend_specialist.adapters.scripts import Call, Fault, Reply
from support.scripts_for_tests import DELIVER, SCRIPT

STALL = Reply(text="I look around.", fault=Fault(kind="stall", after=4))


def guard_or_raise(request) -> Reply:
    """A conversation about the limit gets other edits."""
    turn = sum(message["role"] == "assistant" for message in request["messages"])
    if "Raise the limit" not in str(request["messages"][0]):
        return SCRIPT[turn]
    edit = {"filePath": "app/extra.py", "oldString": "LIMIT = 10", "newString": "LIMIT = 20"}
    return [Reply(tools=(Call("edit", edit),)), Reply(tools=(DELIVER,))][turn]


async def raise_asked(bench: Workbench) -> None:
    """Run the task about the limit and wait for its question."""
    await bench.palette("Run a Task")
    await bench.type_into_box("Raise the limit")
    await expect(bench.toast("1 edit in 1 file")).to_be_visible()


async def test_two_sessions_can_wait_at_once(open_window) -> None:
    window = await open_window(guard_or_raise)
    bench = window.workbench
    await proposed(window)
    await raise_asked(bench)
    await expect(bench.status).to_have_attribute("aria-label", re.compile("2 waiting for your"))

    await bench.choose("1 edit in 1 file", "Apply all")
    await bench.expect_text("app/extra.py", "LIMIT = 20\n")
    assert window.disk("app/extra.py") == "LIMIT = 10\n"
    await expect(bench.status).to_have_attribute("aria-label", re.compile("1 waiting for your"))
    await bench.palette("Notifications: Clear All Notifications")
    await bench.palette("Review Proposed Edits")
    await applied(window)
    assert window.turns() == len(SCRIPT) + 2


async def test_the_progress_indicator_cancels_a_session(open_window) -> None:
    window = await open_window([STALL])
    bench = window.workbench
    await bench.ready()
    await bench.palette("Run a Task")
    await bench.type_into_box("Guard mean()")
    await expect(bench.page.locator(".statusbar-item", has_text="I look around.")).to_be_visible()
    # A session that works shows itself in the status bar; its button is in the list.
    await bench.palette("Notifications: Show Notifications")
    await bench.choose("I look around.", "Cancel")
    await expect(bench.toast("was cancelled")).to_be_visible()
    assert window.model
    await window.model.stream_left.wait()
    await untouched(window)
    assert window.turns() == 1


async def test_a_waiting_proposal_survives_a_reload(open_window) -> None:
    window = await open_window([*SCRIPT, BYE])
    bench = window.workbench
    await proposed(window)
    await bench.page.reload()
    await expect(bench.toast("2 edits in 2 files")).to_be_visible()
    await applied(window)
    assert window.turns() == len(SCRIPT), "nothing was asked of the model again"
    assert "All 2 edits were accepted" in await window.told_afterwards()


async def test_edits_in_a_preview_survive_a_reload_and_are_asked_about_again(open_window) -> None:
    edit = {"filePath": "app/extra.py", "oldString": "LIMIT = 10", "newString": "LIMIT = 20"}
    window = await open_window([Reply(tools=(Call("edit", edit), DELIVER))])
    bench = window.workbench
    await bench.ready()
    await bench.palette("Run a Task")
    await bench.type_into_box("Raise the limit")
    await bench.choose("1 edit in 1 file", "Review")
    await bench.tick("extra.py")
    await bench.page.reload()
    await bench.choose("1 edit in 1 file", "Apply all")
    await expect(bench.toast("has finished")).to_be_visible()
    await bench.expect_text("app/extra.py", "LIMIT = 20\n")
    assert window.disk("app/extra.py") == "LIMIT = 10\n"
    assert window.turns() == 1, "nothing was asked of the model again"


async def test_a_killed_server_comes_back_with_what_waited(open_window) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    await bench.palette("Notifications: Clear All Notifications")
    os.kill(window.server(), signal.SIGKILL)
    await expect(bench.toast("2 edits in 2 files")).to_be_visible()
    await applied(window)
    assert window.turns() == len(SCRIPT)


async def test_a_session_that_ran_when_the_server_was_killed_goes_on_when_the_user_says_so(
    open_window,
) -> None:
    replies = [STALL, *SCRIPT]
    window = await open_window(lambda _: replies.pop(0))
    bench = window.workbench
    await bench.ready()
    await bench.palette("Run a Task")
    await bench.type_into_box("Guard mean()")
    await expect(bench.page.locator(".statusbar-item", has_text="I look around.")).to_be_visible()
    os.kill(window.server(), signal.SIGKILL)
    await expect(bench.toast("The server ended while")).to_be_visible()
    assert window.turns() == 1, "the model is never called without the user"
    await bench.choose("The server ended while", "Continue")
    await expect(bench.toast("2 edits in 2 files")).to_be_visible()
    await applied(window)
    assert "Go on where you were interrupted." in str(window.model.requests[-1]["messages"])


async def test_a_row_of_the_sessions_view_reviews_and_cancels(open_window) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    await bench.palette("Notifications: Clear All Notifications")
    row = await bench.session_row("Guard mean()")
    await expect(row).to_contain_text("waiting for your review")
    await bench.row_button(row, "Review Proposed Edits")
    await expect(bench.toast("2 edits in 2 files")).to_be_visible()
    await bench.row_button(row, "Cancel")
    await expect(row).to_contain_text("cancelled")
    await expect(bench.page.locator(".multiDiffEditor")).to_have_count(0)
    await untouched(window)


async def test_a_cancelled_session_leaves_no_preview_that_could_still_be_applied(
    open_window,
) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Review")
    await bench.tick("main.py")
    await bench.palette("Review Proposed Edits")
    await expect(bench.toast("Where its preview is open, decide there")).to_be_visible()
    await bench.palette("Cancel")
    await expect(bench.toast("was cancelled")).to_be_visible()
    await expect(bench.preview_rows()).to_have_count(0)
    await untouched(window)


async def test_apply_all_by_preview_leaves_none_open_when_it_is_cancelled(open_window) -> None:
    machine = {"backendSpecialist.approval": "preview"}
    window = await open_window(SCRIPT, machine=machine)
    bench = window.workbench
    await proposed(window)
    await bench.choose("2 edits in 2 files", "Apply all")
    await expect(bench.preview_rows().first).to_be_visible()
    await bench.palette("Cancel")
    await expect(bench.toast("was cancelled")).to_be_visible()
    await expect(bench.preview_rows()).to_have_count(0)
    await untouched(window)


async def test_a_cancelled_session_leaves_the_preview_of_another_open(open_window) -> None:
    window = await open_window(guard_or_raise)
    bench = window.workbench
    await proposed(window)
    await raise_asked(bench)
    await bench.choose("2 edits in 2 files", "Review")
    await bench.tick("main.py")
    await bench.choose("1 edit in 1 file", "Review")
    row = await bench.session_row("Raise the limit")
    await bench.row_button(row, "Cancel")
    await expect(row).to_contain_text("cancelled")
    await bench.preview("Apply")
    await bench.expect_text("app/main.py", CHANGED)
    assert window.disk("app/extra.py") == "LIMIT = 10\n"


async def test_sessions_of_one_title_have_diffs_of_their_own(open_window) -> None:
    replies = [*SCRIPT, *SCRIPT]
    window = await open_window(lambda _: replies.pop(0))
    bench = window.workbench
    await proposed(window)
    await bench.palette("Notifications: Clear All Notifications")
    await asked_again(window)
    tabs = bench.page.locator(".tab", has_text="Proposed")
    await expect(tabs).to_have_count(2)
    newest = await bench.session_row("Guard mean()")
    await bench.row_button(newest, "Cancel")
    await expect(newest).to_contain_text("cancelled")
    await expect(tabs).to_have_count(1)
    await expect(tabs).to_contain_text("Proposed: Guard mean()")


async def test_the_sessions_view_shows_the_outcome_and_reverts(open_window, picture) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    await applied(window)
    row = await bench.session_row("Guard mean()")
    await expect(row).to_contain_text("completed")
    await expect(row).to_contain_text("tokens")
    await row.click()
    await bench.press("ArrowRight")
    file = bench.page.locator(".pane-body .monaco-list-row", has_text="app/main.py").first
    await expect(file).to_contain_text("1 accepted")
    await picture(bench, "sessions")

    await bench.row_button(row, "Revert Applied Edits")
    await bench.choose("2 edits in 2 files", "Apply all")
    await bench.expect_text("app/main.py", MAIN)
    await eventually(lambda: window.disk("tests/test_mean.py"), None)
    assert window.disk("app/main.py") == MAIN
    assert window.turns() == len(SCRIPT), "a revert is no task for the model"


async def test_the_transcript_grows_while_the_session_runs(open_window) -> None:
    window = await open_window(SCRIPT)
    bench = window.workbench
    await proposed(window)
    await bench.palette("Show Transcript")
    await expect(bench.page.locator('.tab[data-resource-name="transcript.md"]')).to_be_visible()
    await expect(bench.page.locator(".view-lines").first).to_contain_text("Guard")
    before = await bench.shown_text()
    await bench.choose("2 edits in 2 files", "Apply all")
    await expect(bench.toast("has finished")).to_be_visible()
    await bench.page.locator('.tab[data-resource-name="transcript.md"]').click()
    await bench.press("Control+End")
    await expect(bench.page.locator(".view-lines").first).to_contain_text("accepted")
    assert "accepted" not in before


async def test_of_several_proposals_a_new_window_opens_one_and_counts_the_others(
    open_window,
) -> None:
    window = await open_window(guard_or_raise)
    bench = window.workbench
    await proposed(window)
    await raise_asked(bench)
    tabs = bench.page.locator(".tab", has_text="Proposed")
    await expect(tabs).to_have_count(2)
    async with bench.page.expect_event("load"):
        await bench.palette("Developer: Reload Window")
    await expect(bench.toast("1 more proposal from before")).to_be_visible()
    await expect(bench.toast("Raise the limit: 1 edit in 1 file")).to_be_visible()
    await expect(tabs).to_have_count(1)
    await expect(tabs).to_contain_text("Raise the limit")
    await bench.choose("1 more proposal", "Show Sessions")
    row = bench.page.locator(".pane-body .monaco-list-row", has_text="Guard mean()")
    await expect(row).to_contain_text("waiting for your review")
