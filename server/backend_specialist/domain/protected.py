"""Protected paths: what an editor, a shell, a CI or an agent acts on by itself.

Owns the list. Whoever may write such a file can make another program run something, so each has a
question of its own, even where edits are allowed. Reads no file and follows no link.
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING

from backend_specialist.domain.spelling import folded, without_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDERS: Mapping[str, str] = {
    "Git and other version control": ".git git~1 .githooks .husky .lefthook .hg .svn .bzr .jj",
    "An editor": ".vscode .vs .idea .run .fleet .zed .helix .nvim .vim .emacs.d .settings .nova "
    ".theia .devcontainer",
    "An AI agent": ".claude .opencode .cursor .windsurf .roo .kilocode .continue .gemini .codex "
    ".junie .kiro .trae .amazonq .aider* .clinerules .backend-specialist",
    "The CI": ".github .gitlab .gitea .forgejo .circleci .buildkite .woodpecker .semaphore .ci "
    ".teamcity",
    "A shell": ".direnv",
    "A program of yours": ".config .ssh launchagents",
}
_NAMES: Mapping[str, str] = {
    "Git and other version control": ".gitmodules .gitattributes .gitconfig .hgrc lefthook.y*ml "
    ".lefthook.y*ml .pre-commit-config.y*ml",
    "An editor": "*.code-workspace *.sublime-project .devcontainer.json .nvim.lua .nvimrc .vimrc "
    "_vimrc .gvimrc .lvimrc .local.vimrc .exrc _exrc .ideavimrc .dir-locals.el .dir-locals-2.el .emacs "
    ".kakrc .gdbinit .lldbinit",
    "An AI agent": "agent.md agents.md agents.*.md claude.md claude.*.md gemini.md context.md "
    ".mcp.json mcp.json opencode.json opencode.jsonc .cursorrules .windsurfrules .roomodes",
    "The CI": ".gitlab-ci.y*ml *.gitlab-ci.y*ml jenkinsfile* *.jenkinsfile .travis.y*ml "
    "azure-pipelines*.y*ml bitbucket-pipelines.y*ml .drone.y*ml .drone.star .woodpecker.y*ml "
    "appveyor.y*ml .appveyor.y*ml cloudbuild.y*ml buildspec.y*ml .cirrus.y*ml .cirrus.star "
    "codefresh.y*ml wercker.y*ml",
    "A shell": ".envrc .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile "
    ".zshrc .zshenv .zprofile .zlogin .zlogout .cshrc .tcshrc .login .kshrc .mkshrc .inputrc config.fish "
    "profile.ps1 *_profile.ps1 .tmux.conf .screenrc .autoenv .autoenv.zsh mise.toml .mise.toml",
}
_AGENT_FOLDERS = frozenset({"agent", "agents", "mode", "modes"})


def protected(label: str) -> str:
    """Why a path needs a question of its own, as a sentence; empty if it is an ordinary one."""
    parts = tuple(map(without_stream, folded(label)))
    who = _actor(parts)
    return f"{who} acts on files like this one, so it has a question of its own." if who else ""


def _actor(parts: tuple[str, ...]) -> str:
    if not parts:
        return ""
    for who, pattern in _FOLDERS_BY_ACTOR.items():
        if any(map(pattern.match, parts)):
            return who
    for who, pattern in _NAMES_BY_ACTOR.items():
        if pattern.match(parts[-1]):
            return who
    agent = parts[-1].endswith(".md") and not _AGENT_FOLDERS.isdisjoint(parts[:-1])
    return "An AI agent" if agent else ""


def _by_actor(table: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return {
        who: re.compile("|".join(map(fnmatch.translate, globs.split())))
        for who, globs in table.items()
    }


_FOLDERS_BY_ACTOR = _by_actor(_FOLDERS)
_NAMES_BY_ACTOR = _by_actor(_NAMES)
