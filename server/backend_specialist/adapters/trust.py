"""Which workspace roots the user trusts.

Owns the list, in the user's state directory. Trust is in a content, not in a folder: it is bound to a digest of each
agent file, recipe and setting that the root brings along, and ends when one of them changes. Every call blocks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from backend_specialist.adapters.agent_layer import Shape, is_wanted, load_layer
from backend_specialist.adapters.file_tree import TreeRefused
from backend_specialist.adapters.root_files import SETTINGS, files_of, layers_of
from backend_specialist.adapters.state_files import StateFailed, write_private
from backend_specialist.domain.agent import AgentDefinition
from backend_specialist.domain.display import plain
from backend_specialist.domain.permission import Rule
from backend_specialist.domain.recipe import Recipe

_FILE = "trust.json"

Digests = Mapping[str, str]
"""SHA-256 of each file, by its path from the root."""


class Standing(StrEnum):
    """What the user has said about a root."""

    EMPTY = "empty"
    """It brings nothing along."""
    NEW = "new"
    TRUSTED = "trusted"
    CHANGED = "changed"
    """It was trusted, and says something else now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What trusting a root would mean: ``changes`` as lines for the user, of exactly the files of ``digests``."""

    standing: Standing
    digests: Digests
    changes: tuple[str, ...]


class TrustOutdated(Exception):
    """The files have changed since they were shown."""


class Trust:
    """The trusted roots, kept in ``trust.json`` of a state directory; a file that cannot be read trusts nothing."""

    def __init__(self, state_dir: str) -> None:
        self._path = os.path.join(state_dir, _FILE)

    def is_trusted(self, root_path: str) -> bool:
        """Whether the user trusts what the root's files say now."""
        return self.contents(root_path) is not None

    def contents(self, root_path: str, *, vouched: bool = False) -> Mapping[str, bytes] | None:
        """The files of a trusted root by relative path, exactly those that were trusted; else ``None``.

        With ``vouched`` the client keeps trust itself: whatever the files in the root say is trusted, but nothing
        above it, which the client does not speak about.
        """
        trusted = self._roots().get(os.path.realpath(root_path))
        with contextlib.suppress(TreeRefused):
            if trusted is not None and _digests(files := files_of(root_path)) == trusted:
                return files
        with contextlib.suppress(TreeRefused):
            return files_of(root_path, above=False) if vouched else None
        return None

    def offer(self, root_path: str) -> Offer:
        """What trusting the root would mean, of changed files alone if it was trusted before.

        Raises :class:`~.file_tree.TreeRefused` when the files cannot be read whole.
        """
        files = files_of(root_path)
        digests = _digests(files)
        known = self._roots().get(os.path.realpath(root_path))
        changed = {path for path in files if known is None or known.get(path) != digests[path]}
        gone = sorted(set(known or ()) - set(files))
        lines = [*_lines(root_path, files, changed), *(f"removed: {plain(path)}" for path in gone)]
        return Offer(
            standing=_standing(files, known, digests), digests=digests, changes=tuple(lines)
        )

    def set(self, root_path: str, trusted: bool, *, shown: Digests | None = None) -> None:
        """Trust what the root's files say now, or stop trusting it.

        With ``shown`` only if they still say what was shown; else raises :class:`TrustOutdated`. Raises
        :class:`~.file_tree.TreeRefused` when the files cannot be read whole, :class:`~.state_files.StateFailed` when
        the list cannot be kept.
        """
        roots = self._roots()
        roots.pop(os.path.realpath(root_path), None)
        if trusted:
            digests = _digests(files_of(root_path))
            if shown is not None and shown != digests:
                raise TrustOutdated(f"The files of {root_path} have changed since they were shown.")
            roots[os.path.realpath(root_path)] = digests
        try:
            write_private(self._path, json.dumps({"roots": roots}, indent=2) + "\n")
        except OSError as error:
            raise StateFailed(
                f"The trust of {root_path} could not be stored in {self._path}: {error.strerror or error}. "
                "Free some space or repair the directory, then try again."
            ) from error

    def would_change(self, root_path: str) -> tuple[str, ...]:
        """Lines that say all that the root brings along; none if it has no such files."""
        try:
            files = files_of(root_path)
        except TreeRefused as refused:
            return (f"Cannot be trusted: {plain(str(refused), 400)}",)
        return tuple(_lines(root_path, files, set(files)))

    def _roots(self) -> dict[str, Digests]:
        try:
            with open(self._path, encoding="utf-8") as file:
                roots = json.load(file)["roots"]
            return {path: known for path, known in roots.items() if isinstance(known, dict)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    # A name that is not UTF-8 has surrogates, which JSON keeps.
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


def _standing(files: Mapping[str, bytes], known: Digests | None, digests: Digests) -> Standing:
    if known == digests:
        return Standing.TRUSTED if files else Standing.EMPTY
    if known:
        return Standing.CHANGED
    return Standing.NEW if files else Standing.EMPTY


def _lines(root_path: str, files: Mapping[str, bytes], changed: set[str]) -> Iterator[str]:
    for layer in layers_of(root_path, files):
        loaded = load_layer(layer)
        for agent in loaded.agents:
            if _path(root_path, agent.source) in changed:
                yield _agent_line(agent)
        for recipe in loaded.recipes:
            if _path(root_path, recipe.source) in changed:
                yield _recipe_line(recipe)
    for path in sorted(changed):
        folder, _, rest = path.partition("/")
        if folder == SETTINGS and not is_wanted(rest, Shape.FOLDERS):
            yield f"settings {plain(path)}"


def _path(root_path: str, source: str) -> str:
    return os.path.relpath(source, os.path.abspath(root_path)).replace(os.sep, "/")


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
