import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.recipe_files import load_recipe, recipe_name, usable_recipe
from backend_specialist.domain.recipe import Recipe
from support.front_matters import HOSTILE

FILE = """---
title: Add validation
description: Checks what comes in
kind: refactor.rewrite
when: selection
languages: [python, go]
agent: specialist-backend
model: anthropic/claude-opus-5
---

Validate $ARGUMENTS.
"""


def load(header: str, body: str = "Do it.") -> Recipe:
    return load_recipe(f"---\n{header}\n---\n{body}", name="team/fix-it", source="r.md")


def test_recipe_file_is_read() -> None:
    assert load_recipe(FILE, name="add-validation", source="built-in") == Recipe(
        name="add-validation",
        title="Add validation",
        template="Validate $ARGUMENTS.",
        description="Checks what comes in",
        when="selection",
        agent="specialist-backend",
        model="anthropic/claude-opus-5",
        languages=("python", "go"),
    )


def test_recipe_file_needs_only_a_text() -> None:
    recipe = load_recipe("Do it.", name="team/fix-it", source="r.md")
    assert (recipe.title, recipe.when, recipe.kind) == ("Fix it", "always", "refactor.rewrite")
    assert recipe.problems == ()


@pytest.mark.parametrize(
    ("header", "body", "words", "line"),
    [
        ("when: sometimes", "x", "diagnostic, selection", 1),
        ("kind: run", "x", "quickfix", 1),
        ("model: sonnet", "x", "provider/model", 1),
        ("languages: 3", "x", "list of words", 1),
        ("title: x", " ", "says nothing", 1),
        ("title: x", "y" * 17_000, "Shorten", 1),
        ("title: x", "\nLook at\n!`git log`", "can start a program", 5),
        ("title: [", "x", "not valid YAML", 1),
    ],
)
def test_recipe_file_that_is_wrong_is_not_usable(
    header: str, body: str, words: str, line: int
) -> None:
    recipe = load(header, body)
    assert not usable_recipe(recipe)
    assert words in recipe.problems[0].message
    assert recipe.problems[0].place.line == line


def test_recipe_file_with_an_unknown_key_stays_usable() -> None:
    recipe = load("tittle: x")
    assert usable_recipe(recipe)
    assert "Did you mean 'title'?" in recipe.problems[0].message


def test_recipe_says_what_of_a_project_it_is_about() -> None:
    recipe = load("stack: [ORM, FastAPI, fastapy]")
    assert recipe.stack == ("orm", "fastapi", "fastapy")
    assert usable_recipe(recipe)
    assert "Did you mean 'fastapi'?" in recipe.problems[0].message


def test_recipe_name_is_the_path_below_the_directory() -> None:
    assert recipe_name("/a/commands/team/fix.md", "/a/commands") == "team/fix"


@given(st.text())
def test_recipe_file_takes_any_text(text: str) -> None:
    assert isinstance(load_recipe(text, name="x", source="y"), Recipe)


@given(HOSTILE)
def test_recipe_file_takes_any_yaml(text: str) -> None:
    assert isinstance(load_recipe(text, name="x", source="y"), Recipe)
