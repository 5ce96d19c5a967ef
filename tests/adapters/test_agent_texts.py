from pathlib import Path

import pytest
from hypothesis import given

from backend_specialist.adapters import front_matter
from backend_specialist.adapters.agent_places import Places, built_in_directory
from backend_specialist.adapters.agent_sources import AgentSources
from backend_specialist.adapters.agent_texts import AgentTexts
from backend_specialist.adapters.front_matter import FrontMatter
from backend_specialist.adapters.trust import Trust
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.recipe import Recipe
from support.front_matters import HOSTILE


@pytest.fixture
def texts(tmp_path: Path) -> AgentTexts:
    places = Places(roots=("/w",), directories=("/mine",), user=("/config",), claude="")
    return AgentTexts(AgentSources(Trust(str(tmp_path)), places))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/w/.opencode/agent/a.md", True), ("/w/deep/.opencode/agents/team/a.md", True),
        ("/w/.opencode/command/a.md", True), ("/w/.opencode/plans/a.md", False), ("/w/.opencode/a.md", False),
        ("/w/.claude/agents/a.md", True), ("/w/.claude/commands/a.md", False), ("/mine/a.md", True),
        ("/mine/README.md", False), ("/mine2/a.md", False), ("/config/agents/a.md", True), ("/config/a.md", False),
        (f"{built_in_directory()}/specialist-backend.md", True), ("/w/agents/a.md", False),
        ("/w/.opencode/agent/a.py", False), ("untitled:a.md", False), ("", False),
    ],
)  # fmt: skip
def test_agent_file_is_told_by_its_place(texts: AgentTexts, path: str, expected: bool) -> None:
    assert texts.is_agent_file(path) is expected


def test_text_is_read_in_the_form_of_its_place(texts: AgentTexts) -> None:
    assert isinstance(texts.read("Do it.", "/w/.opencode/commands/a.md").item, Recipe)
    claude = texts.read("---\ntools: Read\n---\n", "/w/.claude/agents/a.md")
    assert claude.claude
    assert isinstance(claude.item, AgentDefinition)
    assert "Read" in claude.tools
    assert texts.read("---\nmodel: haiku\n---\n", "/mine/a.md").claude
    assert not texts.read("---\nmode: all\n---\n", "/mine/a.md").claude


def test_recipe_for_an_unknown_agent_has_a_problem_with_a_fix(texts: AgentTexts) -> None:
    path = "/w/.backend-specialist/commands/a.md"
    assert texts.read("---\nagent: specialist-backend\n---\nDo it.", path).item.problems == ()
    read = texts.read("---\nagent: specialist-backendd\n---\nDo it.", path)
    (problem,) = read.item.problems
    assert (problem.severity, problem.code) == ("error", "unknown-agent")
    assert (problem.place.line, problem.place.column, problem.place.end_column) == (1, 7, 26)
    assert problem.fixes[0].title == "Change to 'specialist-backend'"


@given(HOSTILE)
def test_text_of_any_yaml_is_read(text: str) -> None:
    texts = AgentTexts(AgentSources(Trust("/nowhere"), Places(directories=("/mine",), claude="")))
    for path in (
        "/w/.opencode/agents/a.md",
        "/w/.claude/agents/a.md",
        "/mine/a.md",
        "/mine/commands/a.md",
    ):
        assert texts.read(text, path).item.source == path


def test_text_whose_reading_fails_has_that_as_its_problem(
    texts: AgentTexts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read = front_matter.read

    def failing(text: str) -> FrontMatter:
        if text:
            raise RecursionError("too deep")
        return read(text)

    monkeypatch.setattr(front_matter, "read", failing)
    found = texts.read("---\na: 1\n---\nDo it.", "/mine/a.md")
    (problem,) = found.item.problems
    assert (problem.severity, problem.code) == ("error", "unreadable")
    assert "RecursionError" in problem.message
    assert found.item.name == "a"
    assert "Traceback" in caplog.text


def test_place_tells_the_name(texts: AgentTexts) -> None:
    assert texts.read("x", "/w/.opencode/agents/team/a.md").item.name == "team/a"
