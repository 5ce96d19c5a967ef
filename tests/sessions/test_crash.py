"""A server that is killed after any record: nothing is applied twice, nothing approved is forgotten.

The kill is simulated: the store takes one more record and then nothing, as if the process had died there.
``tests/e2e/test_kill.py`` does it to real processes. The scenario writes every kind of record there is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from backend_specialist.adapters.scripts import Reply
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.ports import ModelError, Record
from backend_specialist.domain.transcript import Usage
from backend_specialist.sessions import fold
from backend_specialist.sessions.events import Event, Kind
from backend_specialist.sessions.stored import Refused
from support.every_record import AFTER, BEFORE, OTHER, REASON, WRONG, last_step, reply, steps
from support.session_stage import Stage

FILES = {"app.py": BEFORE, "other.py": OTHER}
STEPS = steps(expert="expert")
FULL = Usage(input_tokens=190_000)


class User:
    """Gives the missing key, wants x to be 4, takes everything back at the end, and answers whatever is asked."""

    def __init__(self, stage: Stage, session: str) -> None:
        self.stage = stage
        self.session = session

    async def hear(self, event: Event) -> None:
        supervisor = self.stage.supervisor
        with suppress(Refused, asyncio.CancelledError):
            if event.kind is Kind.PERMISSION:
                request = event.data["requestId"]
                await supervisor.answer_request(self.session, request, "session")
            elif event.kind is Kind.QUESTION:
                await supervisor.answer_request(self.session, event.data["requestId"], None)
            elif event.kind is Kind.PROPOSAL:
                for approval in supervisor.approvals():
                    await supervisor.revoke(approval["approvalId"])
                if any(WRONG in change.text for change in event.source.changes):
                    await self.stage.answer(self.session, event.source, "reject", reason=REASON)
                else:
                    await self.stage.answer(self.session, event.source)

    async def attend(self) -> None:
        await self.stage.attended(self.session, self.hear)

    async def go_on(self) -> None:
        """After a restart: what waits is reviewed, else the specialist is told to go on."""
        stored = await self.stage.state(self.session)
        if stored.waiting:
            with suppress(Refused):
                await self.stage.supervisor.waiting.proposal(self.session)
        else:
            await self.stage.supervisor.reply(self.session, "Go on.")
        await self.attend()


def new_stage() -> Stage:
    stage = Stage(
        FILES,
        lambda body: reply(STEPS, body),
        experts=[AgentDefinition(name="expert", prompt="Advise.")],
    )
    stage.workspace.type("app.py", BEFORE)
    stage.model.usage = lambda body: FULL if last_step(body) == 1 else Usage(input_tokens=10)
    return stage


async def play(stage: Stage, *, killed_after: int | None = None) -> str:
    """Run the scenario, through a restart if the server is killed after that many records."""
    count = 0

    def committed(record: Record) -> None:
        nonlocal count
        stage.store.dead = count == killed_after
        count += 1

    stage.store.committed = committed
    stage.model.failure = ModelError("key", "No API key is set.")
    with suppress(asyncio.CancelledError):
        await stage.run()
    (session,) = stage.store.shelf.heads
    user = User(stage, session)
    await user.attend()
    stage.model.failure = None
    if not stage.store.dead:
        with suppress(asyncio.CancelledError):
            await user.go_on()
    await restarted(stage, user)
    assert stage.workspace.text("app.py") == AFTER, "what was approved is there, once"
    with suppress(asyncio.CancelledError):
        await stage.supervisor.revert(session)
    await user.attend()
    if stage.store.dead:
        await restarted(stage, user)
        # The revert itself may not have been stored.
        with suppress(Refused):
            await stage.supervisor.revert(session)
        await user.attend()
    assert stage.workspace.text("app.py") == BEFORE, "all of it was taken back"
    return session


async def restarted(stage: Stage, user: User) -> None:
    if stage.store.dead:
        stage.after_a_crash()
        await user.go_on()


@contextmanager
def killed(number: int, kind: str) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        error.add_note(f"killed after record {number}, {kind!r}")
        raise


async def test_scenario_writes_every_kind_of_record() -> None:
    stage = new_stage()
    session = await play(stage)
    assert set(stage.kinds(session)) == {*fold._STEPS, "answered"}
    assert stage.status == "completed"


async def test_failure_is_remembered_by_the_process_that_goes_on() -> None:
    stage = Stage(FILES, [Reply(text="No.", stop_reason="refusal"), Reply(text="Done.")])
    session = await stage.finished()
    assert stage.kinds(session)[-2:] == ["failed", "status"]
    stage.after_a_crash()
    (attempt,) = (await stage.state(session)).attempts
    assert (attempt.turns, attempt.reason) == (1, (await stage.state(session)).reason)
    await stage.supervisor.reply(session, "Again.")
    await stage.ended(session)
    stored = await stage.state(session)
    assert (stored.status, stored.attempts) == ("completed", (attempt,))


async def test_session_goes_on_after_a_kill_behind_every_record() -> None:
    stage = new_stage()
    kinds = stage.kinds(await play(stage))
    assert len(kinds) > 50
    for number, kind in enumerate(kinds):
        with killed(number, kind):
            stage = new_stage()
            session = await play(stage, killed_after=number)
            stored = await stage.state(session)
            # A request that the endpoint refuses fails the session.
            assert stored.status == "completed", stage.reason
            assert not stored.waiting
            assert stored.applying is None
            accepted = [item for item in stored.outcomes if item.result == "accepted"]
            assert len(accepted) == 2, "the edit and its reverse, each told once"
