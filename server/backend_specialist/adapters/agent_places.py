"""The places in which agents and recipes are looked for.

Owns where they are and which is nearest: a trusted workspace, then the directories of the settings, then the user's
own, then those of the package. Reads the disk in :func:`layers` only, which blocks. Knows no form of a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import platformdirs

import backend_specialist
from backend_specialist.adapters.agent_layer import (
    AGENTS,
    RECIPES,
    Layer,
    Origin,
    Shape,
    is_wanted,
)
from backend_specialist.adapters.file_tree import TreeRefused, read_tree
from backend_specialist.adapters.root_files import CLAUDE, layers_of, watched
from backend_specialist.adapters.trust import Trust

DEFAULT_AGENT = "specialist-backend"


def built_in_directory() -> str:
    """The package's own agents: beside its code when installed, else at the top of the repository."""
    package = os.path.dirname(os.path.abspath(backend_specialist.__file__))
    installed = os.path.join(package, "agents")
    server = os.path.dirname(package)
    top = os.path.dirname(server)
    if os.path.basename(server) != "server" or not os.path.isfile(f"{top}/pyproject.toml"):
        return installed
    return installed if os.path.isdir(installed) else os.path.join(top, "agents")


def user_directories() -> tuple[str, ...]:
    """The user's configuration directories, the nearest first."""
    home = _home()
    base = os.environ.get("XDG_CONFIG_HOME") or (os.path.join(home, ".config") if home else "")
    if not base:
        return ()
    ours = platformdirs.user_config_dir("backend-specialist", appauthor=False)
    return (ours, os.path.join(base, "opencode"))


def _claude_directory() -> str:
    home = _home()
    return os.path.join(home, CLAUDE) if home else ""


def _home() -> str:
    """The user's home directory; empty for a user who has none, since a relative one would be a workspace's."""
    home = os.path.expanduser("~")
    return home if os.path.isabs(home) else ""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where to look. ``directories`` come from the user's settings; ``roots`` are the workspace folders.

    ``vouched``: the client keeps trust itself, and trusts these roots. ``replacing``: a workspace's recipe takes the
    place of one of the same name that is the user's or ours.
    """

    roots: tuple[str, ...] = ()
    vouched: bool = False
    directories: tuple[str, ...] = ()
    user: tuple[str, ...] = field(default_factory=user_directories)
    claude: str = field(default_factory=_claude_directory)
    default: str = DEFAULT_AGENT
    replacing: bool = False

    @property
    def added(self) -> tuple[str, ...]:
        """The directories of the settings, absolute."""
        return tuple(os.path.abspath(os.path.expanduser(each)) for each in self.directories)

    def watched(self) -> frozenset[str]:
        """The directories in which a new or changed file may matter; not all of them exist."""
        found = [directory for root in self.roots for directory in watched(root)]
        found += self.added
        found += [os.path.join(each, name) for each in self.user for name in (*AGENTS, *RECIPES)]
        found += [os.path.join(self.claude, "agents")] if self.claude else []
        return frozenset(found)


def layers(places: Places, trust: Trust) -> Iterator[Layer]:
    """What the places hold, the nearest first; a place that cannot be read gives a layer with a problem."""
    for root in places.roots:
        files = trust.contents(root, vouched=places.vouched)
        if files is not None:
            yield from layers_of(root, files)
    for directory in places.added:
        yield _read(directory, Origin.USER, Shape.BARE)
    for directory in places.user:
        yield _read(directory, Origin.USER, Shape.FOLDERS)
    if places.claude:
        yield _read(places.claude, Origin.USER, Shape.CLAUDE)
    yield _read(built_in_directory(), Origin.BUILT_IN, Shape.BARE)


def _read(directory: str, origin: Origin, shape: Shape) -> Layer:
    folder = "agents/" if shape is Shape.CLAUDE else ""
    try:
        files = read_tree(
            os.path.join(directory, folder) if folder else directory,
            wanted=lambda path: is_wanted(folder + path, shape),
            follow_links=True,
        )
    except TreeRefused as refused:
        return Layer(origin=origin, directory=directory, files={}, problem=str(refused))
    named = {folder + path: data for path, data in files.items()}
    return Layer(origin=origin, directory=directory, files=named, shape=shape)
