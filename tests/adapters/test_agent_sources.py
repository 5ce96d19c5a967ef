import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_specialist.adapters.agent_files import usable
from backend_specialist.adapters.agent_sources import (
    DEFAULT_AGENT,
    AgentSources,
    Places,
    built_in_directory,
    user_directories,
)
from backend_specialist.adapters.recipe_files import usable_recipe
from backend_specialist.adapters.trust import Trust
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.permission import evaluate_chain, hidden_in_chain

Write = Callable[..., Path]
USER, ROOT, EXTRA = "user/agents", "root/.opencode/agent", "extra"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(folder: str, name: str, header: str = "", body: str = "Do it.") -> Path:
        path = tmp_path / folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{header}\n---\n{body}\n")
        return path

    return put


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    (tmp_path / "state").mkdir()
    return Trust(str(tmp_path / "state"))


@pytest.fixture
def sources(tmp_path: Path, trust: Trust) -> AgentSources:
    root, extra, user = (str(tmp_path / name) for name in ("root", "extra", "user"))
    return AgentSources(trust, Places(roots=(root,), directories=(extra,), user=(user,)))


def found(sources: AgentSources, name: str) -> AgentDefinition:
    agent = sources.agent(name)
    assert agent is not None
    return agent


def decision(sources: AgentSources, name: str, permission: str = "edit") -> str:
    return evaluate_chain(sources.chain(found(sources, name)), permission, ["x"]).action.value


def test_built_in_agents_and_recipes_are_without_fault(sources: AgentSources) -> None:
    assert {problem.code for problem in found(sources, DEFAULT_AGENT).problems} == {"retired-model"}
    assert sources.agent() is found(sources, DEFAULT_AGENT)
    files = (Path(built_in_directory()) / "commands").glob("*.md")
    assert {recipe.name for recipe in sources.recipes()} == {file.stem for file in files}
    assert all(recipe.problems == () for recipe in sources.recipes())
    assert {agent.source for agent in sources.agents()} == {"built-in"}


def test_built_in_directory_is_beside_the_code_or_the_repository_only() -> None:
    directory = Path(built_in_directory())
    assert (directory / f"{DEFAULT_AGENT}.md").is_file()
    assert (
        directory.parent / "pyproject.toml"
    ).is_file() or directory.parent.name == "backend_specialist"


def test_user_directories_follow_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert str(tmp_path / "opencode") in user_directories()


def test_agents_are_listed_with_the_default_one_first(sources: AgentSources, write: Write) -> None:
    write(USER, "a")
    write(USER, "team/z")
    sources.reload()
    assert [agent.name for agent in sources.agents()] == [DEFAULT_AGENT, "a", "team/z"]


def test_agent_that_is_not_there_is_not_invented(sources: AgentSources) -> None:
    assert sources.agent("nobody") is None


def test_nearest_agent_wins(sources: AgentSources, write: Write, tmp_path: Path) -> None:
    for number, folder in enumerate((USER, EXTRA, ROOT)):
        write(folder, DEFAULT_AGENT, f"description: '{number}'")
        sources.trust(str(tmp_path / "root"), trusted=True)
        assert found(sources, DEFAULT_AGENT).description == str(number)


def test_workspace_agents_are_ignored_until_the_root_is_trusted(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    path = write(ROOT, "mine")
    write("root/.opencode/command", "deploy")
    sources.reload()
    assert sources.agent("mine") is None
    assert "deploy" not in {recipe.name for recipe in sources.recipes()}
    sources.trust(str(tmp_path / "root"), trusted=True)
    assert found(sources, "mine").source == str(path)
    assert sources.recipes()[0].name == "deploy"
    write(ROOT, "mine", "permission: allow")
    sources.reload()
    assert sources.agent("mine") is None


def test_workspace_agents_count_when_the_client_vouches(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write(ROOT, "mine")
    sources.reload(Places(roots=(str(tmp_path / "root"),), vouched=True, user=()))
    assert found(sources, "mine").prompt == "Do it."


def test_workspace_agent_never_widens_the_users_own(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write(USER, "mine", "permission:\n  edit: deny\n  webfetch: ask")
    write(ROOT, "mine", "permission:\n  webfetch: allow\n  read: deny\n  edit: allow")
    sources.trust(str(tmp_path / "root"), trusted=True)
    assert decision(sources, "mine", "edit") == "deny"
    assert decision(sources, "mine", "webfetch") == "ask"
    assert decision(sources, "mine", "read") == "deny"
    assert decision(sources, "mine", "grep") == "allow"
    chain = sources.chain(found(sources, "mine"))
    assert hidden_in_chain(chain, ["edit", "write", "read", "grep"]) == {"edit", "write", "read"}


def test_workspace_agent_is_bound_even_if_it_was_read_before(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write(USER, "mine", "permission:\n  edit: deny")
    write(ROOT, "mine", "permission:\n  edit: allow")
    sources.trust(str(tmp_path / "root"), trusted=True)
    before = found(sources, "mine")
    sources.reload()
    assert evaluate_chain(sources.chain(before), "edit", ["x"]).action == "deny"


def test_workspace_agent_does_not_bring_back_one_that_the_user_removed(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write(USER, "mine", "disable: true")
    write(ROOT, "mine")
    sources.trust(str(tmp_path / "root"), trusted=True)
    assert sources.agent("mine") is None


def test_users_own_agent_has_one_rule_set(sources: AgentSources, write: Write) -> None:
    write(USER, DEFAULT_AGENT, "permission:\n  edit: allow")
    sources.reload()
    assert len(sources.chain(found(sources, DEFAULT_AGENT))) == 1
    assert decision(sources, DEFAULT_AGENT) == "allow"


def test_broken_agent_file_leaves_the_last_good_one_in_force(
    sources: AgentSources, write: Write
) -> None:
    write(USER, "mine", "permission:\n  edit: deny")
    sources.reload()
    write(USER, "mine", "permission:\n  edit: [")
    sources.reload()
    assert decision(sources, "mine") == "deny"
    (broken,) = (file for file in sources.files() if file.name == "mine")
    assert broken.problems


def test_broken_agent_file_does_not_give_way_to_wider_rights(
    sources: AgentSources, write: Write
) -> None:
    write(USER, DEFAULT_AGENT, "permisson:\n  edit: deny")
    sources.reload()
    assert sources.agent() is None


def test_removed_agent_file_is_forgotten(sources: AgentSources, write: Write) -> None:
    path = write(USER, "mine")
    sources.reload()
    path.unlink()
    sources.reload()
    assert sources.agent("mine") is None


def test_agent_file_that_is_not_utf8_is_a_problem(sources: AgentSources, write: Write) -> None:
    write(USER, "mine").write_bytes(b"---\nmode: all\n---\n\xff")
    sources.reload()
    (broken,) = (file for file in sources.files() if file.name == "mine")
    assert "UTF-8" in broken.problems[0].message
    assert sources.agent("mine") is None


def test_two_files_of_one_name_are_a_problem(sources: AgentSources, write: Write) -> None:
    first = write(USER, "a", "name: same")
    write(USER, "b", "name: same")
    sources.reload()
    assert found(sources, "same").source == str(first)
    assert any(
        str(first) in problem.message for file in sources.files() for problem in file.problems
    )


def test_recipe_of_the_user_takes_the_place_of_ours(sources: AgentSources, write: Write) -> None:
    write("user/commands", "add-tests", "title: My tests")
    write("user/commands", "bad", "when: never")
    write("extra/commands", "other")
    sources.reload()
    recipes = {recipe.name: recipe for recipe in sources.recipes()}
    assert recipes["add-tests"].title == "My tests"
    assert list(recipes)[:2] == ["other", "add-tests"]
    assert "bad" not in recipes


def test_directory_of_the_settings_holds_agents_directly(
    sources: AgentSources, write: Write
) -> None:
    write(EXTRA, "direct")
    write(EXTRA, "README")
    write("user", "stray")
    sources.reload()
    names = {agent.name for agent in sources.agents()}
    assert "direct" in names
    assert not names & {"README", "stray"}


def test_directory_that_cannot_be_read_whole_is_reported(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    for number in range(501):
        write(EXTRA, str(number))
    sources.reload()
    assert str(tmp_path / "extra") in sources.refused()[0]
    shutil.rmtree(tmp_path / "extra")
    sources.reload()
    assert sources.refused() == ()


def test_every_file_in_force_is_usable(sources: AgentSources) -> None:
    assert all(usable(agent) for agent in sources.agents())
    assert all(usable_recipe(recipe) for recipe in sources.recipes())
