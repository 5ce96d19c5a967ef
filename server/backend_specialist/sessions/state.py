"""What a session knows, as a fold over its records.

Owns the meaning of every record kind. A running session and a restored one are built by the same
function, so nothing can be known to the one that the other would forget. Stores nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backend_specialist.domain.changeset import ChangeSet, FileChange, change_from_json
from backend_specialist.domain.claims import claims_from_json
from backend_specialist.domain.declined import Declined, declined
from backend_specialist.domain.deliverable import Claims
from backend_specialist.domain.failure import Attempt
from backend_specialist.domain.ports import Record
from backend_specialist.domain.proposal import HunkOutcome, Proposal, Result
from backend_specialist.domain.transcript import Message, Usage, message_from_json
from backend_specialist.sessions.codec import outcome_from_json, proposal_from_json, usage_from_json
from backend_specialist.sessions.events import Status
from backend_specialist.sessions.facts import urls_in
from backend_specialist.sessions.history import user_text, without_thinking


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything that survives a crash.

    ``models`` are those that were conversed with, by their full names, the present one last.
    ``waiting`` are the proposals without an answer, in the order in which they are asked. ``applying`` is set between
    the user's yes and the comparison with the real text, ``previewed`` whether the editor's own preview asks first, and
    ``beside`` what became of the hunks that were not sent. ``applied`` is what a revert would take back. ``untold`` are
    outcomes that the model has not heard of. ``declined`` is what the user refused, ``reopened`` how many of that when
    the user last spoke. ``budget`` is what was spent since then: limits count that. ``claimed_at`` is how many outcomes
    there were when the claims were made. ``filing`` are the files as which the deliverable was last proposed,
    ``unfiled`` is set by claims and outcomes that it knew nothing of. ``attempts`` are the failures, ``error_context``
    is the document about the last one. ``filled`` is how many tokens the first ``counted`` messages had when the
    endpoint last counted them; both are 0 where it has not. ``queued`` is what the user said and the model has not
    heard, ``typed_urls`` are the URLs in the user's replies.
    """

    system: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    queued: tuple[str, ...] = ()
    typed_urls: frozenset[str] = frozenset()
    filled: int = 0
    counted: int = 0
    changes: ChangeSet = field(default_factory=ChangeSet)
    waiting: tuple[Proposal, ...] = ()
    applying: Proposal | None = None
    previewed: bool = False
    beside: tuple[HunkOutcome, ...] = ()
    applied: tuple[FileChange, ...] = ()
    outcomes: tuple[HunkOutcome, ...] = ()
    untold: tuple[HunkOutcome, ...] = ()
    refusals: tuple[str, ...] = ()
    declined: tuple[Declined, ...] = ()
    reopened: int = 0
    round: int = 0
    usage: Usage = field(default_factory=Usage)
    budget: Usage = field(default_factory=Usage)
    turns: int = 0
    steps: int = 0
    seconds: float = 0.0
    claims: Claims | None = None
    claimed_at: int = 0
    sent_back: bool = False
    unanswered: tuple[str, ...] = ()
    approved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    deliverable: str = ""
    filing: tuple[str, ...] = ()
    unfiled: bool = False
    attempts: tuple[Attempt, ...] = ()
    error_kind: str = ""
    error_context: str = ""
    status: str = ""
    reason: str = ""

    @property
    def settled(self) -> tuple[Declined, ...]:
        """What is not asked about again by itself: only a new word of the user opens it again."""
        return self.declined[self.reopened :]


def restore(records: Iterable[Record]) -> State:
    """Build the state from all records of a session."""
    state = State()
    for record in records:
        state = fold(state, record)
    return state


def fold(state: State, record: Record) -> State:
    """Give the state after one more record; an unknown kind (of a newer version) changes nothing."""
    step = _STEPS.get(record.kind)
    return step(state, record.data) if step else state


def _started(state: State, data: Mapping[str, Any]) -> State:
    return replace(state, system=tuple(data["system"]))


def _model(state: State, data: Mapping[str, Any]) -> State:
    messages = tuple(map(without_thinking, state.messages))
    return replace(state, models=(*state.models, data["model"]), messages=messages)


def _user(state: State, data: Mapping[str, Any]) -> State:
    return replace(_spoken(state, message_from_json(data["message"])), untold=())


def _spoken(state: State, *messages: Message) -> State:
    """The user's word begins a new budget, and what they refused may be proposed again."""
    return replace(
        state,
        messages=(*state.messages, *messages),
        reopened=len(state.declined),
        budget=Usage(),
        steps=0,
        round=0,
        reason="",
    )


def _replied(state: State, data: Mapping[str, Any]) -> State:
    text = data["text"]
    queued = (*state.queued, text) if data["queued"] else state.queued
    return replace(state, queued=queued, typed_urls=state.typed_urls | urls_in(text))


def _heard(state: State, _: Mapping[str, Any]) -> State:
    return replace(_spoken(state, *map(user_text, state.queued)), queued=())


def _note(state: State, data: Mapping[str, Any]) -> State:
    message = message_from_json(data["message"])
    return replace(state, messages=(*state.messages, message), untold=())


def _assistant(state: State, data: Mapping[str, Any]) -> State:
    message = message_from_json(data["message"])
    # An answer may be empty: it was paid for, and cannot go back.
    messages = (*state.messages, message) if message.content else state.messages
    return _consulted(_counted(replace(state, messages=messages), data), data)


def _counted(state: State, data: Mapping[str, Any]) -> State:
    tokens = usage_from_json(data["usage"]).total_tokens
    # Small servers count nothing: then all of it is still to be estimated.
    return replace(state, filled=tokens, counted=len(state.messages)) if tokens else state


def _consulted(state: State, data: Mapping[str, Any]) -> State:
    usage = usage_from_json(data["usage"])
    return replace(
        state,
        usage=state.usage + usage,
        budget=state.budget + usage,
        turns=state.turns + 1,
        steps=state.steps + 1,
        seconds=state.seconds + data["seconds"],
    )


def _changed(state: State, data: Mapping[str, Any]) -> State:
    return replace(state, changes=state.changes.with_file(change_from_json(data["change"])))


def _dropped(state: State, data: Mapping[str, Any]) -> State:
    return replace(state, changes=state.changes.without(data["path"]))


def _asked(state: State, data: Mapping[str, Any]) -> State:
    proposals = tuple(proposal_from_json(item) for item in data["proposals"])
    return replace(state, waiting=proposals, applying=None, beside=())


def _applying(state: State, data: Mapping[str, Any]) -> State:
    beside = tuple(outcome_from_json(item) for item in data["beside"])
    return replace(
        state,
        applying=proposal_from_json(data["proposal"]),
        previewed=data.get("previewed", False),
        beside=beside,
    )


def _outcome(state: State, data: Mapping[str, Any]) -> State:
    proposal = proposal_from_json(data["proposal"])
    outcomes = tuple(outcome_from_json(item) for item in data["outcomes"])
    changes = state.changes
    for change in proposal.changes:
        changes = changes.without(change.path)
    news = any(change.path not in state.filing for change in proposal.changes)
    reasons = tuple(dict.fromkeys(item.reason for item in outcomes if _refused_with_reason(item)))
    return replace(
        state,
        changes=changes,
        waiting=tuple(item for item in state.waiting if item.id != proposal.id),
        applying=None,
        beside=(),
        applied=_in_force(state.applied, map(change_from_json, data["applied"])),
        outcomes=(*state.outcomes, *outcomes),
        untold=(*state.untold, *outcomes),
        refusals=(*state.refusals, *reasons),
        declined=(*state.declined, *declined(proposal, outcomes)),
        unfiled=state.unfiled or news,
    )


def _refused_with_reason(item: HunkOutcome) -> bool:
    return item.result is Result.REFUSED and bool(item.reason)


def _in_force(
    applied: tuple[FileChange, ...], parts: Iterable[FileChange]
) -> tuple[FileChange, ...]:
    """A deletion is the reverse of a creation: then there is nothing of that file to take back."""
    every = (*applied, *parts)
    gone = {change.path for change in every if change.delete}
    return tuple(change for change in every if change.path not in gone)


def _reverted(state: State, data: Mapping[str, Any]) -> State:
    if "paths" not in data:
        # Of a version that counted all as taken back, or nothing.
        return replace(state, applied=())
    kept = tuple(change for change in state.applied if change.path not in data["paths"])
    return replace(state, applied=(*kept, *map(change_from_json, data["left"])))


def _claims(state: State, data: Mapping[str, Any]) -> State:
    claims = claims_from_json(data["claims"])
    return replace(state, claims=claims, claimed_at=len(state.outcomes), unfiled=True)


def _approved(state: State, data: Mapping[str, Any]) -> State:
    entry = {data["id"]: (data["permission"], data["pattern"])}
    return replace(state, approved={**state.approved, **entry})


def _revoked(state: State, data: Mapping[str, Any]) -> State:
    left = {key: value for key, value in state.approved.items() if key != data["id"]}
    return replace(state, approved=left)


def _status(state: State, data: Mapping[str, Any]) -> State:
    # Who cancels takes back what was not heard yet.
    queued = () if data["status"] == Status.CANCELLED else state.queued
    return replace(state, queued=queued, status=data["status"], reason=data.get("reason", ""))


def _failed(state: State, data: Mapping[str, Any]) -> State:
    return replace(
        state,
        attempts=(*state.attempts, attempt(state, data["reason"])),
        error_kind=data["errorKind"],
        error_context=data["text"],
    )


def attempt(state: State, reason: str) -> Attempt:
    """What is said of a failure of now: the turns are those since the one before."""
    before = sum(each.turns for each in state.attempts)
    model = state.models[-1] if state.models else ""
    return Attempt(turns=state.turns - before, reason=reason, model=model)


def _compacted(state: State, data: Mapping[str, Any]) -> State:
    messages = tuple(message_from_json(item) for item in data["messages"])
    spent = usage_from_json(data["usage"])
    return replace(
        state,
        messages=messages,
        filled=0,
        counted=0,
        usage=state.usage + spent,
        budget=state.budget + spent,
    )


_STEPS: Mapping[str, Callable[[State, Mapping[str, Any]], State]] = {
    "started": _started,
    "model": _model,
    "user": _user,
    "replied": _replied,
    "heard": _heard,
    "note": _note,
    "toolResults": _note,
    "assistant": _assistant,
    "consulted": _consulted,
    "changed": _changed,
    "dropped": _dropped,
    "asked": _asked,
    "applying": _applying,
    "outcome": _outcome,
    "claims": _claims,
    "round": lambda state, _: replace(state, round=state.round + 1),
    "sentBack": lambda state, _: replace(state, sent_back=True),
    "unanswered": lambda state, data: replace(
        state, unanswered=(*state.unanswered, data["question"])
    ),
    "approved": _approved,
    "revoked": _revoked,
    "reverted": _reverted,
    "deliverable": lambda state, data: replace(state, deliverable=data["text"]),
    "filed": lambda state, data: replace(state, filing=tuple(data["paths"]), unfiled=False),
    "compacted": _compacted,
    "failed": _failed,
    "status": _status,
}
