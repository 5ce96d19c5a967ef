"""What the specialist asks while it works. The model is scripted."""

from __future__ import annotations

from playwright.async_api import expect

from backend_specialist.adapters.scripts import Call, Reply
from support.scripts_for_tests import DELIVER

ASKED = {
    "question": "Which database?",
    "header": "Storage",
    "options": ["PostgreSQL", "SQLite"],
}


async def test_a_question_opens_when_the_user_wants_it_and_the_answer_reaches_the_model(
    open_window,
) -> None:
    window = await open_window(
        [Reply(tools=(Call("question", {"questions": [ASKED]}),)), Reply(tools=(DELIVER,))]
    )
    bench = window.workbench
    await bench.ready()
    await bench.palette("Run a Task")
    await bench.type_into_box("Store the orders")
    await expect(bench.toast("Which database?")).to_be_visible()
    await expect(bench.page.locator(".quick-input-widget")).to_be_hidden()
    await bench.choose("Which database?", "Answer…")
    rows = bench.page.locator(".quick-input-list .monaco-list-row")
    await rows.filter(has_text="SQLite").click()
    await expect(bench.toast("has finished")).to_be_visible()
    assert "SQLite" in window.told()
    assert "PostgreSQL" not in window.told()


async def test_an_agent_that_is_picked_does_what_comes_next(open_window) -> None:
    window = await open_window([Reply(text="No index is missing.")])
    bench = window.workbench
    await bench.ready()
    await bench.palette("Show Agents and Their Permissions")
    rows = bench.page.locator(".quick-input-list .monaco-list-row")
    expert = rows.filter(has_text="domain-database")
    await expect(expert).to_contain_text("edit: deny")
    await expert.click()
    await bench.palette("Run a Task")
    await bench.type_into_box("Is an index missing?")
    await expect(bench.toast("has finished")).to_be_visible()
    (request,) = window.model.requests
    assert request["system"][0]["text"].startswith("You are a database engineer")
