"""What one job of a session does, from its first word to its end.

Owns the four kinds of job: begin, go on, resume a review, propose something of our own. The supervisor
owns the task they run in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from backend_specialist.domain.deliverable import LOGICAL_NAME
from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.ports import ModelInfo
from backend_specialist.domain.proposal import outcome_summary
from backend_specialist.sessions import delivery, records, repair, report
from backend_specialist.sessions.attached import attached
from backend_specialist.sessions.context import SessionContext
from backend_specialist.sessions.events import Kind, Status
from backend_specialist.sessions.facts import chosen_model
from backend_specialist.sessions.history import user_text
from backend_specialist.sessions.labels import label_of
from backend_specialist.sessions.loop import Conversation, End
from backend_specialist.sessions.prompt import first_message
from backend_specialist.sessions.reversal import Reversal, reverted
from backend_specialist.sessions.session import Session
from backend_specialist.sessions.task import Task
from backend_specialist.tools.registry import ToolFailed

TAKEN_BACK = (
    "The user asked for the reverse of your applied edits; what follows is about the reverse."
)
ABOUT_DELIVERABLE = (
    "Your deliverable was to be saved as a file, and what follows is about that file. It is written from your report: "
    "to change it, call deliver again with all of the report."
)


async def begin(session: Session, task: Task) -> End:
    """Say the task and converse."""
    workspace, guard = session.services.workspace, session.policy.guard
    template = task.recipe.template if task.recipe else ""
    files = await attached(template, SessionContext(session))
    text = await first_message(task, workspace, guard, files, session.facts.specification)
    await session.record(records.user(user_text(text)))
    return await converse(session, session.facts.model)


async def go_on(session: Session) -> End:
    """Have the specialist hear what the user replied, and converse; loose ends of a crash are tied first."""
    await repair.reconcile(session)
    await repair.refuse_waiting(session, "\n".join(session.state.queued))
    await repair.answer_calls(session)
    if not session.state.messages:
        # The server stopped before the task was said.
        await session.record(records.user(user_text(session.facts.task)))
    await session.hear()
    return await converse(session, _chosen(session))


async def resume_review(session: Session) -> End:
    """Ask again about what a crash left without an answer, then go on as the answer says."""
    await repair.reconcile(session)
    verdict = await session.review.resume()
    await repair.answer_calls(session, verdict.text)
    if verdict.go_on:
        return await converse(session, _chosen(session))
    return await complete(session)


def _chosen(session: Session) -> str:
    """The model that is chosen now: another one is what users are advised to choose where one failed."""
    facts = session.facts
    agent = session.services.catalog.agent(facts.agent)
    wanted = agent.model if agent else facts.model
    return chosen_model(session.policy.model, facts.recipe_model, wanted)


async def converse(session: Session, name: str) -> End:
    """Run the loop with the model of that name; on completion there is a deliverable."""
    end = await _talk(session, name)
    return await complete(session) if end.status is Status.COMPLETED else end


async def _talk(session: Session, name: str) -> End:
    """Find the model and run the loop."""
    model = await session.services.models.resolve(name)
    await _take_up(session, model.info)
    return await Conversation(session, model).run()


async def _take_up(session: Session, info: ModelInfo) -> None:
    """Record another model than before, and say what there is to say of it."""
    before = session.state.models
    if info.name in before[-1:]:
        return
    await session.record(records.simple("model", model=info.name))
    change = f"The session goes on with {info.name}, which is chosen now." if before else ""
    if said := " ".join(filter(None, (change, info.notice))):
        notice = {"status": Status.RUNNING.value, "reason": said, "notice": True}
        session.emit(Kind.STATUS, notice)


async def complete(session: Session) -> End:
    """Write the deliverable and propose it where it belongs, if there is anything new in it."""
    await write_deliverable(session)
    if not session.state.unfiled:
        return End(status=Status.COMPLETED)
    return await _filed(session, lambda: delivery.place(session))


async def write_deliverable(session: Session) -> None:
    """Render the deliverable from the record and say that it is there."""
    present = await delivery.present(session)
    # In a thread: large texts are searched for tests.
    text = await asyncio.to_thread(
        report.render_deliverable, session.id, session.facts, session.state, present
    )
    await session.record(records.simple("deliverable", text=text))
    claims = session.state.claims
    told = {
        "name": LOGICAL_NAME,
        "title": session.facts.title,
        "path": delivery.suggested(session),
        "requests": [dict(each) for each in claims.requests] if claims else [],
    }
    session.emit(Kind.DELIVERABLE, told)


async def save_deliverable(session: Session, path: str) -> End:
    """Propose the deliverable as a file, because the user asked for it."""
    return await _filed(session, lambda: delivery.save(session, path), ordered=True)


async def _filed(
    session: Session, propose: Callable[[], Awaitable[list[str]]], *, ordered: bool = False
) -> End:
    """Review the deliverable's files; what hinders the filing does not undo the work.

    What the user says instead goes to the specialist, and what it delivers then is filed.
    """
    again = ordered
    while True:
        paths, why = await _proposed(propose())
        # Before the review, so that a crash in the middle of it does not have the user asked twice.
        await session.record(records.simple("filed", paths=paths))
        told = await _refused(session, paths, again=again, ordered=ordered) if paths else ""
        if not told:
            return End(status=Status.COMPLETED, reason=why)
        await session.record(records.note(user_text(f"{ABOUT_DELIVERABLE}\n{told}")))
        end = await _talk(session, _chosen(session))
        if end.status is not Status.COMPLETED:
            return end
        await write_deliverable(session)
        if not session.state.unfiled:
            return end
        again = True


async def _proposed(proposing: Awaitable[list[str]]) -> tuple[list[str], str]:
    """Give the paths of the files, or why there are none."""
    try:
        return await proposing, ""
    except (ToolFailed, Unreadable) as error:
        why = f"The deliverable was not saved: {error} Save it elsewhere with backendSpecialist.saveDeliverable."
        return [], why


async def _refused(session: Session, paths: Sequence[str], *, again: bool, ordered: bool) -> str:
    """Hold the review of the deliverable's files; gives what the specialist is told if it should go on."""
    first = label_of(session.services.workspace.roots, paths[0])
    title = f"Deliverable to {first}"
    verdict = await session.review.hold(title, only=paths, again=again, ordered=ordered)
    # What was not asked about is written anew from what is delivered then.
    left = [path for path in paths if session.state.changes.get(path)]
    if left:
        await session.record(*map(records.dropped, left))
    return verdict.text if verdict.go_on else ""


async def propose_reverse(session: Session, back: Reversal) -> End:
    """Propose the reverse of what was applied; the user and the specialist are told which files it leaves out."""
    await repair.answer_calls(session)
    await session.record(*map(records.changed, back.changes))
    without = f" without {back.left_out}" if back.conflicts else ""
    try:
        verdict = await session.review.hold(
            f"Revert{without}: {session.facts.title}",
            only=[change.path for change in back.changes],
            again=True,
            ordered=True,
        )
    except asyncio.CancelledError:
        # What the editor was applying then was seen to its end, and is taken back as well.
        if done := session.state.untold:
            await _taken_back(session, back, outcome_summary(done))
        raise
    await _taken_back(session, back, verdict.text)
    return End(status=Status.COMPLETED, reason=back.advice)


async def _taken_back(session: Session, back: Reversal, outcome: str) -> None:
    """Note what of the reverse is in the texts, and tell the specialist."""
    state = session.state
    taken = await reverted(session.services.workspace, state.applied, state.untold)
    told = "\n".join(part for part in (TAKEN_BACK, outcome, back.warning) if part)
    await session.record(*([taken] if taken else []), records.note(user_text(told)))
