"""The list of sessions: the summary of an ended one, the state of every other."""

from __future__ import annotations

import pytest

from backend_specialist.adapters.scripts import Reply
from backend_specialist.domain.ports import StoreFailed
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.listing import actions
from support.session_stage import Stage, deliver, edit

FILES = {"app.py": "x = 1\n"}
CHANGE = [Reply(tools=(edit("app.py", "x = 1", "x = 2"),)), Reply(tools=(deliver(),))]


async def test_list_reads_no_record_of_an_ended_session(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(FILES, CHANGE)
    session = await stage.run()
    proposal = await stage.proposal()
    (waiting,) = await stage.supervisor.queries.sessions()
    assert (waiting["status"], waiting["waiting"]) == ("awaitingReview", True)
    await stage.answer(session, proposal)
    await stage.ended(session)

    async def never(session_id: str) -> None:
        raise StoreFailed(f"the records of {session_id} were read")

    monkeypatch.setattr(stage.store, "load", never)
    (ended,) = await stage.supervisor.queries.sessions()
    assert ended["status"] == "completed"
    assert ended["files"] == ["app.py"]
    assert [item["result"] for item in ended["outcomes"]] == ["accepted"]
    assert (ended["waiting"], ended["deliverable"]) == (False, True)


async def test_list_knows_of_an_interrupted_session_what_came_after_its_summary() -> None:
    stage = Stage(FILES, CHANGE)
    await stage.run()
    await stage.proposal()
    stage.after_a_crash()
    (listed,) = await stage.supervisor.queries.sessions()
    assert (listed["status"], listed["waiting"]) == ("interrupted", True)


async def test_list_can_be_of_one_session() -> None:
    stage = Stage(FILES, [Reply(text="One."), Reply(text="Two.")])
    first, second = await stage.finished(), await stage.finished()
    assert [each["sessionId"] for each in await stage.supervisor.queries.sessions()] == [
        second,
        first,
    ]
    assert [each["sessionId"] for each in await stage.supervisor.queries.sessions(first)] == [first]
    assert await stage.supervisor.queries.sessions("nope") == []


REFUSED, ACCEPTED = [{"result": "refused"}], [{"result": "accepted"}, {"result": "refused"}]


@pytest.mark.parametrize(
    ("status", "waiting", "outcomes", "deliverable", "makes_sense"),
    [
        pytest.param(
            Status.RUNNING, False, ACCEPTED, True, "cancel reply showTranscript showDeliverable",
            id="one that runs is cancelled or replied to, and reverts nothing",
        ),
        pytest.param(
            Status.AWAITING_REVIEW, True, [], False, "review cancel reply showTranscript",
            id="a proposal is reviewed",
        ),
        pytest.param(
            Status.AWAITING_ANSWER, False, [], False, "answer cancel reply showTranscript",
            id="a question is answered",
        ),
        pytest.param(
            Status.INTERRUPTED, True, ACCEPTED, False, "review reply revert showTranscript deleteSession",
            id="a proposal that waits since another start is reviewed or replied to",
        ),
        pytest.param(
            Status.CANCELLED, True, [], False, "reply showTranscript deleteSession",
            id="what a cancelled session proposed waits for nobody",
        ),
        pytest.param(
            Status.COMPLETED, False, ACCEPTED, True,
            "reply revert showTranscript showDeliverable saveDeliverable deleteSession",
            id="what was applied is reverted once it has ended",
        ),
        pytest.param(
            Status.FAILED, False, REFUSED, False, "reply showTranscript deleteSession",
            id="what was refused is not",
        ),
    ],
)  # fmt: skip
def test_actions_are_the_commands_that_make_sense(
    status: Status,
    waiting: bool,
    outcomes: list[dict[str, str]],
    deliverable: bool,
    makes_sense: str,
) -> None:
    summary = {"waiting": waiting, "outcomes": outcomes, "deliverable": deliverable}
    assert actions(status, summary) == makes_sense.split()


@pytest.mark.parametrize("revertible", [True, False])
def test_revert_makes_sense_only_while_something_is_left_to_take_back(revertible: bool) -> None:
    summary = {
        "waiting": False,
        "outcomes": ACCEPTED,
        "deliverable": False,
        "revertible": revertible,
    }
    assert ("revert" in actions(Status.COMPLETED, summary)) is revertible


async def test_every_action_of_a_listed_session_is_one_that_the_session_takes() -> None:
    stage = Stage(FILES, CHANGE)
    session = await stage.run()
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    (ended,) = await stage.supervisor.queries.sessions()
    assert "revert" in ended["actions"]
    assert "revertible" not in ended, "it is no field of docs/protocol.md"
    mark = len(stage.events)
    await stage.supervisor.revert(session)
    await stage.proposal(after=mark)
    (reverting,) = await stage.supervisor.queries.sessions()
    assert "cancel" in reverting["actions"]
    assert "revert" not in reverting["actions"]
    await stage.supervisor.close()
