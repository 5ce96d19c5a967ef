"""One attempt at one task: a session, then the verdict.

Owns the order, and that a session which did not complete has failed, whatever it left in the files.
"""

from __future__ import annotations

from evals import scripted, session
from evals.judge import Verdict, judge
from evals.place import Place, place
from evals.result import Result
from evals.task import Task


def attempt(task: Task, model: str, seconds: float = session.SECONDS) -> tuple[Result, str]:
    """Give the result and the session's record; raise ``SetUpError`` or ``NoJudge``."""
    with place(task.start) as here:
        held = _session(task, model, here, seconds)
        verdict = judge(task, here) if held.status == "completed" else _died(held)
    result = Result(
        task=task.name,
        stack=task.stack,
        passed=verdict.passed,
        reason=verdict.reason,
        failed=verdict.failed,
        turns=held.turns,
        tokens_read=held.tokens_read,
        tokens_written=held.tokens_written,
        cost=held.cost,
        seconds=held.seconds,
    )
    return result, held.record


def _session(task: Task, model: str, here: Place, seconds: float) -> session.Session:
    if not scripted.is_scripted(model):
        return session.hold(here, task.text, model, seconds=seconds)
    name, variables = scripted.prepare(model, task, here)
    return session.hold(here, task.text, name, seconds=seconds, extra=variables)


def _died(held: session.Session) -> Verdict:
    return Verdict(
        passed=False, reason=f"The session ended as {held.status}: {held.reason}", failed={}
    )
