"""The fold over records: a restored session is the running one, whatever was recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.deliverable import Claims
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.permission import Action, Rule
from backend_specialist.domain.ports import Record
from backend_specialist.domain.proposal import Answer, HunkOutcome, Proposal, Result, proposals
from backend_specialist.domain.transcript import (
    Message,
    StopReason,
    Text,
    ToolResult,
    ToolUse,
    Turn,
    Usage,
    Verbatim,
)
from backend_specialist.sessions import records
from backend_specialist.sessions.codec import (
    outcome_from_json,
    outcome_to_json,
    proposal_from_json,
    proposal_to_json,
    usage_from_json,
    usage_to_json,
)
from backend_specialist.sessions.events import Event, Kind
from backend_specialist.sessions.facts import SessionFacts, facts_from_json, facts_to_json, urls_in
from backend_specialist.sessions.fold import fold, restore
from backend_specialist.sessions.history import user_text
from backend_specialist.sessions.state import State
from support.session_stage import Stage, deliver, edit

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "é\n"]), max_size=5).map("".join)
NAMES = st.sampled_from(["/shop/a.py", "/shop/b.py"])
USAGE = st.builds(
    Usage,
    input_tokens=st.integers(0, 9),
    cache_read_tokens=st.integers(0, 9),
    cost=st.none() | st.just(0.5),
)
BLOCKS = st.one_of(
    TEXT.map(Text),
    st.builds(ToolUse, id=TEXT, name=TEXT, input=st.dictionaries(TEXT, TEXT | st.integers())),
    st.builds(ToolResult, tool_use_id=TEXT, content=TEXT, is_error=st.booleans()),
    st.just(Verbatim({"type": "thinking", "thinking": "Hm.", "signature": "s"})),
)
MESSAGES = st.builds(
    Message,
    role=st.sampled_from(["user", "assistant"]),
    content=st.lists(BLOCKS, max_size=3).map(tuple),
)
OUTCOMES = st.builds(
    HunkOutcome,
    path=NAMES,
    label=TEXT,
    hunk=TEXT,
    result=st.sampled_from(Result),
    reason=TEXT,
    actual=TEXT,
)


@st.composite
def changes(draw: st.DrawFn) -> FileChange:
    path = draw(NAMES)
    base = Snapshot(
        uri=f"file://{path}", path=path, text=draw(LINES), version=draw(st.integers(1, 3))
    )
    return FileChange(
        path=path,
        uri=f"file://{path}",
        label=path[6:],
        base=draw(st.none() | st.just(base)),
        text=draw(LINES),
        strategies=draw(st.sampled_from([(), ("trimmed",)])),
        subject=draw(TEXT),
    )


PROPOSALS = st.lists(changes(), min_size=1, max_size=2).map(
    lambda them: proposals(them, round=1, title="t")[0]
)
ANSWERS = st.builds(Answer, proposal_id=TEXT, decision=TEXT, hunks=st.frozensets(TEXT), reason=TEXT)
RECORDS = st.one_of(
    MESSAGES.map(records.user),
    st.builds(records.replied, TEXT, queued=st.booleans()),
    MESSAGES.map(records.note),
    MESSAGES.map(records.tool_results),
    st.builds(Turn, message=MESSAGES, stop_reason=st.sampled_from(StopReason), usage=USAGE).map(
        lambda turn: records.assistant(turn, 0.5)
    ),
    changes().map(records.changed),
    NAMES.map(records.dropped),
    st.lists(PROPOSALS, max_size=2).map(lambda them: records.asked(tuple(them))),
    ANSWERS.map(records.answered),
    st.builds(records.applying, PROPOSALS, st.lists(OUTCOMES, max_size=2).map(tuple)),
    st.builds(
        records.outcome,
        PROPOSALS,
        st.lists(OUTCOMES, max_size=2).map(tuple),
        st.lists(changes(), max_size=1).map(tuple),
    ),
    TEXT.map(lambda text: records.claimed(Claims(summary=text))),
    st.builds(records.compacted, st.lists(MESSAGES, max_size=2).map(tuple), USAGE),
    st.sampled_from(["round", "sentBack", "reverted", "heard", "of a newer version"]).map(
        records.simple
    ),
    st.builds(records.reverted, st.lists(NAMES), st.lists(changes(), max_size=1).map(tuple)),
    TEXT.map(lambda text: records.simple("unanswered", question=text)),
    TEXT.map(lambda text: records.simple("approved", id=text, permission="webfetch", pattern=text)),
    TEXT.map(lambda text: records.simple("revoked", id=text)),
    TEXT.map(lambda text: records.simple("deliverable", text=text)),
    TEXT.map(lambda name: records.simple("model", model=name)),
    st.lists(NAMES).map(lambda paths: records.simple("filed", paths=paths)),
    st.builds(
        partial(records.simple, "status"),
        status=st.sampled_from(["running", "cancelled"]),
        reason=TEXT,
    ),
)


def stored(record: Record) -> Record:
    return Record(kind=record.kind, data=json.loads(json.dumps(record.data)))


@given(st.lists(RECORDS, max_size=12))
def test_restored_state_is_the_running_one(entries: list[Record]) -> None:
    running = State()
    for entry in entries:
        running = fold(running, entry)
    assert restore(map(stored, entries)) == running


@given(st.lists(RECORDS, max_size=8), MESSAGES, USAGE)
def test_what_the_last_turn_used_is_known_until_the_conversation_is_another(
    entries: list[Record], said: Message, usage: Usage
) -> None:
    before = restore(entries)
    turn = Turn(message=said, stop_reason=StopReason.END_TURN, usage=usage)
    after = fold(before, records.assistant(turn, 0.5))
    counted = (usage.total_tokens, len(after.messages))
    known = (before.filled, before.counted)
    assert (after.filled, after.counted) == (counted if usage.total_tokens else known)
    asked = fold(after, records.consulted("expert", turn, 0.5))
    asked = fold(asked, records.note(user_text("More.")))
    assert (asked.filled, asked.counted) == (after.filled, after.counted)
    short = fold(asked, records.compacted((said,), usage))
    assert (short.filled, short.counted) == (0, 0)


@given(st.lists(RECORDS, max_size=8), PROPOSALS, OUTCOMES)
def test_decided_proposal_waits_no_more_and_its_files_leave_the_change_set(
    entries: list[Record], proposal: Proposal, item: HunkOutcome
) -> None:
    before = fold(restore(entries), records.asked((proposal,)))
    after = fold(before, records.outcome(proposal, (item,), ()))
    assert after.waiting == ()
    assert after.applying is None
    assert not {change.path for change in proposal.changes} & set(after.changes.files)
    assert after.outcomes[-1] == item
    assert after.untold[-1] == item


@given(st.lists(RECORDS, max_size=8), st.lists(TEXT, min_size=1, max_size=3), st.lists(RECORDS))
def test_every_word_is_heard_once_in_its_order_unless_it_is_cancelled(
    entries: list[Record], said: list[str], between: list[Record]
) -> None:
    before = restore([*entries, records.simple("heard")])
    assert before.queued == ()
    waiting = restore([*entries, records.simple("heard"), *(_queued(text) for text in said)])
    assert waiting.queued == tuple(said)
    assert waiting.messages == before.messages, "the model has not heard it yet"
    for entry in between:
        waiting = fold(waiting, entry)
    after = fold(waiting, records.simple("heard"))
    assert after.messages == (*waiting.messages, *map(user_text, waiting.queued))
    kept = not any(e.data.get("status") == "cancelled" or e.kind == "heard" for e in between)
    assert not kept or waiting.queued[: len(said)] == tuple(said)
    assert (after.queued, after.budget, after.steps, after.round) == ((), Usage(), 0, 0)
    assert fold(waiting, records.simple("status", status="cancelled")).queued == ()


def _queued(text: str) -> Record:
    return records.replied(text, queued=True)


@given(st.lists(RECORDS, max_size=8), st.booleans())
def test_url_of_any_reply_is_known_for_good(entries: list[Record], queued: bool) -> None:
    state = restore([records.replied("See https://a.test/x.", queued=queued), *entries])
    assert "https://a.test/x" in state.typed_urls


async def test_running_session_knows_what_its_records_say_at_every_question() -> None:
    question = Call("question", {"questions": [{"question": "Which?", "header": "Which"}]})
    propose = Reply(tools=(question, edit("app.py", "x = 1", "x = 2"), deliver()))
    stage = Stage({"app.py": "x = 1\n"}, [propose, Reply(text="So be it.")])
    session = await stage.run()
    live = stage.live(session)
    asked: list[Kind] = []

    async def user(event: Event) -> None:
        if event.kind is Kind.QUESTION:
            assert await stage.state(session) == live.state
            await stage.supervisor.answer_request(session, event.data["requestId"], "this")
            asked.append(event.kind)
        elif event.kind is Kind.PROPOSAL:
            assert await stage.state(session) == live.state
            await stage.answer(session, event.source, "reject", reason="no")
            asked.append(event.kind)

    await stage.attended(session, user)
    assert asked == [Kind.QUESTION, Kind.PROPOSAL]
    assert await stage.state(session) == live.state


def proposal_of(old: str, new: str) -> Proposal:
    base = Snapshot(uri="file:///shop/a.py", path="/shop/a.py", text=old, version=1)
    change = FileChange(path="/shop/a.py", uri=base.uri, label="a.py", base=base, text=new)
    return proposals([change], round=1, title="t")[0]


def outcome_of(proposal: Proposal, result: Result, **parts: Any) -> HunkOutcome:
    hunk = hunks(proposal.changes[0])[0]
    return HunkOutcome(path="/shop/a.py", label="a.py", hunk=hunk.id, result=result, **parts)


def test_reasons_of_refusals_are_kept_once_for_the_deliverable() -> None:
    proposal = proposal_of("a\n", "b\n")
    item = outcome_of(proposal, Result.REFUSED, reason="too clever")
    state = restore([records.outcome(proposal, (item, item), ())])
    assert state.refusals == ("too clever",)


def test_only_what_the_user_decided_is_settled() -> None:
    proposal = proposal_of("a\n", "b\n")
    settled = {
        result
        for result in Result
        if restore([records.outcome(proposal, (outcome_of(proposal, result),), ())]).settled
    }
    assert settled == {Result.REFUSED, Result.UNVERIFIED}


def test_users_word_opens_what_was_settled_and_what_was_declined_is_still_known() -> None:
    proposal = proposal_of("a\n", "b\n")
    refused = records.outcome(proposal, (outcome_of(proposal, Result.REFUSED),), ())
    before = restore([refused])
    after = fold(before, records.user(user_text("Do it, then.")))
    assert len(before.settled) == 1
    assert (after.settled, after.declined) == ((), before.declined)
    assert fold(after, refused).settled == before.settled


def applied(name: str, **parts: Any) -> FileChange:
    base = Snapshot(uri=f"file:///shop/{name}", path=f"/shop/{name}", text="a\n", version=1)
    change = FileChange(path=base.path, uri=base.uri, label=name, base=base, text="b\n")
    return replace(change, **parts)


def test_only_the_files_that_were_taken_back_are_revertible_no_more() -> None:
    a, b, rest = applied("a.py"), applied("b.py"), applied("b.py", text="c\n")
    before = restore([records.outcome(proposal_of("", ""), (), (a, b))])
    assert fold(before, records.reverted(["/shop/b.py"], ())).applied == (a,)
    assert fold(before, records.reverted(["/shop/b.py"], (rest,))).applied == (a, rest)


def test_record_of_a_revert_that_names_no_files_was_of_all() -> None:
    before = restore([records.outcome(proposal_of("", ""), (), (applied("a.py"),))])
    assert fold(before, records.simple("reverted")).applied == ()


def test_nothing_is_left_to_revert_of_a_file_that_was_deleted_again() -> None:
    created, other = applied("a.py", base=None), applied("b.py")
    deleted = applied("a.py", text="", delete=True)
    steps = [
        records.outcome(proposal_of("", ""), (), each) for each in ((created, other), (deleted,))
    ]
    assert restore(steps).applied == (other,)


@given(st.lists(RECORDS, max_size=8), TEXT)
def test_another_model_is_told_all_but_what_it_did_not_think(
    entries: list[Record], name: str
) -> None:
    before = restore(entries)
    after = fold(before, records.simple("model", model=name))
    assert after.models == (*before.models, name)
    assert len(after.messages) == len(before.messages), "so many are counted"
    for old, new in zip(before.messages, after.messages, strict=True):
        assert new.content == tuple(b for b in old.content if not isinstance(b, Verbatim))


def test_users_word_begins_a_new_budget_and_the_usage_goes_on() -> None:
    turn = Turn(
        message=Message(role="assistant", content=(Text("Hm."),)),
        stop_reason=StopReason.END_TURN,
        usage=Usage(input_tokens=5),
    )
    state = restore([records.assistant(turn, 1.0), records.user(user_text("Go on."))])
    assert (state.usage.input_tokens, state.budget.input_tokens) == (5, 0)
    assert (state.turns, state.steps) == (1, 0)


# ---------------------------------------------------------------- spelling


@given(PROPOSALS)
def test_proposal_is_read_as_it_was_written(proposal: Proposal) -> None:
    assert proposal_from_json(json.loads(json.dumps(proposal_to_json(proposal)))) == proposal


@given(OUTCOMES)
def test_outcome_is_read_as_it_was_written(item: HunkOutcome) -> None:
    assert outcome_from_json(json.loads(json.dumps(outcome_to_json(item)))) == item


@given(USAGE)
def test_usage_is_read_as_it_was_written(usage: Usage) -> None:
    assert usage_from_json(json.loads(json.dumps(usage_to_json(usage)))) == usage


RULES = st.builds(Rule, permission=TEXT, pattern=TEXT, action=st.sampled_from(Action), source=TEXT)


@given(st.builds(
    SessionFacts,
    title=TEXT, task=TEXT, agent=TEXT, model=TEXT, started_at=st.floats(0, 1e10),
    chain=st.lists(st.lists(RULES, max_size=2).map(tuple), max_size=2).map(tuple),
    steps=st.none() | st.integers(1, 9),
    options=st.dictionaries(TEXT, st.floats(0, 1)), output=TEXT, file=TEXT,
    typed_urls=st.frozensets(TEXT, max_size=2), recipe_model=TEXT,
))  # fmt: skip
def test_facts_are_read_as_they_were_written(facts: SessionFacts) -> None:
    assert facts_from_json(json.loads(json.dumps(facts_to_json(facts)))) == facts


def test_urls_are_found_without_what_ends_a_sentence() -> None:
    said = "See https://a.test/x, (http://b.test) and <https://c.test/?q=1>. ftp://d.test is none."
    assert urls_in(said) == {"https://a.test/x", "http://b.test", "https://c.test/?q=1"}
