import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backend_specialist.adapters import agent_layer
from backend_specialist.adapters.agent_files import load_agent, usable
from backend_specialist.adapters.agent_places import DEFAULT_AGENT, Places, built_in_directory
from backend_specialist.adapters.agent_sources import AgentSources
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
    claude = str(tmp_path / "claude")
    return AgentSources(
        trust, Places(roots=(root,), directories=(extra,), user=(user,), claude=claude)
    )


def found(sources: AgentSources, name: str) -> AgentDefinition:
    agent = sources.agent(name)
    assert agent is not None
    return agent


def decision(sources: AgentSources, name: str, permission: str = "edit") -> str:
    return evaluate_chain(sources.chain(found(sources, name)), permission, ["x"]).action.value


def test_a_file_whose_reading_fails_leaves_the_others_in_force(
    sources: AgentSources, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(text: str, *, name: str, source: str) -> AgentDefinition:
        if "fails" in text:
            raise ValueError("a fault of ours")
        return load_agent(text, name=name, source=source)

    write(USER, "bad", body="This fails.")
    write(USER, "good")
    monkeypatch.setattr(agent_layer, "load_agent", failing)
    assert sources.agent("bad") is None
    assert sources.agent("good")
    (broken,) = sources.broken()
    assert broken.problem.code == "unreadable"
    assert "ValueError" in broken.problem.message


def test_built_in_agents_and_recipes_are_without_fault(sources: AgentSources) -> None:
    assert {problem.code for problem in found(sources, DEFAULT_AGENT).problems} == {"retired-model"}
    assert sources.agent() is found(sources, DEFAULT_AGENT)
    files = (Path(built_in_directory()) / "commands").glob("*.md")
    assert {recipe.name for recipe in sources.recipes()} == {file.stem for file in files}
    assert all(recipe.problems == () for recipe in sources.recipes())
    assert {agent.source for agent in sources.agents()} == {"built-in"}


def test_agents_are_listed_with_the_default_one_first(sources: AgentSources, write: Write) -> None:
    write(USER, "a")
    write(USER, "team/z")
    sources.reload()
    names = [agent.name for agent in sources.agents()]
    assert names == [DEFAULT_AGENT, *sorted(names[1:])]
    assert {"a", "team/z"} < set(names)


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
    sources.reload(Places(roots=(str(tmp_path / "root"),), vouched=True, user=(), claude=""))
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


def test_recipe_of_a_workspace_comes_beside_those_of_its_name(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write("root/.opencode/command", "add-tests", "title: Theirs")
    write("root/.backend-specialist/commands", "team/fix", "title: Nearer")
    write("root/.opencode/command", "team/fix", "title: Farther")
    write("user/commands", "deploy", "title: Mine")
    write("root/.opencode/command", "deploy", "title: Their deploy")
    sources.trust(str(tmp_path / "root"), trusted=True)
    titles = {recipe.name: recipe.title for recipe in sources.recipes()}
    assert titles["add-tests"] == "Add tests"
    assert titles["root:add-tests"] == "Theirs"
    assert titles["team/fix"] == "Nearer"
    assert (titles["deploy"], titles["root:deploy"]) == ("Mine", "Their deploy")
    assert list(titles)[:3] == ["team/fix", "root:add-tests", "root:deploy"]


def test_recipe_of_a_workspace_takes_the_place_of_another_when_the_user_says_so(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write("root/.opencode/command", "add-tests", "title: Theirs")
    sources.trust(str(tmp_path / "root"), trusted=True)
    sources.reload(replace(sources.places, replacing=True))
    named = [recipe.title for recipe in sources.recipes() if recipe.name.endswith("add-tests")]
    assert named == ["Theirs"]


def test_recipe_for_an_agent_that_is_not_there_is_not_offered_and_reported(
    sources: AgentSources, write: Write
) -> None:
    write("user/commands", "ours", f"agent: {DEFAULT_AGENT}")
    path = write("user/commands", "lost", "title: Lost\nagent: nobody")
    sources.reload()
    names = {recipe.name for recipe in sources.recipes()}
    assert "ours" in names
    assert "lost" not in names
    (broken,) = sources.broken()
    assert broken.source == str(path)
    assert broken.problem.message.startswith("There is no agent 'nobody'. Name one that exists")
    assert (broken.problem.place.line, broken.problem.place.column) == (2, 7)
    write(USER, "nobody")
    sources.reload()
    assert "lost" in {recipe.name for recipe in sources.recipes()}


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


def test_agents_of_one_name_complete_each_other(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    user = write(USER, DEFAULT_AGENT, "model: anthropic/claude-opus-5", body="")
    root = write(ROOT, DEFAULT_AGENT, "permission:\n  webfetch: ask\n  skill: deny", body="")
    sources.trust(str(tmp_path / "root"), trusted=True)
    agent = found(sources, DEFAULT_AGENT)
    assert agent.model == "anthropic/claude-opus-5"
    assert "backend engineer" in agent.prompt
    assert {rule.permission: rule.action.value for rule in agent.rules} == {
        "read": "allow", "edit": "ask", "grep": "allow", "glob": "allow", "webfetch": "ask", "bash": "deny",
        "skill": "deny",
    }  # fmt: skip
    assert agent.sources["model"] == str(user)
    assert agent.sources["prompt"] == "built-in"
    assert agent.sources["permission.edit"] == "built-in"
    assert agent.sources["permission.webfetch"] == str(root)


def test_permission_says_which_file_decided(sources: AgentSources, write: Write) -> None:
    user = write(USER, DEFAULT_AGENT, "permission:\n  webfetch: deny")
    sources.reload()
    (chain,) = sources.chain(found(sources, DEFAULT_AGENT))
    assert evaluate_chain([chain], "webfetch", ["x"]).rule.source == str(user)  # type: ignore[union-attr]


def test_workspace_may_say_what_the_user_leaves_open(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write(USER, DEFAULT_AGENT, "model: anthropic/claude-opus-5")
    write(ROOT, DEFAULT_AGENT, "permission:\n  edit: allow")
    sources.trust(str(tmp_path / "root"), trusted=True)
    assert decision(sources, DEFAULT_AGENT) == "allow"


def test_nearest_directory_up_to_the_repository_wins(
    trust: Trust, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "mono/.git").mkdir(parents=True)
    write("mono/.opencode/agent", "a", "description: outer\nsteps: 3")
    write("mono/services/shop/.opencode/agent", "a", "description: inner")
    write(".opencode/agent", "beyond")
    root = str(tmp_path / "mono/services/shop")
    sources = AgentSources(trust, Places(roots=(root,), user=(), claude=""))
    sources.trust(root, trusted=True)
    agent = found(sources, "a")
    assert (agent.description, agent.steps) == ("inner", 3)
    assert sources.agent("beyond") is None
    write("mono/.opencode/agent", "a", "description: outer\nsteps: 30")
    sources.reload()
    assert sources.agent("a") is None


def test_directories_above_a_folder_need_a_repository(
    trust: Trust, write: Write, tmp_path: Path
) -> None:
    write(".opencode/agent", "outer")
    (tmp_path / "shop").mkdir()
    sources = AgentSources(trust, Places(roots=(str(tmp_path / "shop"),), user=(), claude=""))
    sources.trust(str(tmp_path / "shop"), trusted=True)
    assert sources.agent("outer") is None


def test_client_vouches_for_the_folder_and_for_nothing_above(
    trust: Trust, write: Write, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    write(".opencode/agent", "outer")
    write("shop/.opencode/agent", "inner")
    places = Places(roots=(str(tmp_path / "shop"),), vouched=True, user=(), claude="")
    sources = AgentSources(trust, places)
    assert sources.agent("inner")
    assert sources.agent("outer") is None


def test_agents_of_claude_code_are_found_in_both_places(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write("root/.claude/agents", "reviewer", "tools: Read, Grep\nmodel: haiku")
    write("root/.claude/commands", "deploy")
    write("claude/agents", "mine", "tools: Read")
    sources.trust(str(tmp_path / "root"), trusted=True)
    assert decision(sources, "reviewer") == "deny"
    assert decision(sources, "reviewer", "read") == "allow"
    assert found(sources, "mine").mode == "subagent"
    assert "deploy" not in {recipe.name for recipe in sources.recipes()}


def test_linked_folder_of_a_workspace_is_not_followed(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    write("elsewhere/agents", "a", "tools: Read")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/.claude").symlink_to(tmp_path / "elsewhere")
    sources.trust(str(tmp_path / "root"), trusted=True)
    assert sources.agent("a") is None


def test_definition_that_was_just_typed_is_completed_by_farther_files(
    sources: AgentSources, write: Write
) -> None:
    path = write(USER, DEFAULT_AGENT, "permission:\n  edit: deny")
    sources.reload()
    typed = load_agent(
        "---\npermission:\n  edit: allow\n---\n", name=DEFAULT_AGENT, source=str(path)
    )
    agent = sources.in_place(typed)
    assert {rule.permission: rule.action.value for rule in agent.rules}["edit"] == "allow"
    assert agent.model == "anthropic/claude-sonnet-4-20250514"


def test_what_is_said_not_to_be_trusted_is_not_in_force(
    sources: AgentSources, write: Write, tmp_path: Path
) -> None:
    """Also when it has changed since the last reading, which came too early to see it."""
    root = str(tmp_path / "root")
    write(ROOT, "shop", "description: one")
    sources.untrusted()
    sources.trust(root, trusted=True)
    assert found(sources, "shop").description == "one"
    write(ROOT, "shop", "description: two")
    ((said, _),) = sources.untrusted()
    assert said == root
    assert sources.agent("shop") is None
