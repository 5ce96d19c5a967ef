import json
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_specialist.adapters.trust import Standing, Trust, TrustOutdated

AGENT = (
    "---\nmodel: anthropic/x\npermission:\n  edit: allow\n  bash:\n    git *: deny\n---\nDo it.\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for name, text in (
        (".opencode/agent/backend.md", AGENT),
        (".opencode/commands/team/deploy.md", "---\ntitle: Deploy\n---\nDeploy it."),
        (".backend-specialist/settings.json", "{}"),
        ("src/app.py", "x = 1\n"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    return Trust(str(state))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (".opencode/agent/x.md", "name: a: b" + " " * 32_000 + "c"),
        (".claude/agents/x.md", 'tools: "a' + " " * 32_000 + '!"'),
    ],
)
def test_what_a_repository_brings_costs_no_more_than_its_length(
    trust: Trust, tmp_path: Path, name: str, line: str
) -> None:
    """It is read before anybody trusts it, and patterns hold Python's lock."""
    (tmp_path / "other" / name).parent.mkdir(parents=True)
    (tmp_path / "other" / name).write_text(f"---\n{line}\n---\nDo it.\n")
    began = time.process_time()
    assert trust.would_change(str(tmp_path / "other")) is not None
    assert time.process_time() - began < 2


def test_trust_is_not_there_by_itself(trust: Trust, root: Path) -> None:
    assert not trust.is_trusted(str(root))
    assert trust.contents(str(root)) is None


def test_trust_is_given_and_taken(trust: Trust, root: Path, tmp_path: Path) -> None:
    trust.set(str(root), True)
    assert trust.is_trusted(str(root))
    assert Trust(str(tmp_path / "state")).is_trusted(str(root))
    trust.set(str(root), False)
    assert not trust.is_trusted(str(root))


def add(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).write_text("new")


def remove(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).unlink()


def rename(root: Path) -> None:
    (root / ".opencode/agent/backend.md").rename(root / ".opencode/agent/frontend.md")


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("an agent file changes", add(".opencode/agent/backend.md")),
        ("an agent file is added", add(".opencode/agent/more.md")),
        ("a recipe goes", remove(".opencode/commands/team/deploy.md")),
        ("a setting changes", add(".backend-specialist/settings.json")),
        ("a file is renamed", rename),
    ],
)
def test_trust_ends_when_what_it_covers_changes(
    trust: Trust, root: Path, why: str, change: Callable[[Path], None]
) -> None:
    trust.set(str(root), True)
    change(root)
    assert not trust.is_trusted(str(root)), why


def test_trust_outlives_other_changes(trust: Trust, root: Path) -> None:
    trust.set(str(root), True)
    (root / "src/app.py").write_text("x = 2\n")
    (root / ".opencode/notes.md").write_text("hello")
    assert trust.is_trusted(str(root))


def test_trust_of_a_root_without_files_does_not_cover_later_ones(
    trust: Trust, tmp_path: Path
) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    trust.set(str(root), True)
    assert trust.contents(str(root)) == {}
    (root / ".opencode/agent").mkdir(parents=True)
    (root / ".opencode/agent/x.md").write_text("hello")
    assert not trust.is_trusted(str(root))


def test_trust_gives_exactly_what_it_covers(trust: Trust, root: Path) -> None:
    trust.set(str(root), True)
    contents = trust.contents(str(root))
    assert contents is not None
    assert contents[".opencode/agent/backend.md"] == AGENT.encode()
    assert len(contents) == 3


def test_trust_by_the_client_needs_no_digest(trust: Trust, root: Path) -> None:
    assert trust.contents(str(root), vouched=True)
    assert not trust.is_trusted(str(root))


def test_trust_is_in_the_real_folder(trust: Trust, root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    trust.set(str(link), True)
    assert trust.is_trusted(str(root))
    other = tmp_path / "other"
    other.mkdir()
    link.unlink()
    link.symlink_to(other)
    assert not trust.is_trusted(str(link))


def test_trust_says_what_it_would_change(trust: Trust, root: Path) -> None:
    lines = trust.would_change(str(root))
    assert [line.partition(":")[0] for line in lines] == [
        "agent backend",
        "recipe team/deploy",
        "settings .backend-specialist/settings.json",
    ]
    assert "anthropic/x; edit allow, bash git * deny" in lines[0]


def test_trust_shows_nothing_that_a_terminal_would_act_on(trust: Trust, root: Path) -> None:
    evil = '---\nmodel: "anthropic/x\\e[2K\\u202e"\ndescription: x\n---\nhello'
    (root / ".opencode/agent/backend.md").write_text(evil)
    assert not set("\x1b\u202e\n") & set("".join(trust.would_change(str(root))))


def test_trust_is_refused_when_there_is_too_much(trust: Trust, root: Path) -> None:
    for number in range(600):
        (root / f".opencode/agent/{number}.md").touch()
    assert not trust.is_trusted(str(root))
    assert trust.contents(str(root), vouched=True) is None
    assert "Cannot be trusted" in trust.would_change(str(root))[0]


def test_trust_file_is_private(trust: Trust, root: Path, tmp_path: Path) -> None:
    trust.set(str(root), True)
    file = tmp_path / "state" / "trust.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(json.loads(file.read_text())["roots"]) == [str(root.resolve())]
    assert [path.name for path in file.parent.iterdir()] == ["trust.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"roots": []}', '{"roots": 3}', "null", "[" * 100_000, "\x00"]
)
def test_trust_file_that_is_broken_trusts_nothing(
    trust: Trust, root: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "state" / "trust.json").write_text(text)
    assert not trust.is_trusted(str(root))
    trust.set(str(root), True)
    assert trust.is_trusted(str(root))


def test_trust_shows_only_what_changed_when_it_is_asked_for_again(trust: Trust, root: Path) -> None:
    assert trust.offer(str(root)).standing is Standing.NEW
    trust.set(str(root), True)
    assert trust.offer(str(root)).standing is Standing.TRUSTED
    add(".opencode/agent/backend.md")(root)
    remove(".opencode/commands/team/deploy.md")(root)
    offer = trust.offer(str(root))
    assert offer.standing is Standing.CHANGED
    agent, removed = offer.changes
    assert agent.startswith("agent backend: the model of the settings")
    assert removed == "removed: .opencode/commands/team/deploy.md"


def test_trust_is_given_to_what_was_shown_and_to_nothing_else(trust: Trust, root: Path) -> None:
    offer = trust.offer(str(root))
    add(".opencode/agent/backend.md")(root)
    with pytest.raises(TrustOutdated):
        trust.set(str(root), True, shown=offer.digests)
    assert not trust.is_trusted(str(root))
    trust.set(str(root), True, shown=trust.offer(str(root)).digests)
    assert trust.is_trusted(str(root))


def test_trust_of_a_folder_without_files_has_nothing_to_ask(trust: Trust, tmp_path: Path) -> None:
    assert trust.offer(str(tmp_path / "state")).standing is Standing.EMPTY
