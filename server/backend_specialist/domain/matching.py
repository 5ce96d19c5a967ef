"""Which lines two texts have in common, in bounded time.

Owns the choice between lines that look alike. Everything that compares texts (hunks, rebase,
outcomes) asks here, so that they agree. Gives up on a stretch rather than taking long: then fewer
lines are in common, never wrong ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

Block = tuple[int, int, int]
_STEPS = 1_000_000


def matching_blocks(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """Give ``(i, j, n)``, ascending, not empty, not touching: ``a[i:i+n] == b[j:j+n]``.

    The common ends first, then lines that occur once in each text, then what difflib finds between.
    """
    head, tail = _common_ends(a, b)
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    blocks = [(0, 0, head)]
    blocks += ((i + head, j + head, n) for i, j, n in _inner_blocks(inner_a, inner_b))
    blocks.append((len(a) - tail, len(b) - tail, tail))
    return _joined(blocks)


def _common_ends(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    most = min(len(a), len(b))
    head = 0
    while head < most and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < most - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    return head, tail


def _inner_blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[Block]:
    anchors = [(-1, -1), *_anchors(a, b), (len(a), len(b))]
    budget = _Budget(_STEPS)
    for (i, j), (next_i, next_j) in pairwise(anchors):
        if i >= 0:
            yield i, j, 1
        gap_a, gap_b = a[i + 1 : next_i], b[j + 1 : next_j]
        yield from ((i + 1 + x, j + 1 + y, n) for x, y, n in _gap_blocks(gap_a, gap_b, budget))


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Lines that occur once in each text: the longest sequence in the same order (patience)."""
    counts_a, counts_b = Counter(a), Counter(b)
    places = {line: j for j, line in enumerate(b) if counts_b[line] == 1}
    pairs = [
        (i, places[line]) for i, line in enumerate(a) if counts_a[line] == 1 and line in places
    ]
    tops: list[int] = []
    piles: list[int] = []
    previous: list[int] = []
    for number, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        previous.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = piles[-1] if piles else -1
    while number >= 0:
        chain.append(pairs[number])
        number = previous[number]
    return chain[::-1]


class _Budget:
    """Steps that may still be taken."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self, steps: int) -> bool:
        self._left -= steps
        return self._left >= 0


def _gap_blocks(a: Sequence[str], b: Sequence[str], budget: _Budget) -> list[Block]:
    """What difflib finds, the longest run first, for as long as the budget lasts."""
    if a == b:
        return [(0, 0, len(a))]
    if not a or not b or not budget.spend(len(a) + len(b)):
        return []
    counts = Counter(b)
    costs = list(accumulate((1 + counts[line] for line in a), initial=0))
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    blocks: list[Block] = []
    windows = [(0, len(a), 0, len(b))]
    while windows:
        low, high, start, end = windows.pop()
        if low == high or start == end:
            continue
        if not budget.spend(costs[high] - costs[low]):
            break
        i, j, n = matcher.find_longest_match(low, high, start, end)
        if n:
            blocks.append((i, j, n))
            windows += [(low, i, start, j), (i + n, high, j + n, end)]
    return sorted(blocks)


def _joined(blocks: Sequence[Block]) -> list[Block]:
    joined: list[Block] = []
    for i, j, n in blocks:
        if not n:
            continue
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            first_i, first_j, size = joined.pop()
            joined.append((first_i, first_j, size + n))
        else:
            joined.append((i, j, n))
    return joined
