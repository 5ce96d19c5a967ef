"""The page of capabilities promises only what there is: recipes by their titles, agents, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend_specialist.adapters.recipe_files import load_recipe

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "| --- |" not in line]
LINES = [row for row in ROWS if not row.startswith("| Line |")]
TITLES = {
    load_recipe(
        path.read_text(encoding="utf-8"), name=path.stem, source="built-in"
    ).title: path.stem
    for path in sorted((ROOT / "agents" / "commands").glob("*.md"))
}
_ITALIC = re.compile(r"\*([A-Z][^*]+)\*")
_TEST = re.compile(r"`(tests/[\w./-]+)`")


def title_of(row: str) -> str:
    return row.split("|")[1].strip()


def test_the_whole_brief_is_there() -> None:
    parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    counted = {part.splitlines()[0]: part.count("\n| ") - 2 for part in parts}
    assert counted == {
        "Responsibilities": 12,
        "Deliverable": 12,
        "Process": 6,
        "Integration points": 17,
    }


@pytest.mark.parametrize("row", LINES, ids=title_of)
def test_a_line_names_what_does_it_and_a_test_that_exists(row: str) -> None:
    _, _, done, shown, _ = row.split("|")
    assert done.strip()
    tests = _TEST.findall(shown)
    assert tests
    assert [name for name in tests if not (ROOT / name).is_file()] == []
    for title in _ITALIC.findall(done):
        assert title in TITLES, "italics are for recipes; put what is none between quotes"
        assert f"tests/recipes/scenarios/{TITLES[title]}.yaml" in tests


def test_every_recipe_and_every_consultant_is_named() -> None:
    assert set(TITLES) <= set(_ITALIC.findall(PAGE))
    consultants = {path.stem for path in (ROOT / "agents").glob("domain-*.md")}
    assert set(re.findall(r"`(domain-\w+)`", PAGE)) == consultants


def test_the_readme_lists_every_recipe() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, table = readme.partition("| Field | Recipes |")
    assert set(_ITALIC.findall(table.partition("\n\n")[0])) == set(TITLES)
