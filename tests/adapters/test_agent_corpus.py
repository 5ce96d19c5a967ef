"""Agent files and recipes in many styles and with many mistakes; beside each stands what must be found in it.

``NAME.json`` has the ``definition`` (what is not the default) and the ``problems``, each as
``line:column-line:column severity code``, counted from 0 as an editor does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.agent_layer import Shape, load_bytes, load_file
from backend_specialist.domain.agent import AgentDefinition, Place, Problem
from backend_specialist.domain.lines import split_lines, without_ending
from backend_specialist.domain.recipe import Recipe
from support.fixing import fixed

CORPUS = Path(__file__).parent.parent / "agent_files"
FILES = sorted(CORPUS.rglob("*.md"))
SHAPES = {"opencode": Shape.FOLDERS, "claude": Shape.CLAUDE, "commands": Shape.FOLDERS}
FIELDS = ("mode", "model", "steps", "hidden", "disabled", "options")


Item = AgentDefinition | Recipe


def path_of(path: Path) -> str:
    """The path that a file of the corpus has below its layer's directory."""
    folder = "commands" if path.parent.name == "commands" else "agents"
    return f"{folder}/{path.name}"


def loaded(path: Path) -> Item:
    shape = SHAPES[path.parent.name]
    return load_bytes(path.read_bytes(), path=path_of(path), shape=shape, source=path.name)


def span(place: Place) -> str:
    return f"{place.line}:{place.column}-{place.end_line}:{place.end_column}"


def told(problems: tuple[Problem, ...]) -> list[str]:
    return sorted(f"{span(each.place)} {each.severity} {each.code}" for each in problems)


def definition(item: Item) -> dict[str, Any]:
    if isinstance(item, Recipe):
        kept = ("name", "title", "kind", "when", "agent", "model", "languages")
        return json.loads(
            json.dumps({name: value for name in kept if (value := getattr(item, name))})
        )
    found: dict[str, Any] = {"name": item.name}
    default = AgentDefinition(name="")
    for name in FIELDS:
        if (value := getattr(item, name)) != getattr(default, name):
            found[name] = value
    if item.permission:
        home = str(Path.home())
        found["permission"] = [
            f"{rule.permission} {rule.pattern.replace(home, '~')} {rule.action}"
            for rule in item.rules
        ]
    found["prompt"] = len(item.prompt)
    return json.loads(json.dumps(found))


def test_corpus_is_large_and_has_both_forms() -> None:
    assert len(FILES) >= 60
    assert {path.parent.name for path in FILES} == set(SHAPES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_agent_file_is_read_as_its_author_meant(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    item = loaded(path)
    assert told(item.problems) == expected["problems"]
    assert definition(item) == expected["definition"]


def inside(place: Place, text: str) -> bool:
    """Whether a place is one of the text: half-open, a line end is behind the last column."""
    lines = [*map(without_ending, split_lines(text.removeprefix("\ufeff"))), ""]
    for line, column in ((place.line, place.column), (place.end_line, place.end_column)):
        if not (0 <= line < len(lines) and 0 <= column <= len(lines[line])):
            return False
    return (place.line, place.column) <= (place.end_line, place.end_column)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_fix_takes_its_problem_away(path: Path) -> None:
    text = path.read_bytes().decode(errors="replace")
    problems = loaded(path).problems
    for problem in problems:
        for fix in problem.fixes:
            again = fixed(text, fix)
            shape = SHAPES[path.parent.name]
            found = load_file(again, path=path_of(path), shape=shape, source=path.name).problems
            before = [each.code for each in problems].count(problem.code)
            assert [each.code for each in found].count(problem.code) < before, (fix.title, again)


# ---------------------------------------------------------------- any bytes

SHAPE = st.sampled_from(list(Shape))
FOLDER = st.sampled_from(["agents/x.md", "commands/x.md"])
SEEDS = st.sampled_from([path.read_bytes() for path in FILES if path.stat().st_size < 2000])
JUNK = st.sampled_from(
    [b"---\n", b"\r", b"\x00", b"\xff", b"'", b'"', b": ", b"\t", b"*", b"&a ", b"!!int ", b"[", b"{", b"|", b"\n"]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file of the corpus, with bytes removed, doubled and put in."""
    data = draw(SEEDS)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 20)))
        data = data[:start] + draw(JUNK | st.binary(max_size=4)) + data[end:]
    return data


@given(st.binary(max_size=300) | damaged(), SHAPE, FOLDER)
def test_loader_takes_any_bytes_and_every_range_lies_inside(
    data: bytes, shape: Shape, path: str
) -> None:
    item = load_bytes(data, path=path, shape=shape, source="x")
    text = data.decode(errors="replace")
    for problem in item.problems:
        assert inside(problem.place, text), problem
        for fix in problem.fixes:
            assert all(inside(each.place, text) for each in fix.replacements), fix
    if isinstance(item, AgentDefinition):
        assert all(inside(place, text) for place in item.places.values())


@pytest.mark.parametrize(
    "text",
    ["---\n" + "a: 1\n" * 60_000 + "---\n", "---\nabc\n" + "x" * 300_000, "x" * 300_000],
    ids=["a huge front matter", "never closed", "a huge line"],
)
def test_file_that_is_too_large_has_its_problem_inside(text: str) -> None:
    item = load_file(text, path="agents/x.md", shape=Shape.FOLDERS, source="x")
    assert item.problems
    assert all(inside(problem.place, text) for problem in item.problems)
