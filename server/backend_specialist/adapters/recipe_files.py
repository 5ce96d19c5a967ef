"""Recipe files: front matter and template become a recipe.

Owns which fields there are and what is said about faults in them. Never raises on a text: a broken
file gives a recipe with problems of severity ``error``. Reads no disk and runs nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import replace

from backend_specialist.adapters import front_matter
from backend_specialist.adapters.fields import Fields, nearest
from backend_specialist.adapters.model_lint import read_model, report_model
from backend_specialist.domain.agent import Fix, Problem, Replacement
from backend_specialist.domain.agent_fields import RECIPE_FIELDS
from backend_specialist.domain.lines import split_lines
from backend_specialist.domain.recipe import WHENS, Recipe
from backend_specialist.domain.technologies import WORDS

_KIND = re.compile(r"(?:quickfix|refactor|source)(?:\.[A-Za-z]+)*")
_SIGN = re.compile(r"[a-z][a-z0-9]*")
_SHELL = re.compile(r"!`[^`]+`")
_MAX_TEMPLATE = 16 * 1024


def load_recipe(text: str, *, name: str, source: str) -> Recipe:
    """Read a recipe file; ``name`` is the one that its path gives it, ``source`` says where it is from."""
    front = front_matter.read(text)
    fields = Fields(front)
    template = front.body.strip()
    recipe = Recipe(
        name=name,
        title=fields.text("title") or _title(name),
        template=template,
        description=fields.text("description"),
        kind=_matching(fields, "kind", _KIND, "quickfix, refactor.rewrite or source")
        or "refactor.rewrite",
        when=fields.choice("when", WHENS, "always"),
        agent=fields.text("agent") or None,
        model=read_model(fields),
        languages=_names(fields, "languages"),
        signs=_signs(fields),
        stack=_stack(fields),
        source=source,
        agent_place=fields.place("agent"),
    )
    _check_template(fields, template, first_line=_first_line(text, front.body))
    report_model(fields, recipe.model)
    _report_unknown(fields)
    return replace(recipe, problems=tuple(fields.problems))


def with_known_agent(recipe: Recipe, known: Collection[str]) -> Recipe:
    """The recipe, with a problem if it names an agent that is none of those ``known``."""
    if recipe.agent is None or recipe.agent in known:
        return recipe
    meant = nearest(recipe.agent, known)
    place = recipe.agent_place
    change = Fix(title=f"Change to '{meant}'", replacements=(Replacement(place=place, text=meant),))
    problem = Problem(
        message=f"There is no agent '{recipe.agent}'. "
        + (f"Did you mean '{meant}'?" if meant else "Name one that exists, or leave 'agent' out."),
        place=place,
        code="unknown-agent",
        fixes=(change,) if meant else (),
    )
    return replace(recipe, problems=(*recipe.problems, problem))


def usable_recipe(recipe: Recipe) -> bool:
    """Whether a recipe may be offered: no error was found in its file."""
    return all(problem.severity != "error" for problem in recipe.problems)


def recipe_name(path: str, directory: str) -> str:
    """The name that a file has by its path below a directory of recipes, with ``/``."""
    return os.path.relpath(path, directory).replace(os.sep, "/").removesuffix(".md")


def _title(name: str) -> str:
    words = name.rpartition("/")[2].replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _matching(fields: Fields, key: str, pattern: re.Pattern[str], words: str) -> str:
    value = fields.text(key)
    if not value or pattern.fullmatch(value):
        return value
    fields.problem(f"'{key}' must be {words}.", key)
    return ""


def _signs(fields: Fields) -> tuple[str, ...]:
    signs = _names(fields, "signs")
    if all(_SIGN.fullmatch(sign) for sign in signs):
        return signs
    fields.problem("'signs' must be single words in lower case, such as [select, join].", "signs")
    return ()


def _stack(fields: Fields) -> tuple[str, ...]:
    names = tuple(name.lower() for name in _names(fields, "stack"))
    for name in names:
        if name not in WORDS:
            meant = nearest(name, WORDS)
            fields.problem(
                f"Nothing that is known is called '{name}', so it never makes the recipe fit better."
                + (f" Did you mean '{meant}'?" if meant else ""),
                "stack",
                severity="warning",
                code="unknown-stack",
                word=name,
            )
    return names


def _names(fields: Fields, key: str) -> tuple[str, ...]:
    raw = fields.raw(key)
    names = raw if isinstance(raw, list) else [] if raw is None else [raw]
    if all(isinstance(name, str) for name in names):
        return tuple(names)
    fields.problem(f"'{key}' must be a list of words.", key, code="type")
    return ()


def _check_template(fields: Fields, template: str, *, first_line: int) -> None:
    if not template:
        fields.problem("The recipe says nothing. Write the task below the front matter.", "title")
    if len(template) > _MAX_TEMPLATE:
        fields.problem(f"The task has more than {_MAX_TEMPLATE:,} characters. Shorten it.", "title")
    for number, line in enumerate(split_lines(template)):
        match = _SHELL.search(line)
        if match:
            fields.problem_at(
                "Commands of the form !`...` are not run here: nothing in a recipe can start a program. "
                "Describe what to look at instead.",
                (first_line + number, match.start(), match.end()),
                code="shell",
            )


def _report_unknown(fields: Fields) -> None:
    for key in fields.unknown(RECIPE_FIELDS):
        meant = nearest(key, RECIPE_FIELDS)
        hint = f"Did you mean '{meant}'?" if meant else "It is ignored."
        fields.problem(
            f"The key '{key}' is not known. {hint}",
            f"{key}:key",
            severity="warning",
            code="unknown-key",
            fixes=[
                fields.replacing(f"{key}:key", meant),
                fields.removing(key, f"Remove '{key}'"),
            ],
        )


def _first_line(text: str, body: str) -> int:
    """The line on which the template begins, blank lines skipped."""
    lines = split_lines(body)
    blank = next((number for number, line in enumerate(lines) if line.strip()), 0)
    return len(split_lines(text)) - len(lines) + blank
