"""A recipe: a titled task template, offered as a code action.

Owns what a recipe is, which fit a place, and how one becomes a task. Does not read files and runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from backend_specialist.domain.agent import NOWHERE, Place, Problem

WHENS = ("diagnostic", "selection", "always", "file")
"""Where a recipe can be offered, the most specific first."""
MOST_OFFERED = 6
"""How many are offered at a place, the others behind *More…*."""

_PLACEHOLDER = re.compile(r"\$(ARGUMENTS\b|[1-9][0-9]?(?![0-9]))")
# The words of names in any style: of ``getUserById``, ``get_user_by_id``, ``HTTPServer`` and ``V1``.
_PART = re.compile(r"[A-Z]?[a-z][a-z0-9]*|[A-Z]+[0-9]*(?![a-z])")
_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|(\S+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """``when`` is ``selection``, ``diagnostic``, ``file`` or ``always``; no ``languages`` means any.

    ``signs`` are lower-case words by which a selected text is recognised as the recipe's own matter; a recipe without
    any is of use everywhere. ``stack`` are kinds and labels of :mod:`.technologies`, in lower case, one of which makes
    it fit a project better.
    """

    name: str
    title: str
    template: str
    description: str = ""
    kind: str = "refactor.rewrite"
    when: str = "selection"
    agent: str | None = None
    model: str | None = None
    languages: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    stack: tuple[str, ...] = ()
    source: str = "built-in"
    problems: tuple[Problem, ...] = ()
    agent_place: Place = field(default=NOWHERE, compare=False)


def fitting(  # noqa: PLR0913 - keywords, each with a meaning of its own
    recipes: Iterable[Recipe],
    *,
    has_selection: bool,
    has_diagnostic: bool,
    language: str | None,
    text: str = "",
    stack: frozenset[str] = frozenset(),
) -> tuple[Recipe, ...]:
    """The recipes for a place in a file: for a diagnostic, for this language only, for this very ``text``, for any.

    ``language`` is ``None`` where there is no file at all. ``stack`` are the words of what the project is built with,
    none where that is not known. It moves what the text speaks for: up where the project uses what the recipe is about,
    down where it does not.
    """
    fit = {
        "selection": has_selection,
        "diagnostic": has_diagnostic,
        "always": True,
        "file": language is not None,
    }
    words = frozenset(word.lower() for word in _PART.findall(text))
    found = [
        recipe
        for recipe in recipes
        if fit.get(recipe.when) and (not recipe.languages or language in recipe.languages)
    ]
    return tuple(sorted(found, key=lambda recipe: _rank(recipe, words, stack)))


def _rank(
    recipe: Recipe, words: frozenset[str], stack: frozenset[str]
) -> tuple[bool, bool, int, int, int]:
    shown = sum(sign in words for sign in recipe.signs)
    used = _used(recipe, stack)
    weight = shown + 1 + used if shown else int(not recipe.signs)
    # What is only for this language means more than words: those of a specification are the words of any code.
    own = bool(recipe.languages and (shown or not recipe.signs))
    return recipe.when != "diagnostic", not own, -weight, -used, WHENS.index(recipe.when)


def _used(recipe: Recipe, stack: frozenset[str]) -> int:
    """1 where the project uses what the recipe is about, -1 where it does not, 0 where there is nothing to compare."""
    if not recipe.stack or not stack:
        return 0
    return 1 if stack.intersection(recipe.stack) else -1


def render(recipe: Recipe, arguments: str) -> str:
    """Give the task: ``$ARGUMENTS`` is all that the user wrote, ``$1`` its first word, the last number the rest.

    What the user wrote is put in as it is; a template without a place for it gets it at the end.
    """
    arguments = arguments.strip()
    numbers = [int(found) for found in _PLACEHOLDER.findall(recipe.template) if found.isdigit()]
    words = _words(arguments, last=max(numbers, default=0))

    def value(match: re.Match[str]) -> str:
        if match[1] == "ARGUMENTS":
            return arguments
        return words[int(match[1]) - 1] if int(match[1]) <= len(words) else ""

    task = _PLACEHOLDER.sub(value, recipe.template).strip()
    if arguments and not _PLACEHOLDER.search(recipe.template):
        return f"{task}\n\n{arguments}"
    return task


def _words(arguments: str, *, last: int) -> list[str]:
    """The words, quotes taken off; word ``last`` is the whole rest."""
    found = list(_WORD.finditer(arguments))
    words = [next(group for group in match.groups() if group is not None) for match in found]
    if last and len(found) > last:
        words[last - 1 :] = [arguments[found[last - 1].start() :]]
    return words
