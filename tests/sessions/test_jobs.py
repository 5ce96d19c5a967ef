"""The tasks of sessions: whatever stops them, they end once and say how."""

from __future__ import annotations

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.ports import ModelError
from backend_specialist.sessions.events import Event, Kind
from backend_specialist.sessions.turns import Pause
from support.session_stage import Stage, deliver, edit

FILES = {"app.py": "x = 1\n"}
PROPOSE = [Reply(tools=(edit("app.py", "x = 1", "x = 3"), deliver()))]


def statuses(stage: Stage) -> list[str]:
    return [event.data["status"] for event in stage.events if event.kind is Kind.STATUS]


async def test_cancel_ends_a_waiting_session_and_applies_nothing() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    await stage.proposal()
    assert await stage.supervisor.cancel(session) == [session]
    await stage.ended(session)
    assert stage.status == "cancelled"
    assert stage.editor.sent == []
    assert (await stage.state(session)).waiting


async def test_cancel_in_the_same_moment_as_the_start_ends_the_session() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    await stage.supervisor.cancel()
    await stage.ended(session)
    assert stage.status == "cancelled"
    assert (await stage.state(session)).status == "cancelled"
    await stage.supervisor.reply(session, "Go on.")
    await stage.proposal()
    await stage.supervisor.close()


async def test_second_cancel_does_not_swallow_the_end() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    await stage.proposal()
    stage.store.committing.clear()
    await stage.supervisor.cancel(session)
    await stage.store.committing.wait()
    await stage.supervisor.cancel(session)
    await stage.ended(session)
    assert statuses(stage)[-1] == "cancelled"
    assert (await stage.state(session)).status == "cancelled"


async def test_close_interrupts_what_waits_and_it_can_be_reviewed_after_a_restart() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    proposal = await stage.proposal()
    await stage.supervisor.close()
    assert stage.status == "interrupted"
    stage.after_a_crash()
    assert await stage.supervisor.waiting.proposal(None) == (session, proposal)
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "x = 3\n"
    assert "Done." in await stage.supervisor.queries.deliverable(session)


async def test_listener_that_raises_disturbs_neither_the_session_nor_other_listeners(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(FILES, [Reply(text="Done.")])

    def broken(event: Event) -> None:
        raise RuntimeError("deaf")

    heard: list[Event] = []
    stage.supervisor.subscribe(broken)
    stage.supervisor.subscribe(heard.append)
    await stage.finished()
    assert stage.status == "completed"
    assert heard == stage.events
    assert "a listener failed" in caplog.text


async def test_full_store_fails_the_session_before_anything_is_done() -> None:
    stage = Stage(FILES, PROPOSE)
    session = await stage.run()
    await stage.proposal()
    stage.store.full = "The disk is full."
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert (stage.status, stage.reason) == ("failed", "The disk is full.")
    assert stage.editor.sent == []


async def test_model_without_patience_pauses_and_says_why() -> None:
    stage = Stage(FILES, [])

    async def resolve(name: str) -> object:
        raise Pause(ModelError("limit", "The endpoint wants an hour of rest."))

    stage.model.resolve = resolve
    await stage.finished()
    assert stage.status == "paused"
    assert stage.reason == "The endpoint wants an hour of rest. Reply to go on."


async def test_tool_with_a_fault_names_no_detail_to_the_user() -> None:
    stage = Stage(FILES, [Reply(tools=(Call("read", {"filePath": "app.py"}),))])
    session = await stage.run()

    def broken(path: str) -> None:
        raise RuntimeError("sk-secret")

    stage.workspace.disk.on_read = broken
    await stage.ended(session)
    assert "sk-secret" not in stage.reason
