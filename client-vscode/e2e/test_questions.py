"""What the specialist asks while it works. The model is scripted."""

from __future__ import annotations

from pathlib import Path

from patience import eventually
from playwright.async_api import expect
from test_approval import untouched

from backend_specialist.adapters.scripts import Call, Reply
from support.project import ASKER, write_project
from support.scripts_for_tests import DELIVER, EDIT, LEAVE
from support.web import Web, response, running

ASKED = {
    "question": "Which database?",
    "header": "Storage",
    "options": ["PostgreSQL", "SQLite"],
}


def asking(place: Path, web: Web) -> dict[str, object]:
    """Settings with an agent that asks before it fetches from a server of ours."""
    agents = write_project(place / "agents", ASKER)
    return {
        "backendSpecialist.agent": "asker",
        "backendSpecialist.agentDirectories": [str(agents)],
        "backendSpecialist.webfetch.allowHosts": [f"127.0.0.1:{web.port}"],
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
    await bench.pick("SQLite")
    await expect(bench.toast("has finished")).to_be_visible()
    assert "SQLite" in window.told()
    assert "PostgreSQL" not in window.told()
    await untouched(window)


async def test_a_permission_holds_once_for_the_session_or_not_at_all(open_window, tmp_path) -> None:
    order = ["/a", "/b", "/a", "/c", "/a"]
    answers = ["Allow once", "Reject", "Allow in this session", "Allow once", None]
    async with running() as web:
        web.answers |= {path: response(b"Page 7") for path in order}
        calls = [Call("webfetch", {"url": web.url + path}) for path in order]
        script = [*(Reply(tools=(call,)) for call in calls), Reply(text="Read.")]
        window = await open_window(script, machine=asking(tmp_path, web))
        bench = window.workbench
        await bench.ready()
        await bench.palette("Run a Task")
        await bench.type_into_box("Read the pages")
        for turn, (path, answer) in enumerate(zip(order, answers, strict=True), start=1):
            if answer:
                await eventually(window.turns, turn)
                await bench.choose(web.url + path, answer)
            if answer == "Allow in this session":
                await eventually(window.turns, turn + 1)
                await bench.palette("Show and Revoke Approvals")
                await expect(bench.rows).to_have_count(1)
                await expect(bench.rows).to_contain_text(f"webfetch: {web.url}/a")
                await bench.press("Escape")
        await expect(bench.toast("has finished")).to_be_visible()
        told = [str(request["messages"][-1]["content"]) for request in window.model.requests[1:]]
        assert ["Page 7" in text for text in told] == [True, False, True, True, True]
        assert "did not allow webfetch" in told[1]
        assert [head.split()[1] for head in web.requests] == ["/a", "/a", "/c", "/a"]
        await untouched(window)


async def test_a_long_address_is_allowed_only_where_all_of_it_is_shown(
    open_window, tmp_path
) -> None:
    path = f"/{'a' * 1500}-END"
    async with running() as web:
        web.answers[path] = response(b"Page 7")
        fetch = Call("webfetch", {"url": web.url + path})
        script = [Reply(tools=(fetch,)), Reply(text="Read.")]
        window = await open_window(script, machine=asking(tmp_path, web))
        bench = window.workbench
        await bench.ready()
        await bench.palette("Run a Task")
        await bench.type_into_box("Read the page")
        toast = bench.toast("characters)")
        await expect(toast).to_be_visible()
        await expect(toast.locator(".monaco-button", has_text="Allow")).to_have_count(0)
        await bench.choose("characters)", "Show All…")
        dialog = bench.dialog("-END")
        await expect(dialog).to_be_visible()
        assert not web.requests
        await dialog.locator(".monaco-button", has_text="Allow once").click()
        await expect(bench.toast("has finished")).to_be_visible()
        assert "Page 7" in window.told()


async def test_an_agent_that_is_picked_does_what_comes_next(open_window) -> None:
    window = await open_window([Reply(text="No index is missing.")])
    bench = window.workbench
    await bench.ready()
    await bench.palette("Show Agents and Their Permissions")
    expert = bench.rows.filter(has_text="domain-database")
    await expect(expert).to_contain_text("edit: deny")
    await expert.click()
    await bench.palette("Run a Task")
    await bench.type_into_box("Is an index missing?")
    await expect(bench.toast("has finished")).to_be_visible()
    (request,) = window.model.requests
    assert request["system"][0]["text"].startswith("You are a database engineer")


async def test_a_permission_is_explained(open_window) -> None:
    window = await open_window()
    bench = window.workbench
    await bench.ready()
    await bench.palette("Explain a Permission")
    await bench.pick("edit")
    await bench.type_into_box("app/main.py")
    await expect(bench.toast("edit app/main.py: ask")).to_be_visible()


async def test_a_reply_rejects_no_edits_that_came_while_it_was_written(
    open_window, tmp_path
) -> None:
    async with running() as web:
        web.answers["/a"] = response(b"Page 7")
        fetch = Call("webfetch", {"url": f"{web.url}/a"})
        script = [Reply(tools=(fetch,)), Reply(tools=(EDIT, DELIVER)), LEAVE]
        window = await open_window(script, machine=asking(tmp_path, web))
        bench = window.workbench
        await bench.ready()
        await bench.palette("Run a Task")
        await bench.type_into_box("Guard mean()")
        await expect(bench.toast(f"“Guard mean()”: Fetch {web.url}/a?")).to_be_visible()
        await bench.palette("Reply")
        await bench.write("Raise ValueError")
        await bench.choose("Guard mean()", "Allow once")
        await expect(bench.toast("1 edit in 1 file")).to_be_visible()
        await bench.box.press("Enter")
    message = bench.page.locator(".quick-input-message")
    await expect(message).to_contain_text("This rejects the waiting edits")
    await expect(bench.box).to_have_value("Raise ValueError")
    assert window.turns() == 2, "nothing was said yet"
    await bench.box.press("Enter")
    await expect(bench.toast("has finished")).to_be_visible()
    assert "Raise ValueError" in window.told()
    await untouched(window)
