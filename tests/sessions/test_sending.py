"""What becomes of an approved edit when a text is faster than it. The model is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.changeset import FileChange, hunks, select
from backend_specialist.domain.ports import ApplyAnswer
from backend_specialist.domain.proposal import Proposal
from backend_specialist.sessions.events import Kind
from backend_specialist.sessions.sending import TRIES
from support.scripted_model import results
from support.session_stage import Stage, deliver, edit

BEFORE = "a = 1\nb = 2\nc = 3\n"
FILES = {"app.py": BEFORE, "other.py": "x = 1\n"}
A, C = edit("app.py", "a = 1", "a = 9"), edit("app.py", "c = 3", "c = 9")
OTHER = edit("other.py", "x = 1", "x = 9")
YES, NO = ApplyAnswer(applied=True), ApplyAnswer(applied=False, reason="stale version")
NOT_SENT = ApplyAnswer(applied=False, reason="It has changed.", overtaken=True)


async def proposed(*calls: Call, **options: Any) -> tuple[Stage, str, Proposal]:
    """A session that proposes these edits of open files, and waits."""
    stage = Stage(FILES, [Reply(tools=(*calls, deliver())), Reply(text="So be it.")], **options)
    for name, text in FILES.items():
        stage.workspace.type(name, text)
    session = await stage.run()
    return stage, session, await stage.proposal()


def faster(stage: Stage, text: str, answer: ApplyAnswer, *, times: int = 1) -> None:
    """The user types just as the edit comes, so that an editor which checks versions takes none of it."""
    left = [text] * times

    async def overtaken(changes: Sequence[FileChange]) -> ApplyAnswer:
        if not left:
            return await stage.editor.apply_all(changes)
        stage.workspace.type("app.py", left.pop())
        return answer

    stage.editor.behaviour = overtaken


def questions(stage: Stage) -> int:
    return sum(event.kind is Kind.PROPOSAL for event in stage.events)


# ---------------------------------------------------------------- the text was faster


@pytest.mark.parametrize("answer", [NO, NOT_SENT], ids=["refused as stale", "not sent"])
async def test_edit_that_only_shifted_is_sent_again_without_a_question(answer: ApplyAnswer) -> None:
    stage, session, proposal = await proposed(C, OTHER)
    faster(stage, "# mine\n" + BEFORE, answer)
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "# mine\na = 1\nb = 2\nc = 9\n"
    assert stage.workspace.text("other.py") == "x = 9\n"
    assert stage.outcomes() == [("app.py", "accepted"), ("other.py", "accepted")]
    assert questions(stage) == 1
    reported = next(e.data["outcomes"] for e in stage.events if e.kind is Kind.REVIEW)
    shown = [hunk.id for change in proposal.changes for hunk in hunks(change)]
    assert [item["hunk"] for item in reported] == shown
    assert len((await stage.state(session)).applied) == 2


@pytest.mark.parametrize("answer", [NO, NOT_SENT], ids=["refused as stale", "not sent"])
async def test_edit_that_would_be_another_one_is_asked_about_again(answer: ApplyAnswer) -> None:
    stage, session, proposal = await proposed(A, C)
    mine = BEFORE.replace("c = 3", "c = 9")
    faster(stage, mine, answer)
    mark = len(stage.events)
    await stage.answer(session, proposal)
    again = await stage.proposal(after=mark)
    assert stage.workspace.text("app.py") == mine
    assert [hunk.new for hunk in hunks(again.changes[0])] == ["a = 9\n"]
    await stage.answer(session, again)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "a = 9\nb = 2\nc = 9\n"
    assert stage.outcomes() == [("app.py", "accepted")] * 2


@pytest.mark.parametrize("answer", [NO, NOT_SENT], ids=["refused as stale", "not sent"])
async def test_edit_in_whose_place_the_user_typed_is_stale_and_the_rest_is_applied(
    answer: ApplyAnswer,
) -> None:
    stage, session, proposal = await proposed(A, OTHER)
    mine = BEFORE.replace("a = 1", "a = 5")
    faster(stage, mine, answer)
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert (stage.workspace.text("app.py"), stage.workspace.text("other.py")) == (mine, "x = 9\n")
    assert sorted(stage.outcomes()) == [("app.py", "stale"), ("other.py", "accepted")]
    assert "read the file again" in results(stage.model.requests[-1])[-1]


async def test_yes_of_an_editor_that_left_out_what_had_moved_is_asked_about_again() -> None:
    stage, session, proposal = await proposed(C)
    faster(stage, "# mine\n" + BEFORE, YES)
    mark = len(stage.events)
    await stage.answer(session, proposal)
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "# mine\na = 1\nb = 2\nc = 9\n"
    assert stage.outcomes() == [("app.py", "accepted")]


# ---------------------------------------------------------------- nothing twice, and not for ever


async def test_part_that_came_although_the_editor_says_no_is_kept_and_the_rest_is_asked_about() -> (
    None
):
    stage, session, proposal = await proposed(A, C)

    async def half(changes: Sequence[FileChange]) -> ApplyAnswer:
        stage.editor.behaviour = stage.editor.apply_all
        part = select(changes[0], frozenset([hunks(changes[0])[0].id]))
        assert part
        stage.editor.apply_one(part)
        return NO

    stage.editor.behaviour = half
    mark = len(stage.events)
    await stage.answer(session, proposal)
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    assert stage.workspace.text("app.py") == "a = 9\nb = 2\nc = 9\n"
    assert stage.outcomes() == [("app.py", "accepted")] * 2
    _, second = stage.editor.sent
    assert [hunk.new for hunk in hunks(second[0])] == ["c = 9\n"]
    await stage.supervisor.revert(session)
    mark = len(stage.events)
    await stage.answer(session, await stage.proposal(after=mark))
    await stage.ended(session)
    assert stage.workspace.text("app.py") == BEFORE


@pytest.mark.parametrize("answer", [NO, ApplyAnswer(applied=False)], ids=["a reason", "null"])
async def test_refusal_in_an_editor_that_asks_by_itself_is_one(answer: ApplyAnswer) -> None:
    stage, session, proposal = await proposed(A)

    async def refuse(changes: Sequence[FileChange]) -> ApplyAnswer:
        return answer

    stage.editor.behaviour = refuse
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "failed")]
    assert (len(stage.editor.sent), questions(stage)) == (1, 1)


@pytest.mark.parametrize("edits", ["ask", "allow"])
@pytest.mark.parametrize("answer", [NO, NOT_SENT, YES], ids=["no", "not sent", "yes"])
async def test_text_that_is_faster_each_time_ends_as_stale(edits: str, answer: ApplyAnswer) -> None:
    stage = Stage(
        FILES, [Reply(tools=(C, deliver())), Reply(text="So be it.")], permission={"edit": edits}
    )
    stage.workspace.type("app.py", BEFORE)

    async def types_and_refuses(changes: Sequence[FileChange]) -> ApplyAnswer:
        stage.workspace.type("app.py", "# mine\n" + (stage.workspace.text("app.py") or ""))
        return answer

    stage.editor.behaviour = types_and_refuses
    session = await stage.run()
    asked: set[str] = set()

    async def user(event: Any) -> None:
        # They say yes as often as a yes of the editor can be without an edit.
        if event.kind is Kind.PROPOSAL and len(asked) < TRIES:
            asked.add(event.source.id)
            await stage.answer(session, event.source)
        elif event.kind is Kind.PROPOSAL:
            await stage.answer(session, event.source, "reject")

    await stage.attended(session, user)
    refused = answer is YES and edits == "ask"
    assert stage.outcomes() == [("app.py", "refused" if refused else "stale")]
    assert len(stage.editor.sent) == TRIES


async def test_edit_that_was_cancelled_while_it_came_too_late_is_not_sent_again() -> None:
    stage, session, proposal = await proposed(C)

    async def late(changes: Sequence[FileChange]) -> ApplyAnswer:
        stage.workspace.type("app.py", "# mine\n" + BEFORE)
        return NO

    applying = stage.editor.hold(late)
    await stage.answer(session, proposal)
    await applying.wait()
    await stage.supervisor.cancel(session)
    await stage.ended(session)
    assert stage.outcomes() == [("app.py", "stale")]
    assert (stage.status, len(stage.editor.sent)) == ("cancelled", 1)


# ---------------------------------------------------------------- two sessions on one file

LINES = [f"line {number}\n" for number in range(12)]


class Two:
    """Two sessions with edits of their own in one file, an editor that takes its time, and a user who types."""

    def __init__(self, mine: dict[str, list[int]], pauses: list[int], typed: int) -> None:
        self.mine = mine
        self.pauses = pauses
        self.typed = typed
        self.stage = Stage({"app.py": "".join(LINES)}, self.reply)
        self.stage.workspace.type("app.py", "".join(LINES))
        self.stage.editor.behaviour = self.apply

    def reply(self, request: Any) -> Reply:
        if results(request):
            return Reply(text="That is all.")
        name = next(name for name in self.mine if f"Session {name}." in str(request["messages"]))
        edits = [edit("app.py", LINES[n], f"{name} was here {n}\n") for n in self.mine[name]]
        return Reply(tools=(*edits, deliver()))

    async def pause(self) -> None:
        for _ in range(self.pauses.pop() if self.pauses else 0):
            await asyncio.sleep(0)

    async def apply(self, changes: Sequence[FileChange]) -> ApplyAnswer:
        """Look at the version, as editors do, and apply later."""
        await self.pause()
        if self.typed:
            self.typed -= 1
            self.stage.workspace.type("app.py", self.text + "typed\n")
        if any(self.text != change.base_text for change in changes):
            return NO
        await self.pause()
        assert not any(self.text != change.base_text for change in changes), "one came between"
        return await self.stage.editor.apply_all(changes)

    @property
    def text(self) -> str:
        return self.stage.workspace.text("app.py") or ""

    async def play(self, order: Sequence[str]) -> None:
        sessions, asked = {}, {}
        for name in self.mine:
            mark = len(self.stage.events)
            sessions[name] = await self.stage.run(f"Session {name}.")
            asked[name] = await self.stage.proposal(after=mark)
        answers: list[Awaitable[None]] = []
        for name in order:
            answers.append(self.stage.answer(sessions[name], asked[name]))
            await self.pause()
        await asyncio.gather(*answers)
        for session in sessions.values():
            await self.stage.ended(session)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    owners=st.lists(st.sampled_from("AB-"), min_size=6, max_size=6),
    pauses=st.lists(st.integers(0, 12), max_size=12),
    typed=st.integers(0, TRIES - 1),
    order=st.permutations("AB"),
)
def test_edits_of_two_sessions_in_one_file_are_both_there_and_once(
    owners: list[str], pauses: list[int], typed: int, order: list[str]
) -> None:
    mine = {name: [2 * n for n, owner in enumerate(owners) if owner == name] for name in "AB"}
    mine = {name: places for name, places in mine.items() if places}
    expected = list(LINES)
    for name, places in mine.items():
        for place in places:
            expected[place] = f"{name} was here {place}\n"
    two = Two(mine, pauses, typed)
    asyncio.run(two.play([name for name in order if name in mine]))
    typing = "typed\n" * (typed - two.typed)
    assert two.text == "".join(expected) + typing
    every = sum(map(len, mine.values()))
    assert two.stage.outcomes() == [("app.py", "accepted")] * every
