"""How a real text came about: which hunks are in it, and what the user typed.

Owns the search for the cheapest explanation of a text: the unchanged stretches of the base, perhaps
with lines typed or removed, and between them the old or the new side of each hunk, or something
else. Compares lines only; knows no file and no answer.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from backend_specialist.domain.matching import matching_blocks
from backend_specialist.domain.proposal import Result

_MOST_STATES = 20_000
_INSIDE = -1  # instead of an offset: in a text that is neither side of the hunk

# What explanations cost. A line beside a hunk costs a trifle more, so that ties end elsewhere.
_LINE, _BESIDE, _OTHER = 1000, 1001, 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """``stretches[k]`` lies before hunk ``k``, one more ends the text; ``wanted`` breaks ties."""

    stretches: Sequence[list[str]]
    olds: Sequence[list[str]]
    news: Sequence[list[str]]
    wanted: Sequence[bool]


class Verdict(NamedTuple):
    """What stands in place of a hunk: lines ``[start, end)`` of the real text."""

    result: Result
    start: int
    end: int


class _State(NamedTuple):
    """At an offset of stretch ``part``, or inside hunk ``part``, with ``real`` lines explained."""

    part: int
    offset: int
    real: int


class _Kind(Enum):
    KEPT = "unchanged lines"
    TYPED = "a line that the user typed, removed, or replaced"
    BESIDE = "a line that the user typed directly before or after a hunk"
    OLD = "the old side of a hunk"
    NEW = "the new side of a hunk"
    OTHER = "a line in place of a hunk, the beginning or the end of such"


class _Step(NamedTuple):
    kind: _Kind
    to: _State
    cost: int = 0
    unwanted: int = 0


_Path = list[tuple[_State, _Kind, _State]]


def explain(plan: Plan, real: list[str]) -> list[Verdict]:
    """Give a verdict for each hunk, from the explanation with the fewest typed lines.

    A line typed directly beside a hunk counts as part of it: then something else stands there.
    Texts that are too different for that search are judged by aligning them, which says
    ``altered`` when in doubt.
    """
    path = _cheapest_path(plan, real)
    return _aligned(plan, real) if path is None else _verdicts(plan, path)


def _cheapest_path(plan: Plan, real: list[str]) -> _Path | None:
    """Dijkstra's search over (cost, choices that were not wanted)."""
    start = _State(0, 0, 0)
    queue = [(0, 0, 0, start)]
    best = {start: (0, 0)}
    back: dict[_State, tuple[_State, _Kind]] = {}
    for _ in range(_MOST_STATES):
        spent, unwanted, _, state = heapq.heappop(queue)
        if (state.part, state.real) == (len(plan.olds), len(real)) and _finished(plan, state):
            return _walk_back(back, state)
        if best[state] < (spent, unwanted):
            continue
        for step in _steps(plan, real, state):
            cost = (spent + step.cost, unwanted + step.unwanted)
            if step.to not in best or cost < best[step.to]:
                best[step.to] = cost
                back[step.to] = (state, step.kind)
                heapq.heappush(queue, (*cost, -step.to.real, step.to))
    return None


def _finished(plan: Plan, state: _State) -> bool:
    return state.offset == len(plan.stretches[state.part])


def _walk_back(back: dict[_State, tuple[_State, _Kind]], state: _State) -> _Path:
    path: _Path = []
    while state in back:
        before, kind = back[state]
        path.append((before, kind, state))
        state = before
    return path[::-1]


def _steps(plan: Plan, real: list[str], state: _State) -> Iterator[_Step]:
    part, offset, at = state
    if offset == _INSIDE:
        yield _Step(_Kind.OTHER, _State(part + 1, 0, at))
        if at < len(real):
            yield _Step(_Kind.OTHER, _State(part, _INSIDE, at + 1), _LINE)
    elif offset < len(plan.stretches[part]):
        yield from _steps_in_stretch(plan, real, state)
    elif part < len(plan.olds):
        yield from _steps_at_hunk(plan, real, state)
    elif at < len(real):
        yield _typed_line(plan, state)


def _steps_in_stretch(plan: Plan, real: list[str], state: _State) -> Iterator[_Step]:
    part, offset, at = state
    stretch = plan.stretches[part]
    run = _common_run(plan, real, state)
    if run:
        yield _Step(_Kind.KEPT, _State(part, offset + run, at + run))
        return
    yield _Step(_Kind.TYPED, _State(part, offset + 1, at), _LINE)
    if at == len(real):
        return
    yield _Step(_Kind.TYPED, _State(part, offset + 1, at + 1), 2 * _LINE)
    if stretch[offset] == real[at]:
        yield _Step(_Kind.KEPT, _State(part, offset + 1, at + 1))
    yield _typed_line(plan, state)


def _typed_line(plan: Plan, state: _State) -> _Step:
    part, offset, at = state
    beside = _hunk_beside(plan, state) is not None
    kind, cost = (_Kind.BESIDE, _BESIDE) if beside else (_Kind.TYPED, _LINE)
    return _Step(kind, _State(part, offset, at + 1), cost)


def _hunk_beside(plan: Plan, state: _State) -> int | None:
    if state.part < len(plan.olds) and state.offset == len(plan.stretches[state.part]):
        return state.part
    return state.part - 1 if state.part and not state.offset else None


def _common_run(plan: Plan, real: list[str], state: _State) -> int:
    """How many lines may be taken as unchanged at once.

    Taking a match is never worse than to leave it, but for the line before a hunk: what is typed
    behind that line would be beside the hunk.
    """
    part, offset, at = state
    stretch = plan.stretches[part]
    most = min(len(stretch) - (part < len(plan.olds)) - offset, len(real) - at)
    run = 0
    while run < most and stretch[offset + run] == real[at + run]:
        run += 1
    return run


def _steps_at_hunk(plan: Plan, real: list[str], state: _State) -> Iterator[_Step]:
    part, _, at = state
    for kind, side in ((_Kind.OLD, plan.olds[part]), (_Kind.NEW, plan.news[part])):
        if real[at : at + len(side)] == side:
            unwanted = (kind is _Kind.NEW) != plan.wanted[part]
            yield _Step(kind, _State(part + 1, 0, at + len(side)), unwanted=unwanted)
    yield _Step(_Kind.OTHER, _State(part, _INSIDE, at), _OTHER)
    if at < len(real):
        yield _typed_line(plan, state)


def _verdicts(plan: Plan, path: _Path) -> list[Verdict]:
    found: dict[int, Verdict] = {}
    for number, (before, kind, after) in enumerate(path):
        hunk = _hunk_beside(plan, before) if kind is _Kind.BESIDE else before.part
        if hunk is None or kind in (_Kind.KEPT, _Kind.TYPED):
            continue
        earlier = found.get(hunk)
        if earlier:  # a side alone is one step, so there is more than a side
            found[hunk] = Verdict(Result.ALTERED, earlier.start, after.real)
        else:
            found[hunk] = Verdict(_result(plan, path, number), before.real, after.real)
    return [found[hunk] for hunk in range(len(plan.olds))]


def _result(plan: Plan, path: _Path, number: int) -> Result:
    before, kind, after = path[number]
    if kind not in (_Kind.OLD, _Kind.NEW):
        return Result.ALTERED
    if before.real == after.real and not _is_held(plan, path, number):
        return Result.ALTERED
    return Result.ACCEPTED if kind is _Kind.NEW else Result.REFUSED


def _is_held(plan: Plan, path: _Path, number: int) -> bool:
    """Whether an empty side has an unchanged line beside it: else it has no place to speak of."""
    part = path[number][0].part
    before, after = path[number - 1 : number], path[number + 1 : number + 2]
    beside = (before if plan.stretches[part] else []) + (after if plan.stretches[part + 1] else [])
    return not beside or any(kind is _Kind.KEPT for _, kind, _ in beside)


def _aligned(plan: Plan, real: list[str]) -> list[Verdict]:
    verdicts = []
    places = zip(_places(plan, plan.olds, real), _places(plan, plan.news, real), strict=True)
    for (old, old_place), (new, new_place) in places:
        is_old = old_place is not None and real[slice(*old_place)] == old
        is_new = new_place is not None and real[slice(*new_place)] == new
        place = (new_place if is_new else old_place) or new_place or (0, 0)
        result = Result.ACCEPTED if is_new else Result.REFUSED
        verdicts.append(Verdict(result if is_old != is_new else Result.ALTERED, *place))
    return verdicts


def _places(
    plan: Plan, sides: Sequence[list[str]], real: list[str]
) -> Iterator[tuple[list[str], tuple[int, int] | None]]:
    """For each hunk the side given and where it should be, between its unchanged neighbours."""
    lines: list[str] = []
    ends = []
    for stretch, side in zip(plan.stretches, [*sides, []], strict=True):
        ends.append(len(lines) + len(stretch))
        lines += [*stretch, *side]
    there = {i + n: j + n for i, j, size in matching_blocks(lines, real) for n in range(size)}
    there |= {-1: -1, len(lines): len(real)}
    for end, side in zip(ends, sides, strict=False):
        before, after = there.get(end - 1), there.get(end + len(side))
        if before is None or after is None:
            yield side, None
        else:
            yield side, (before + 1, after)
