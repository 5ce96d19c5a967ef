"""A small automaton over bytes, in time linear in the input whatever the pattern.

Owns pieces to build one from and the matching. Exists because Python's ``re`` backtracks: a glob with a dozen stars,
which a model is free to send, would keep it busy for hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

EVERY = (1 << 256) - 1
"""The set of all bytes, as a bit mask."""

_MOST_STATES = 500

Piece = tuple[int, int]
"""Where a piece of the automaton begins and ends."""


class Automaton:
    """Built from pieces, then asked whether it matches whole byte strings."""

    def __init__(self) -> None:
        self._free: list[list[int]] = []
        self._edge: list[tuple[int, int] | None] = []
        self._accept = -1
        self._forget()

    # ------------------------------------------------------------ building

    def one(self, mask: int) -> Piece:
        """One byte out of a set."""
        start, end = self._node(), self._node()
        self._edge[start] = (mask, end)
        return start, end

    def many(self, mask: int) -> Piece:
        """Any number of bytes out of a set, none included."""
        start, end = self._node(), self._node()
        self._edge[start] = (mask, start)
        self._free[start].append(end)
        return start, end

    def sequence(self, pieces: Iterable[Piece]) -> Piece:
        """One piece after the other; nothing when there is none."""
        start = end = self._node()
        for first, last in pieces:
            self._free[end].append(first)
            end = last
        return start, end

    def either(self, pieces: Sequence[Piece]) -> Piece:
        """Any one of the pieces."""
        start, end = self._node(), self._node()
        for first, last in pieces:
            self._free[start].append(first)
            self._free[last].append(end)
        return start, end

    def finish(self, piece: Piece) -> None:
        """Say which piece is the whole."""
        self._begin, self._accept = self._closure({piece[0]}), piece[1]
        self._forget()

    def _node(self) -> int:
        self._free.append([])
        self._edge.append(None)
        return len(self._free) - 1

    # ------------------------------------------------------------ matching

    def matches(self, data: bytes) -> bool:
        """Whether the whole of ``data`` matches. Remembers what it worked out for the next call."""
        state = self._number(self._begin)
        for byte in data:
            following = self._table[state].get(byte)
            state = self._step(state, byte) if following is None else following
            if not self._sets[state]:
                return False
        return self._accept in self._sets[state]

    def _step(self, state: int, byte: int) -> int:
        edges = (self._edge[node] for node in self._sets[state])
        reached = {edge[1] for edge in edges if edge and edge[0] >> byte & 1}
        current = self._sets[state]
        if len(self._sets) > _MOST_STATES:
            self._forget()
            state = self._number(current)
        following = self._number(self._closure(reached))
        self._table[state][byte] = following
        return following

    def _closure(self, nodes: set[int]) -> frozenset[int]:
        seen, todo = set(nodes), list(nodes)
        while todo:
            for node in self._free[todo.pop()]:
                if node not in seen:
                    seen.add(node)
                    todo.append(node)
        return frozenset(seen)

    def _number(self, nodes: frozenset[int]) -> int:
        if nodes not in self._numbers:
            self._numbers[nodes] = len(self._sets)
            self._sets.append(nodes)
            self._table.append({})
        return self._numbers[nodes]

    def _forget(self) -> None:
        self._numbers: dict[frozenset[int], int] = {}
        self._sets: list[frozenset[int]] = []
        self._table: list[dict[int, int]] = []
