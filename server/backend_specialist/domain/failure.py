"""The error context: what failed, how badly, what was tried and what comes next.

Owns the classes of failures and the document. Its facts are of the session's record; nothing in it is a model's word.
Categories and severities are those of the agent family's error coordinator (``docs/agent-files.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backend_specialist.domain.markdown import block, code, inline

REPLY = "Reply to the session to try again: it goes on where it stopped."
KEY = "Set the key in the environment of the editor, and start that again."
MODEL = "Choose a model that exists, in the settings."
"""What is done where an editor is: the terminal says it in its own way."""
_NEW = "Start a new session with a smaller task: this conversation would fail again."
_DOCTOR = "`backend-specialist doctor` shows what was found."
_WAIT = "Wait a few minutes: the endpoint was asked again several times already."


@dataclass(frozen=True, slots=True)
class FailureClass:
    """``category`` is ``agent capability``, ``workflow``, ``data`` or ``system``; ``severity`` ``critical`` (nothing
    can go on), ``high`` (this task cannot), ``medium`` (it can, another way or later) or ``low``.
    """

    category: str
    severity: str
    next_steps: tuple[str, ...]


_ELSEWHERE = FailureClass("system", "medium", (_WAIT, REPLY, "Choose another model."))
_CLASSES: Mapping[str, FailureClass] = {
    "key": FailureClass(
        "system",
        "critical",
        (KEY, _DOCTOR, REPLY),
    ),
    "model": FailureClass("system", "critical", (MODEL, _DOCTOR, REPLY)),
    "configuration": FailureClass(
        "system", "critical", ("Put right what the message names.", _DOCTOR, REPLY)
    ),
    "request": FailureClass("data", "high", (_NEW, "Choose another model.")),
    "context": FailureClass("data", "high", (_NEW,)),
    "limit": _ELSEWHERE,
    "overloaded": _ELSEWHERE,
    "server": _ELSEWHERE,
    "network": FailureClass(
        "system", "medium", ("See whether the endpoint can be reached from here.", _DOCTOR, REPLY)
    ),
    "stream": _ELSEWHERE,
    "store": FailureClass(
        "system",
        "critical",
        ("See whether the state directory can be written and has room.", _DOCTOR, REPLY),
    ),
    "workspace": FailureClass(
        "data", "medium", ("Put right what the message says of the file.", REPLY)
    ),
    "internal": FailureClass(
        "system", "high", (REPLY, "If it comes again, report it with the server's log.")
    ),
    "failed": FailureClass(
        "agent capability",
        "high",
        ("Say the task in other words, or in smaller parts.", "Choose another model or agent."),
    ),
}


def failure_class(kind: str) -> FailureClass:
    """The class of an ``errorKind``."""
    return _CLASSES.get(kind, _CLASSES["failed"])


def failure_to_json(kind: str, reason: str) -> dict[str, Any]:
    """Give a failure as clients see it, in the event and in the list of sessions."""
    known = failure_class(kind)
    return {
        "message": reason,
        "errorKind": kind,
        "category": known.category,
        "severity": known.severity,
        "nextSteps": list(known.next_steps),
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try at the task: after how many turns of which model it failed, and why; no ``model`` had none yet."""

    turns: int
    reason: str
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class ErrorContext:
    """``failed_calls`` are the tool calls that went wrong: name and what was said. ``attempts`` end with this one.

    ``model`` is the one that was chosen at the beginning. ``applied`` and ``waiting`` count hunks that are in the
    files, and proposals that wait.
    """

    session_id: str
    request: str
    agent: str
    model: str
    kind: str
    attempts: tuple[Attempt, ...]
    failed_calls: tuple[tuple[str, str], ...] = ()
    applied: int = 0
    waiting: int = 0


def render_error(context: ErrorContext) -> str:
    """Give the document."""
    known = failure_class(context.kind)
    parts = (
        f"# Error context - {inline(context.session_id)}",
        _listed(
            (
                f"Category: {known.category}",
                f"Severity: {known.severity}",
                f"Kind: {code(context.kind)}",
                f"What happened: {inline(context.attempts[-1].reason)}",
                _impact(context),
            )
        ),
        "## Next steps\n\n" + _listed(known.next_steps),
        "## Attempts\n\n" + _listed(_tries(context)),
        _calls(context),
        f"## Request\n\n{block(context.request, 2_000)}",
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _impact(context: ErrorContext) -> str:
    waiting = f", proposals that wait for your review: {context.waiting}" if context.waiting else ""
    return f"Impact: hunks in your files: {context.applied}{waiting}"


def _tries(context: ErrorContext) -> Iterable[str]:
    for number, attempt in enumerate(context.attempts, 1):
        who = f"{inline(context.agent)} with {inline(attempt.model or context.model)}"
        yield f"{number}: {who}, turns: {attempt.turns}: {inline(attempt.reason, 400)}"


def _calls(context: ErrorContext) -> str:
    lines = [f"{code(name)}: {inline(said, 300)}" for name, said in context.failed_calls]
    return "## Calls that failed on the way\n\n" + _listed(lines) if lines else ""


def _listed(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
