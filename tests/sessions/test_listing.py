"""The list of sessions: the summary of an ended one, the state of every other."""

from __future__ import annotations

import pytest

from backend_specialist.adapters.scripts import Reply
from backend_specialist.domain.ports import StoreFailed
from support.session_stage import Stage, deliver, edit

FILES = {"app.py": "x = 1\n"}
CHANGE = [Reply(tools=(edit("app.py", "x = 1", "x = 2"),)), Reply(tools=(deliver(),))]


async def test_list_reads_no_record_of_an_ended_session(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(FILES, CHANGE)
    session = await stage.run()
    proposal = await stage.proposal()
    (waiting,) = await stage.supervisor.sessions()
    assert (waiting["status"], waiting["waiting"]) == ("awaitingReview", True)
    await stage.answer(session, proposal)
    await stage.ended(session)

    async def never(session_id: str) -> None:
        raise StoreFailed(f"the records of {session_id} were read")

    monkeypatch.setattr(stage.store, "load", never)
    (ended,) = await stage.supervisor.sessions()
    assert ended["status"] == "completed"
    assert ended["files"] == ["app.py"]
    assert [item["result"] for item in ended["outcomes"]] == ["accepted"]
    assert (ended["waiting"], ended["deliverable"]) == (False, True)


async def test_list_knows_of_an_interrupted_session_what_came_after_its_summary() -> None:
    stage = Stage(FILES, CHANGE)
    await stage.run()
    await stage.proposal()
    stage.after_a_crash()
    (listed,) = await stage.supervisor.sessions()
    assert (listed["status"], listed["waiting"]) == ("interrupted", True)
