"""New lines in the indentation of the lines that they replace.

Owns the one question how the indentation that was given differs from the one that was found. Gives
no answer rather than a guess: a wrong one would break a Python file.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd

_Pair = tuple[str, str]  # the indentation given, the indentation found


def reindent(old: Sequence[str], found: Sequence[str], new: Sequence[str]) -> list[str] | None:
    """Give ``new`` indented as ``found`` is where ``new`` is indented as ``old`` is.

    ``old`` and ``found`` are the same lines but for the blanks around them. In this order: all
    lines are off by one prefix; only the first is off, since its indentation was left away; all
    are off by one factor; the new lines have the shape of the old ones. ``None`` if nothing of that
    holds.
    """
    pairs = [(_indent(a), _indent(b)) for a, b in zip(old, found, strict=True) if a.strip()]
    wanted = [_indent(line) for line in new if line.strip()]
    for fit in (_shifted, _all_but_first, _scaled, _same_shape):
        indents = fit(pairs, wanted)
        if indents is not None:
            rest = iter(indents)
            return [(next(rest) if line.strip() else "") + line.lstrip(" \t") for line in new]
    return None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _all_but_first(pairs: list[_Pair], wanted: list[str]) -> list[str] | None:
    """The lines behind the first are right; none of the new ones may leave the first one's block."""
    (given, found), *others = pairs
    if not others or any(a != b for a, b in others) or wanted[:1] != [given]:
        return None
    if any(not indent.startswith(found) for indent in wanted[1:]):
        return None
    return [found, *wanted[1:]]


def _same_shape(pairs: list[_Pair], wanted: list[str]) -> list[str] | None:
    if [given for given, _ in pairs] != wanted:
        return None
    return [found for _, found in pairs]


def _shifted(pairs: list[_Pair], wanted: list[str]) -> list[str] | None:
    """Every line is off by one prefix, which is added or taken away."""
    given, found = pairs[0]
    if found.endswith(given):
        prefix = found.removesuffix(given)
        if prefix and _kinds_differ(pairs, wanted):
            return None
        if all(found == prefix + given for given, found in pairs):
            return [prefix + indent for indent in wanted]
    elif given.endswith(found):
        prefix = given.removesuffix(found)
        if all(given == prefix + found for given, found in pairs) and all(
            indent.startswith(prefix) for indent in wanted
        ):
            return [indent.removeprefix(prefix) for indent in wanted]
    return None


def _kinds_differ(pairs: list[_Pair], wanted: list[str]) -> bool:
    """Whether one side indents with blanks only and the other with tabs only."""
    given = set("".join([*(given for given, _ in pairs), *wanted]))
    found = set("".join(found for _, found in pairs))
    return len(given) == len(found) == 1 and given != found


def _scaled(pairs: list[_Pair], wanted: list[str]) -> list[str] | None:
    """Every line is off by one factor: two blanks for four, a tab for four blanks."""
    given_kinds = set("".join([*(given for given, _ in pairs), *wanted]))
    found_kinds = set("".join(found for _, found in pairs))
    if len(given_kinds) > 1 or len(found_kinds) != 1:
        return None
    (kind,) = found_kinds
    points = sorted({(len(given), len(found)) for given, found in pairs})
    factor = _factor(points, wanted, tabs=kind == "\t")
    if factor is None or factor <= 0:
        return None
    from_width, to_width = points[0]
    if any(to != to_width + (width - from_width) * factor for width, to in points):
        return None
    widths = [to_width + (len(indent) - from_width) * factor for indent in wanted]
    if any(width < 0 or width.denominator != 1 for width in widths):
        return None
    return [kind * int(width) for width in widths]


def _factor(points: list[tuple[int, int]], wanted: list[str], *, tabs: bool) -> Fraction | None:
    (given, found), (last_given, last_found) = points[0], points[-1]
    if last_given != given:
        return Fraction(last_found - found, last_given - given)
    if len(points) > 1:
        return None
    if tabs:  # each step of the blanks given is one tab
        return Fraction(1, gcd(*(len(indent) - given for indent in wanted)) or 1)
    return Fraction(found, given) if given else None
