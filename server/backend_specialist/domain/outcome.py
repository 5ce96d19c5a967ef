"""What became of a proposal, judged from the real text alone.

Owns the comparison. What the editor said and what the user clicked decide nothing; what was wanted
only breaks ties between explanations that are equally good.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend_specialist.domain.changeset import FileChange, hunks
from backend_specialist.domain.document import split_lines
from backend_specialist.domain.explanation import Plan, Verdict, explain
from backend_specialist.domain.hunk import Hunk
from backend_specialist.domain.proposal import HunkOutcome, Result

_MOST_ACTUAL = 2_000


def compare(
    change: FileChange,
    actual: str | None,
    wanted: frozenset[str],
    *,
    reason: str = "",
    gone: bool = False,
) -> tuple[HunkOutcome, ...]:
    """Give the outcome of each hunk of ``change``.

    ``actual`` is the real text, ``None`` when it cannot be seen (then all is ``unverified``),
    unless ``gone`` says that there is certainly no such file: that refuses a creation, accepts a
    deletion and alters anything else. An empty file in place of one to be created is a refusal too:
    editors create first and fill in later. ``wanted`` are the ids that the answer asked for.
    ``reason`` goes into every outcome that is not ``accepted``.

    A hunk counts as accepted (or refused) also if only the kind of line ends, or the line end at
    the end of the file, differs from its new (or old) side: editors keep those as they like.
    """
    every = hunks(change)
    if gone:
        verdicts = _without_file(change, every)
    elif actual is None:
        verdicts = [(Result.UNVERIFIED, "")] * len(every)
    elif change.base is None or change.delete:
        verdicts = [_of_whole_file(change, actual)]
    else:
        verdicts = _of_hunks(change.base.text, every, actual, wanted)
    return tuple(
        HunkOutcome(
            path=change.path,
            label=change.label,
            hunk=hunk.id,
            result=result,
            lines=line_label(hunk),
            reason="" if result is Result.ACCEPTED else reason,
            actual=_bounded(text) if result is Result.ALTERED else "",
        )
        for hunk, (result, text) in zip(every, verdicts, strict=True)
    )


def line_label(hunk: Hunk) -> str:
    """The 1-based lines of the text before: ``12-15``, ``12``, or where an insertion begins."""
    if hunk.end - hunk.start > 1:
        return f"{hunk.start + 1}-{hunk.end}"
    return str(hunk.start + 1)


def _without_file(change: FileChange, every: Sequence[Hunk]) -> list[tuple[Result, str]]:
    if change.delete:
        return [(Result.ACCEPTED, "")]
    return [(Result.REFUSED if change.base is None else Result.ALTERED, "")] * len(every)


def _of_whole_file(change: FileChange, actual: str) -> tuple[Result, str]:
    if change.delete:
        kept = _loose(actual) == _loose(change.base_text)
        return (Result.REFUSED if kept else Result.ALTERED), actual
    empty = not actual.strip("\r\n")
    if _loose(actual) == _loose(change.text) or (empty and not change.text):
        return Result.ACCEPTED, ""
    return (Result.REFUSED if empty else Result.ALTERED), actual


def _of_hunks(
    base: str, every: Sequence[Hunk], actual: str, wanted: frozenset[str]
) -> list[tuple[Result, str]]:
    if not every:
        return []
    plan = _plan(base, every, wanted)
    real = split_lines(actual)
    verdicts = explain(plan, real)
    if any(verdict.result is Result.ALTERED for verdict in verdicts):
        verdicts = _second_look(plan, real, verdicts)
    return [(verdict.result, "".join(real[verdict.start : verdict.end])) for verdict in verdicts]


def _plan(base: str, every: Sequence[Hunk], wanted: frozenset[str]) -> Plan:
    lines = split_lines(base)
    starts = [0, *(hunk.end for hunk in every)]
    ends = [*(hunk.start for hunk in every), len(lines)]
    return Plan(
        stretches=[lines[start:end] for start, end in zip(starts, ends, strict=True)],
        olds=[split_lines(hunk.old) for hunk in every],
        news=[split_lines(hunk.new) for hunk in every],
        wanted=[hunk.id in wanted for hunk in every],
    )


def _second_look(plan: Plan, real: list[str], verdicts: list[Verdict]) -> list[Verdict]:
    """Judge again without regard to line ends; believe that where the two sides still differ."""
    loose = Plan(
        stretches=[_loose_lines(lines) for lines in plan.stretches],
        olds=[_loose_lines(lines) for lines in plan.olds],
        news=[_loose_lines(lines) for lines in plan.news],
        wanted=plan.wanted,
    )
    if loose == plan and _loose_lines(real) == real:
        return verdicts
    again = explain(loose, _loose_lines(real))
    telling = [old != new for old, new in zip(loose.olds, loose.news, strict=True)]
    return [
        second if first.result is Result.ALTERED and tells else first
        for first, second, tells in zip(verdicts, again, telling, strict=True)
    ]


def _loose_lines(lines: Sequence[str]) -> list[str]:
    return [line.rstrip("\r\n") + "\n" for line in lines]


def _loose(text: str) -> list[str]:
    return _loose_lines(split_lines(text))


def _bounded(text: str) -> str:
    return text if len(text) <= _MOST_ACTUAL else text[: _MOST_ACTUAL - 1] + "…"
