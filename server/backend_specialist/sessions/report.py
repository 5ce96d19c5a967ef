"""What people read of a session: its transcript, its deliverable and what is said of its failure.

Owns the transcript's Markdown; the deliverable's belongs to ``domain.deliverable``. Changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backend_specialist.domain.claims import lost_endpoints
from backend_specialist.domain.deliverable import Claims, Facts, spelling, without_refused
from backend_specialist.domain.deliverable_text import render
from backend_specialist.domain.display import plain, terminal
from backend_specialist.domain.failure import ErrorContext, render_error
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.testing import tests_added
from backend_specialist.domain.transcript import Block, Message, Text, ToolResult, ToolUse
from backend_specialist.sessions.facts import SessionFacts
from backend_specialist.sessions.state import State, attempt

MAX_RESULT = 1_500
MOST_CALLS = 5


def transcript(session_id: str, facts: SessionFacts, state: State) -> str:
    """Give the conversation as Markdown: the same for a running, a stored and an interrupted session."""
    started = datetime.fromtimestamp(facts.started_at, UTC)
    models = _models(facts, state)
    head = [
        f"# {plain(facts.title)}",
        f"Session `{session_id}` · {plain(facts.agent)} · {plain(', '.join(models))} · {started:%Y-%m-%d %H:%M} UTC · "
        f"**{state.status}**" + (f": {plain(state.reason, limit=400)}" if state.reason else ""),
    ]
    if state.status == "failed" and state.error_context:
        # Its headings are ours, one level below those of the transcript.
        head.append(re.sub(r"^#", "##", state.error_context, flags=re.MULTILINE).strip())
    if _scripted(models):
        head.append("> Replies of this session are **scripted** (a rehearsal), and no model's.")
    body = [_message(message) for message in state.messages]
    body += [f"## User, not heard yet\n\n{_quoted(text)}" for text in state.queued]
    tail = [_outcomes(state.outcomes)] if state.outcomes else []
    return "\n\n".join([*head, *(part for part in body if part), *tail]) + "\n"


def _models(facts: SessionFacts, state: State) -> tuple[str, ...]:
    """The models that were conversed with, or the one that was to be."""
    return tuple(dict.fromkeys(state.models)) or (facts.model,)


def _scripted(models: Sequence[str]) -> bool:
    return any(name.startswith("rehearsal/") for name in models)


def _message(message: Message) -> str:
    who = "Specialist" if message.role == "assistant" else "User"
    spoken = [part for block in message.content if (part := _block(block))]
    only_results = all(isinstance(block, ToolResult) for block in message.content)
    return "\n\n".join(spoken if only_results else [f"## {who}", *spoken])


def _block(block: Block) -> str:
    match block:
        case Text(text):
            return _quoted(text) if text.strip() else ""
        case ToolUse():
            subject = next((str(v) for v in block.input.values() if isinstance(v, str)), "")
            return f"- **{plain(block.name)}** {plain(subject, limit=160)}"
        case ToolResult():
            mark = "failed" if block.is_error else "result"
            return f"<details><summary>{mark}</summary>\n\n{_fenced(block.content)}\n\n</details>"
        case _:
            return ""


def _quoted(text: str) -> str:
    """Text of user or model cannot pose as a heading of ours."""
    return "\n".join(f"> {line}" for line in terminal(text).split("\n"))


def _fenced(text: str) -> str:
    shown = terminal(text[:MAX_RESULT]) + ("\n…" if len(text) > MAX_RESULT else "")
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"{fence}text\n{shown}\n{fence}"


def _outcomes(outcomes: tuple[HunkOutcome, ...]) -> str:
    lines = [
        f"- {plain(item.label)}:{item.lines} {item.result.value}"
        + (f" ({plain(item.reason)})" if item.reason else "")
        for item in outcomes
    ]
    return "## Review\n\n" + "\n".join(lines)


def render_deliverable(
    session_id: str, facts: SessionFacts, state: State, present: Mapping[str, str]
) -> str:
    """Give ``implementation-backend``: claims of the model, facts of the record.

    ``present`` has the text of now of each file of which a hunk was refused, by path.
    """
    claims = state.claims or Claims(summary="")
    specified = facts.specification
    models = _models(facts, state)
    known = Facts(
        session_id=session_id,
        agent=facts.agent,
        model=", ".join(models),
        rehearsal=_scripted(models),
        outcomes=state.outcomes,
        refusals=state.refusals,
        unanswered=state.unanswered,
        usage=state.usage,
        turns=state.turns,
        seconds=state.seconds,
        claimed_at=state.claimed_at,
        tests_added=tests_added(state.applied),
        criteria=specified.criteria if specified else (),
    )
    lost = _lost(claims, state, present)
    return render(without_refused(claims, state.outcomes, lost), known)


def error_context(
    session_id: str, facts: SessionFacts, state: State, kind: str, reason: str
) -> str:
    """Give the document about a failure of now."""
    applied = sum(item.result is Result.ACCEPTED for item in state.outcomes)
    return render_error(
        ErrorContext(
            session_id=session_id,
            request=facts.task,
            agent=facts.agent,
            model=facts.model,
            kind=kind,
            attempts=(*state.attempts, attempt(state, reason)),
            failed_calls=_failed_calls(state.messages)[-MOST_CALLS:],
            applied=applied,
            waiting=len(state.waiting),
        )
    )


def _failed_calls(messages: Sequence[Message]) -> tuple[tuple[str, str], ...]:
    names = {use.id: use.name for message in messages for use in message.tool_uses}
    return tuple(
        (names.get(block.tool_use_id, "?"), block.content)
        for message in messages
        for block in message.content
        if isinstance(block, ToolResult) and block.is_error
    )


def _lost(
    claims: Claims, state: State, present: Mapping[str, str]
) -> tuple[Mapping[str, Any], ...]:
    names = {spelling(item.label): item.path for item in state.outcomes}
    names |= {item.path: item.path for item in state.outcomes}
    refused = {
        name: "\n".join(
            hunk.new for each in state.declined if each.change.path == path for hunk in each.hunks
        )
        for name, path in names.items()
    }
    now = {name: present[path] for name, path in names.items() if path in present}
    return lost_endpoints(claims, refused, now)
