"""Where the deliverable goes: a full workflow, or standalone. The model is scripted."""

from __future__ import annotations

import asyncio

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.ports import Record
from backend_specialist.sessions.events import Event, Kind
from backend_specialist.sessions.services import Policy
from backend_specialist.sessions.work import ABOUT_DELIVERABLE
from support.scripted_model import results, texts
from support.session_stage import REPORT, Stage, deliver, edit

SPECS = "agent-docs/outputs/architecture/architecture-specs.md"
WORKFLOW = {"app.py": "x = 1\n", SPECS: "# Specs\n"}
ALONE = {"app.py": "x = 1\n"}
BACKEND = "agent-docs/outputs/implementation/implementation-backend.md"
CONTRACT = "agent-docs/outputs/implementation/implementation-api-contract.md"
READ = Call("artifact", {"action": "read", "name": "architecture-specs"})
OPENAPI = 'openapi: 3.1.0\ninfo: {title: Shop, version: "1"}\npaths: {}\n'
WITH_CONTRACT = Call("deliver", {"summary": "Done.", "api_contract": OPENAPI, **REPORT})


@pytest.mark.parametrize(
    ("sentence", "files", "mode", "offered"),
    [
        ("A workspace with the directory is a full workflow.", WORKFLOW, "auto", True),
        ("One without it is not.", ALONE, "auto", False),
        ("A setting makes it one.", ALONE, "workflow", True),
        ("A setting makes it none.", WORKFLOW, "standalone", False),
    ],
)
async def test_artifacts_are_offered_in_a_full_workflow_only(
    sentence: str, files: dict[str, str], mode: str, offered: bool
) -> None:
    stage = Stage(files, [Reply(text="Good.")], policy=Policy(artifacts=mode))
    session = await stage.run()
    if offered:
        await stage.answer(session, await stage.proposal(), "reject")
    await stage.ended(session)
    names = {tool["name"] for tool in stage.model.requests[0]["tools"]}
    assert ("artifact" in names) is offered, sentence


async def test_deliverable_is_published_under_its_logical_name_through_a_review() -> None:
    stage = Stage(WORKFLOW, [Reply(tools=(READ,)), Reply(tools=(WITH_CONTRACT,))])
    session = await stage.run()
    proposal = await stage.proposal()
    assert stage.workspace.text(BACKEND) is None, "nothing is there before the user says so"
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert "# Specs" in results(stage.model.requests[1])[0]
    text = stage.workspace.text(BACKEND) or ""
    assert 'uses: "architecture-specs"' in text
    assert "# Backend Implementation" in text
    assert "openapi: 3.1.0" in (stage.workspace.text(CONTRACT) or "")
    index = stage.workspace.text("agent-docs/active-workflow.md") or ""
    assert all(name in index for name in ("architecture-specs", "implementation-backend"))
    assert stage.status == "completed"


async def test_second_session_archives_the_version_of_the_first() -> None:
    stage = Stage(WORKFLOW, [Reply(tools=(deliver(),))])
    for _ in range(2):
        mark = len(stage.events)
        session = await stage.run()
        await stage.answer(session, await stage.proposal(after=mark))
        await stage.ended(session)
    archive = [
        path for path in stage.workspace.buffers if "/archive/implementation-backend/" in path
    ]
    assert len(archive) == 1


async def test_refused_publication_leaves_the_session_completed_and_the_deliverable_kept() -> None:
    stage = Stage(WORKFLOW, [Reply(tools=(deliver(),))])
    session = await stage.run()
    await stage.answer(session, await stage.proposal(), "reject")
    await stage.ended(session)
    assert stage.workspace.text(BACKEND) is None
    assert stage.status == "completed"
    assert "# Backend Implementation" in await stage.supervisor.queries.deliverable(session)


async def test_place_that_cannot_be_written_is_said_and_undoes_nothing() -> None:
    permission = {"edit": {"*": "ask", "agent-docs/*": "deny"}}
    stage = Stage(WORKFLOW, [Reply(tools=(deliver(),))], permission=permission)
    session = await stage.finished()
    assert stage.status == "completed"
    assert "The deliverable was not saved: Not allowed" in stage.reason
    assert "# Backend Implementation" in await stage.supervisor.queries.deliverable(session)


async def test_standalone_deliverable_goes_to_the_place_asked_for() -> None:
    stage = Stage(ALONE, [Reply(tools=(deliver(),))])
    session = await stage.run(output="docs/out.md")
    await stage.answer(session, await stage.proposal())
    await stage.ended(session)
    assert "# Backend Implementation" in (stage.workspace.text("docs/out.md") or "")


# ---------------------------------------------------------------- after the first time


def asked(stage: Stage) -> list[str]:
    """The titles of what the user was asked about."""
    return [event.data["title"] for event in stage.events if event.kind is Kind.PROPOSAL]


async def filed(stage: Stage, decision: str) -> str:
    """A session whose deliverable was put to the user once."""
    session = await stage.run(output="docs/out.md")
    await stage.answer(session, await stage.proposal(), decision)
    await stage.ended(session)
    return session


async def replied(stage: Stage, session: str, text: str) -> None:
    await stage.supervisor.reply(session, text)
    await stage.ended(session)


@pytest.mark.parametrize("decision", ["applyAll", "reject"])
@pytest.mark.parametrize("files", [ALONE, WORKFLOW], ids=["standalone", "workflow"])
async def test_talk_about_a_deliverable_does_not_ask_about_it_again(
    files: dict[str, str], decision: str
) -> None:
    words = [Reply(text="You asked for it."), Reply(text="You are welcome.")]
    stage = Stage(files, [Reply(tools=(deliver(),)), *words])
    session = await filed(stage, decision)
    for text in ("Why did you do that?", "Thanks."):
        # A question that nobody answers would wait here for ever.
        await replied(stage, session, text)
        assert stage.status == "completed"
    assert len(asked(stage)) == 1
    assert "Done." in await stage.supervisor.queries.deliverable(session)


async def test_new_claims_are_filed() -> None:
    stage = Stage(ALONE, [Reply(tools=(deliver(),)), Reply(tools=(deliver("Better."),))])
    session = await filed(stage, "reject")
    mark = len(stage.events)
    await stage.supervisor.reply(session, "Say it better.")
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    assert asked(stage) == ["Deliverable to docs/out.md"] * 2
    assert "Better." in (stage.workspace.text("docs/out.md") or "")


async def test_new_edits_are_filed() -> None:
    change = Reply(tools=(edit("app.py", "x = 1", "x = 2"),))
    stage = Stage(ALONE, [Reply(tools=(deliver(),)), change, Reply(text="x is 2.")])
    session = await filed(stage, "applyAll")
    mark = len(stage.events)
    await stage.supervisor.reply(session, "Make it 2.")
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.event(Kind.PROPOSAL, after=mark, title="Deliverable to docs/out.md")
    mark = len(stage.events) - 1
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    assert "x is 2." in (stage.workspace.text("docs/out.md") or "")


async def test_deliverable_that_waited_through_a_crash_is_asked_about_once() -> None:
    stage = Stage(ALONE, [Reply(tools=(deliver(),))])
    session = await stage.run(output="docs/out.md")
    await stage.proposal()
    stage.after_a_crash()
    _, proposal = await stage.supervisor.waiting.proposal(session)
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert (stage.status, len(asked(stage))) == ("completed", 1)
    assert "# Backend Implementation" in (stage.workspace.text("docs/out.md") or "")


async def test_deliverable_that_a_crash_kept_from_being_filed_is_filed_later() -> None:
    stage = Stage(
        ALONE, [Reply(tools=(edit("app.py", "x = 1", "x = 2"), deliver())), Reply(text="It is.")]
    )
    session = await stage.run(output="docs/out.md")
    await stage.proposal()
    stage.after_a_crash()
    _, proposal = await stage.supervisor.waiting.proposal(session)
    mark = len(stage.events)
    await stage.answer(session, proposal)
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    assert "Done." in (stage.workspace.text("docs/out.md") or "")


async def test_place_that_cannot_be_written_is_said_once() -> None:
    permission = {"edit": {"*": "ask", "agent-docs/*": "deny"}}
    script = [Reply(tools=(deliver(),)), Reply(text="You are welcome.")]
    stage = Stage(WORKFLOW, script, permission=permission)
    session = await stage.finished()
    assert "The deliverable was not saved" in stage.reason
    await replied(stage, session, "Thanks.")
    assert (stage.status, stage.reason) == ("completed", "")


# ---------------------------------------------------------------- what the user says of it

ROLLBACK = "Add a rollback section"


@pytest.mark.parametrize("how", ["a reply", "an answer"])
async def test_reason_against_the_deliverable_goes_to_the_specialist_and_the_new_one_is_filed(
    how: str,
) -> None:
    stage = Stage(ALONE, [Reply(tools=(deliver(),)), Reply(tools=(deliver("With rollback."),))])
    session = await stage.run(output="report.md")
    refused = await stage.proposal()
    mark = len(stage.events)
    if how == "a reply":
        await stage.supervisor.reply(session, ROLLBACK)
    else:
        await stage.answer(session, refused, "reject", reason=ROLLBACK)
    again = await stage.proposal(after=mark)
    assert again.title == "Deliverable to report.md"
    await stage.answer(session, again)
    await stage.ended(session)
    told = "".join(texts(stage.model.requests[1]))
    assert told.startswith(ABOUT_DELIVERABLE)
    assert f"reason given: {ROLLBACK}" in told
    assert "With rollback." in (stage.workspace.text("report.md") or "")
    assert (stage.status, len(stage.model.requests)) == ("completed", 2)


async def test_reason_against_a_deliverable_that_the_user_saves_is_heard_and_it_is_saved_then() -> (
    None
):
    stage = Stage(ALONE, [Reply(tools=(deliver(),)), Reply(tools=(deliver("With rollback."),))])
    session = await stage.finished()
    mark = len(stage.events)
    await stage.supervisor.save_deliverable(session, "docs/out.md")
    refused = await stage.proposal(after=mark)
    mark = len(stage.events)
    await stage.answer(session, refused, "reject", reason=ROLLBACK)
    again = await stage.proposal(after=mark)
    await stage.answer(session, again)
    await stage.ended(session)
    assert "With rollback." in (stage.workspace.text("docs/out.md") or "")


async def test_word_before_the_review_of_the_deliverable_is_heard_first() -> None:
    stage = Stage(ALONE, [Reply(text="One."), Reply(tools=(deliver("With rollback."),))])

    def spoken(record: Record) -> None:
        if record.kind == "deliverable" and len(stage.model.requests) == 1:
            saying.append(asyncio.ensure_future(stage.supervisor.reply(session, ROLLBACK)))

    saying: list[asyncio.Future[None]] = []
    stage.store.committed = spoken
    session = await stage.run(output="report.md")
    proposal = await stage.proposal()
    assert "With rollback." in proposal.changes[0].text, "the first one was never asked about"
    assert texts(stage.model.requests[1])[-1] == ROLLBACK
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.status == "completed"
    assert not (await stage.state(session)).changes.changes
    await asyncio.gather(*saying)


async def test_reasons_against_the_deliverable_end_with_the_rounds() -> None:
    stage = Stage(ALONE, lambda body: Reply(tools=(deliver(),)), policy=Policy(rounds=2))
    session = await stage.run(output="report.md")

    async def never(event: Event) -> None:
        if event.kind is Kind.PROPOSAL:
            await stage.answer(session, event.source, "reject", reason=ROLLBACK)

    await stage.attended(session, never)
    assert (stage.status, len(stage.model.requests)) == ("completed", 2)
