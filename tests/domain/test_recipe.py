import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.recipe import WHENS, Recipe, fitting, render


def recipe(
    template: str = "Do it.",
    *,
    name: str = "x",
    when: str = "selection",
    languages: tuple[str, ...] = (),
) -> Recipe:
    return Recipe(name=name, title=name, template=template, when=when, languages=languages)


ALL = tuple(recipe(name=when, when=when) for when in ("always", "file", "selection", "diagnostic"))


@pytest.mark.parametrize(
    ("selection", "diagnostic", "expected"),
    [
        (False, False, ["always", "file"]),
        (True, False, ["selection", "always", "file"]),
        (False, True, ["diagnostic", "always", "file"]),
        (True, True, ["diagnostic", "selection", "always", "file"]),
    ],
)
def test_recipe_fits_a_place(selection: bool, diagnostic: bool, expected: list[str]) -> None:
    found = fitting(ALL, has_selection=selection, has_diagnostic=diagnostic, language="python")
    assert [item.name for item in found] == expected


def test_recipe_fits_its_languages_only() -> None:
    sql = recipe(name="sql", languages=("sql", "python"))
    for language, count in (("python", 1), ("go", 0), ("", 0)):
        found = fitting([sql], has_selection=True, has_diagnostic=False, language=language)
        assert len(found) == count


@pytest.mark.parametrize(
    "text",
    [
        "select",
        "a SELECT",
        "selectById",
        "select_by_id",
        "HTTPSelect",
        "x.Select()",
        "select1",
        "V1",
    ],
)
def test_recipe_is_recognised_by_a_word_in_any_style_of_name(text: str) -> None:
    sql = Recipe(name="sql", title="SQL", template="Do it.", signs=("select", "select1", "v1"))
    found = fitting(
        [recipe(name="any"), sql], has_selection=True, has_diagnostic=False, language="", text=text
    )
    assert [item.name for item in found] == ["sql", "any"]


def test_recipe_for_another_matter_comes_last() -> None:
    sql = Recipe(name="sql", title="SQL", template="Do it.", signs=("select",))
    found = fitting(
        [sql, recipe(name="any")],
        has_selection=True, has_diagnostic=False, language="", text="selection preselects",
    )  # fmt: skip
    assert [item.name for item in found] == ["any", "sql"]


def fit(*names: tuple[str, tuple[str, ...]], text: str, stack: set[str]) -> list[str]:
    """The order of recipes given as sign and stack; one without either is called ``any``."""
    recipes = [
        Recipe(name=sign, title=sign, template="Do it.", signs=(sign,), stack=about)
        for sign, about in names
    ]
    found = fitting(
        [*recipes, recipe(name="any")],
        has_selection=True, has_diagnostic=False, language="", text=text, stack=frozenset(stack),
    )  # fmt: skip
    return [item.name for item in found]


@pytest.mark.parametrize(
    ("text", "stack", "expected"),
    [
        ("query cache", set(), ["query", "cache", "any"]),
        ("query cache", {"framework"}, ["any", "query", "cache"]),
        ("query cache", {"redis"}, ["cache", "any", "query"]),
        ("query cache", {"orm", "redis"}, ["query", "cache", "any"]),
        ("query", {"redis"}, ["any", "query", "cache"]),
        ("", {"redis"}, ["any", "cache", "query"]),
        ("", {"orm", "redis"}, ["any", "query", "cache"]),
    ],
)
def test_recipe_about_what_the_project_uses_comes_before_others(
    text: str, stack: set[str], expected: list[str]
) -> None:
    recipes = ("query", ("orm", "database")), ("cache", ("redis",))
    assert fit(*recipes, text=text, stack=stack) == expected


def test_recipe_for_this_language_only_comes_before_words() -> None:
    sql = Recipe(name="sql", title="SQL", template="Do it.", signs=("select",))
    other = Recipe(
        name="other", title="O", template="Do it.", signs=("join",), languages=("markdown",)
    )
    found = fitting(
        [sql, recipe(name="task", when="file", languages=("markdown",)), other],
        has_selection=True, has_diagnostic=False, language="markdown", text="select",
    )  # fmt: skip
    assert [item.name for item in found] == ["task", "sql", "other"]


@given(st.lists(st.sampled_from(WHENS), max_size=20))
def test_recipes_are_in_a_stable_order(whens: list[str]) -> None:
    recipes = [recipe(name=str(number), when=when) for number, when in enumerate(whens)]
    found = fitting(recipes, has_selection=True, has_diagnostic=True, language="")
    assert len(found) == len(recipes)
    order = [(WHENS.index(item.when), int(item.name)) for item in found]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("template", "arguments", "expected"),
    [
        ("Add $ARGUMENTS now", "a  b", "Add a  b now"),
        ("From $1 to $2", "a b c", "From a to b c"),
        ("From $1 to $2", "'a b' \"c d\"", "From a b to c d"),
        ("From $1 to $2", "a", "From a to"),
        ("Do it.", "quickly", "Do it.\n\nquickly"),
        ("Do it.", "  ", "Do it."),
        ("$1", "a b c", "a b c"),
        ("Costs $0 or $100", "x", "Costs $0 or $100\n\nx"),
        ("$ARGUMENTS", "$1 !`rm -rf /` \\1 $ARGUMENTS", "$1 !`rm -rf /` \\1 $ARGUMENTS"),
    ],
)
def test_recipe_takes_what_the_user_wrote(template: str, arguments: str, expected: str) -> None:
    assert render(recipe(template), arguments) == expected


@given(st.text())
def test_recipe_keeps_every_argument(arguments: str) -> None:
    assert render(recipe("<$ARGUMENTS>"), arguments) == f"<{arguments.strip()}>"
