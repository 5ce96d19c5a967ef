"""Rules that cannot decide anything, because of where they stand or what they say.

Owns the comparison of rules with each other. What a rule means is ``domain.permission``'s; nobody is told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend_specialist.domain.permission import Rule
from backend_specialist.domain.wildcard import matches


def shadowed(rules: Sequence[Rule]) -> Iterator[tuple[int, int]]:
    """Pairs of indices: a rule, and a later one that matches whatever it matches, so that it never decides."""
    for index, rule in enumerate(rules):
        for later in range(len(rules) - 1, index, -1):
            if hides(rules[later], rule):
                yield index, later
                break


def hides(later: Rule, earlier: Rule) -> bool:
    """Whether everything that the earlier rule matches is matched by the later one as well."""
    return covers(later.permission, earlier.permission) and covers(later.pattern, earlier.pattern)


def covers(general: str, special: str) -> bool:
    """Whether every text that ``special`` matches is surely matched by ``general``; ``False`` when in doubt."""
    if general == special:
        return True
    # A `?` would take the star of the other for one character.
    if "?" in general and "*" in special:
        return False
    shorter = special.removesuffix(" *")
    return matches(special, general) and matches(shorter, general)
