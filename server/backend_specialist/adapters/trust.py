"""Which workspace roots the user trusts.

Owns the list, in the user's state directory. Trust is in a content, not in a folder: it is bound to a digest over the
agent files, recipes and settings of the root, and ends when one of them changes. Every call blocks.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping

from backend_specialist.adapters.agent_layer import Layer, Origin, load_layer
from backend_specialist.adapters.file_tree import TreeRefused, read_tree
from backend_specialist.adapters.state_files import write_private
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.display import plain
from backend_specialist.domain.permission import Rule
from backend_specialist.domain.recipe import Recipe

AGENTS = ".opencode"
SETTINGS = ".backend-specialist"
_FILE = "trust.json"


class Trust:
    """The trusted roots, kept in ``trust.json`` of a state directory; a file that cannot be read trusts nothing."""

    def __init__(self, state_dir: str) -> None:
        self._path = os.path.join(state_dir, _FILE)

    def is_trusted(self, root_path: str) -> bool:
        """Whether the user trusts what the root's files say now."""
        return self.contents(root_path) is not None

    def contents(self, root_path: str, *, vouched: bool = False) -> Mapping[str, bytes] | None:
        """The files of a trusted root by relative path, exactly those that the digest covers; else ``None``.

        With ``vouched`` the client keeps trust itself, so that whatever the files say is trusted.
        """
        trusted = self._roots().get(os.path.realpath(root_path))
        if trusted is None and not vouched:
            return None
        try:
            files = _files(root_path)
        except TreeRefused:
            return None
        return files if vouched or _digest(files) == trusted else None

    def set(self, root_path: str, trusted: bool) -> None:
        """Trust what the root's files say now, or stop trusting it.

        Raises :class:`~.file_tree.TreeRefused` when the files cannot be read whole, ``OSError`` when the list
        cannot be kept.
        """
        roots = self._roots()
        roots.pop(os.path.realpath(root_path), None)
        if trusted:
            roots[os.path.realpath(root_path)] = _digest(_files(root_path))
        write_private(self._path, json.dumps({"roots": roots}, indent=2) + "\n")

    def would_change(self, root_path: str) -> tuple[str, ...]:
        """Lines that say what trusting the root changes; none if it has no such files."""
        try:
            files = _files(root_path)
        except TreeRefused as refused:
            return (f"Cannot be trusted: {plain(str(refused), 400)}",)
        loaded = load_layer(layer_of(root_path, files))
        return (
            *(_agent_line(agent) for agent in loaded.agents),
            *(_recipe_line(recipe) for recipe in loaded.recipes),
            *(f"settings {plain(path)}" for path in files if path.startswith(f"{SETTINGS}/")),
        )

    def _roots(self) -> dict[str, str]:
        try:
            with open(self._path, encoding="utf-8") as file:
                roots = json.load(file)["roots"]
            return {path: digest for path, digest in roots.items() if isinstance(digest, str)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}


def layer_of(root_path: str, files: Mapping[str, bytes]) -> Layer:
    """The agents and recipes among a root's files."""
    prefix = f"{AGENTS}/"
    own = {
        path.removeprefix(prefix): data for path, data in files.items() if path.startswith(prefix)
    }
    return Layer(origin=Origin.WORKSPACE, directory=os.path.join(root_path, AGENTS), files=own)


def _files(root_path: str) -> dict[str, bytes]:
    return dict(_found(root_path, AGENTS, ".md")) | dict(_found(root_path, SETTINGS, ""))


def _found(root_path: str, folder: str, ending: str) -> Iterator[tuple[str, bytes]]:
    directory = os.path.join(root_path, folder)
    for path, data in read_tree(directory, wanted=lambda name: name.endswith(ending)).items():
        yield f"{folder}/{path}", data


def _digest(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for path, data in sorted(files.items()):
        name = path.encode("utf-8", "surrogateescape")
        total.update(b"%d %d " % (len(name), len(data)) + name + data)
    return total.hexdigest()


def _agent_line(agent: AgentDefinition) -> str:
    if agent.disabled:
        return plain(f"agent {agent.name}: removed ({agent.source})", 400)
    rights = ", ".join(_right(rule) for rule in agent.rules) or "everything as by default"
    model = agent.model or "the model of the settings"
    broken = (
        " (has errors and is not used)"
        if any(p.severity == "error" for p in agent.problems)
        else ""
    )
    return plain(f"agent {agent.name}{broken}: {model}; {rights} ({agent.source})", 1000)


def _right(rule: Rule) -> str:
    pattern = "" if rule.pattern == "*" else f" {rule.pattern}"
    return f"{rule.permission}{pattern} {rule.action}"


def _recipe_line(recipe: Recipe) -> str:
    return plain(f"recipe {recipe.name}: {recipe.title} ({recipe.source})", 400)
