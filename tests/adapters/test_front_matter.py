import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.front_matter import MAX_FILE, read
from backend_specialist.domain.agent import Place
from support.front_matters import HOSTILE

ROWS = json.loads((Path(__file__).parent.parent / "data" / "frontmatter.json").read_text())
# fmt: off
PIECES = st.sampled_from([
    "---\n", "a: ", "b:\n  ", "- ", "[", "{", "]", "}", "&x ", "*x", "!!int ", "!t ", "'", '"',
    ": ", "? ", "|\n", "#", "\t", "\n", "x", "\x85", "\ud800", "yes", "1", "%YAML 9\n", "<<: ",
    "\x00", ">", "@", "\r",
])
# fmt: on


def header(text: str) -> str:
    return f"---\n{text}\n---\nBody\n"


@pytest.mark.parametrize("row", [row for row in ROWS if not row["in"].startswith("(")])
def test_front_matter_saves_unquoted_values_as_the_format_does(row: dict[str, str]) -> None:
    key = row["in"].partition(":")[0]
    assert read(header(row["in"])).values == {key: row["out"]}, row["why"]


def test_front_matter_may_be_empty_or_absent() -> None:
    empty = read("---\n---\nContent")
    assert (empty.values, empty.body, empty.problems) == ({}, "Content", ())
    absent = read("# Heading\n---\na: 1\n---\n")
    assert (absent.values, absent.body) == ({}, "# Heading\n---\na: 1\n---\n")
    assert read("----\na: 1\n---\n").values == {}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_front_matter_takes_every_newline_and_a_byte_order_mark(newline: str) -> None:
    found = read("\ufeff---\na: 1\nb: x: y\n---\none\ntwo".replace("\n", newline))
    assert found.values == {"a": 1, "b": "x: y"}
    assert found.body == f"one{newline}two"
    assert found.places["b:key"] == Place(line=2, column=0, end_line=2, end_column=1)


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "2026-01-01", "12:30", "0b1", "1_000", "=", "tru"]
)
def test_front_matter_keeps_text_that_yaml_1_1_converts(word: str) -> None:
    assert read(header(f"a: {word}")).values == {"a": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("False", False), ("~", None), ("", None), ("12", 12), ("0x1F", 31), ("-.5", -0.5),
     ("1e3", 1000.0), ("-.inf", float("-inf")), ("'true'", "true"), ("!!str 5", "5")],
)  # fmt: skip
def test_front_matter_knows_the_core_types(word: str, value: object) -> None:
    found = read(header(f"a: {word}"))
    assert found.values == {"a": value}
    assert not found.problems


def test_front_matter_keeps_the_order_of_keys() -> None:
    found = read(header('permission:\n  bash: allow\n  "*": deny\n  edit: ask'))
    assert list(found.values["permission"]) == ["bash", "*", "edit"]


def test_front_matter_knows_where_everything_stands() -> None:
    found = read(header("name: 'x'\ntools:\n  bash: false\nlist: [a, b]"))
    assert found.places["name"] == Place(line=1, column=6, end_line=1, end_column=9)
    assert found.places["tools:key"] == Place(line=2, column=0, end_line=2, end_column=5)
    assert found.places["tools.bash:key"] == Place(line=3, column=2, end_line=3, end_column=6)
    assert found.places["tools.bash"] == Place(line=3, column=8, end_line=3, end_column=13)
    assert found.places["list.1"] == Place(line=4, column=10, end_line=4, end_column=11)


def test_front_matter_reports_a_key_that_is_there_twice() -> None:
    found = read(header("a: 1\nb:\n  c: 1\n  c: 2"))
    (problem,) = found.problems
    assert found.values == {"a": 1, "b": {"c": 1}}
    assert (problem.code, problem.severity, problem.place.line) == ("duplicate", "error", 4)


def test_front_matter_says_that_it_saved_a_value() -> None:
    (problem,) = read(header("description: Builds: everything\nsteps: 3")).problems
    assert (problem.severity, problem.code, problem.place.line) == ("warning", "unquoted", 1)


def test_front_matter_saves_only_top_level_values() -> None:
    assert read(header("a:\n  b: c: d")).problems[0].code == "yaml"


@pytest.mark.parametrize(
    ("why", "text", "words", "line"),
    [
        ("an unquoted star is an alias", "permission:\n  *: deny", "begins with '*'", 2),
        ("a tab indents", "a:\n\tb: 1", "Indent with spaces", 2),
        ("an open bracket", "a: [1", "not valid YAML", None),
        ("a list is no mapping", "- a", "'key: value'", 1),
        ("a scalar is no mapping", "hello", "'key: value'", 1),
        ("a tag that builds objects", "a: !!python/object/apply:os.system [x]\nb: !!python/name:os.system x",
         "plain text", 2),
        ("a tag that does not fit", "a: !!int x", "plain text", 1),
        ("a key that is a list", "? [a]\n: b", "short plain text", 1),
        ("a control character", "a: \x01", "not valid YAML", 1),
        ("a list in itself", "a: 1\nb: &a\n  - 1\n  - *a", "inside of what it names", 4),
        ("a list in itself, in brackets", "b: &a [[*a]]", "inside of what it names", 1),
        ("a mapping in itself", "permission: &a\n  edit: deny\n  read: *a", "inside of what it names", 3),
        ("a key in itself", "? &a [*a]\n: b", "inside of what it names", 1),
        ("a number that no character has", 'a: "\\UFFFFFFFF"', "names no character", 1),
        ("a number above the last character", 'a: "\\U00110000"', "names no character", 1),
        ("half of a pair", 'a: "\\ud800"', "half of a surrogate pair", 1),
        ("half of a pair in a key", '"\\ud800": a', "short plain text", 1),
        ("a merge key", "a: &a {edit: deny}\nb:\n  <<: *a", "Write those entries", 3),
        ("a merge key at the top", "<<: {edit: deny}", "Write those entries", 1),
        ("a merge key by its tag", 'a: {!!merge "<<": {edit: deny}}', "Write those entries", 1),
    ],
)  # fmt: skip
def test_front_matter_explains_faults(why: str, text: str, words: str, line: int | None) -> None:
    problem = read(header(text)).problems[0]
    assert words in problem.message, why
    assert problem.severity == "error"
    assert line is None or problem.place.line == line, why


def test_front_matter_that_is_never_closed_is_a_problem() -> None:
    found = read("---\nname: x\n")
    assert found.values == {}
    assert "never closed" in found.problems[0].message


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("depth", "a: " + "[" * 3000),
        ("block depth", "- " * 3000),
        ("aliases", "a: &a x\nb: [" + "*a, " * 100 + "]"),
        ("a bomb", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{b}: &{b} [{','.join([f'*{a}'] * 3)}]\n" for a, b in zip("abcde", "bcdef", strict=True))),
        ("an alias of itself", "a: &a [*a, *a]"),
        ("too many values", "a: [" + "x, " * 3000 + "]"),
        ("length", "a: " + "x" * 40_000),
    ],
)  # fmt: skip
def test_front_matter_is_bounded(why: str, text: str) -> None:
    began = time.process_time()
    assert any(problem.severity == "error" for problem in read(header(text)).problems), why
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "line",
    ["a: b: c" + " " * 32_000 + "d", "a: b" + " " * 32_000 + "c: d", "a" + " " * 32_000 + "b: c: d", "*" * 32_000],
)  # fmt: skip
def test_a_hostile_line_of_front_matter_costs_no_more_than_its_length(line: str) -> None:
    began = time.process_time()
    assert read(header(line)).problems
    assert time.process_time() - began < 2


def test_front_matter_takes_the_same_value_twice() -> None:
    found = read(header("a: &a\n  - x\nb: *a\nc: [*a, *a]"))
    assert found.values == {"a": ["x"], "b": ["x"], "c": [["x"], ["x"]]}
    assert not found.problems


@pytest.mark.parametrize(
    ("before", "opening"),
    [("\n", "---"), (" \r\n\n", "---"), ("", " ---"), ("", "---yaml"), ("\n", "--- yml ")],
)
def test_front_matter_that_does_not_begin_the_file_is_an_error(before: str, opening: str) -> None:
    text = f"{before}{opening}\npermission:\n  edit: deny\n---\nBody"
    found = read(text)
    assert (found.values, found.body) == ({}, text)
    (problem,) = found.problems
    assert (problem.severity, problem.code) == ("error", "front-matter")
    assert problem.place.line == before.count("\n")
    (replacement,) = problem.fixes[0].replacements
    assert replacement.place == replace(problem.place, line=0, column=0)
    lines = text.splitlines(keepends=True)
    rest = lines[problem.place.line][problem.place.end_column :]
    mended = replacement.text + rest + "".join(lines[problem.place.line + 1 :])
    assert read(mended).values == {"permission": {"edit": "deny"}}


def test_broken_front_matter_that_does_not_begin_the_file_is_an_error() -> None:
    assert read("\n" + header("permission:\n  *: deny")).problems[0].severity == "error"


@pytest.mark.parametrize("text", ["\n---\nText", "\n---\nText\n---\nMore", "\n---\n\n---\n"])
def test_a_line_across_the_page_is_a_warning_where_it_looks_like_front_matter(text: str) -> None:
    found = read(text)
    assert [problem.severity for problem in found.problems] == ["warning"]
    assert found.body == text


@pytest.mark.parametrize(
    "text", ["", "\n", "\n----\na: 1\n---\n", "Text\n---\na: 1\n---\n", "--- a: 1"]
)
def test_a_text_without_front_matter_is_no_problem(text: str) -> None:
    assert not read(text).problems


def test_front_matter_of_a_huge_file_is_not_read() -> None:
    assert "Shorten it" in read("---\na: 1\n---\n" + "x" * MAX_FILE).problems[0].message


@given(st.text() | st.lists(PIECES).map("".join) | HOSTILE)
def test_front_matter_takes_any_text(text: str) -> None:
    for whole in (text, f"---\n{text}\n---\n"):
        found = read(whole)
        lines = whole.count("\n") + whole.count("\r")
        assert all(0 <= place.line <= place.end_line <= lines for place in found.places.values())
        assert all(0 <= problem.place.line <= lines for problem in found.problems)
