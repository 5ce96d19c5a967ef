"""The secret guard: which paths are kept from the model.

Owns the list and its exceptions. Reads no file and follows no link: the caller gives every
spelling that it knows of a path (as given, below its root, resolved), and one that is secret is
enough.

Names are judged, not contents. ``id_*`` means SSH keys: a name without an extension or with
``.pub`` (``id_work``, ``id_rsa.pub``), and the usual key names with any (``id_rsa.old``), so that
``id_utils.py`` stays source code.
"""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from backend_specialist.domain.spelling import folded, without_stream
from backend_specialist.domain.wildcard import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ENVIRONMENT = "environment files hold passwords and tokens"
_KEY = "files of this name hold private keys"
_LOGIN = "files of this name hold passwords or tokens"
_CLOUD = "files of this name hold credentials of a cloud or cluster"
_MACHINE = "files here show what this computer runs and knows"

_NAMES: Mapping[str, str] = {
    _ENVIRONMENT: ".env* *.env *.env.*",
    _KEY: "*.pem *.key *.p12 *.pfx *.p8 *.pkcs12 *.ppk *.jks *.keystore *.kdbx *.keychain "
    "*.keychain-db",
    _LOGIN: ".netrc _netrc .npmrc .pypirc .git-credentials .htpasswd .pgpass pgpass.conf "
    ".my.cnf .mylogin.cnf credentials.json .credentials.json client_secret*.json secrets.json secrets.yml "
    "secrets.yaml secrets.toml .vault-token .vault_pass .vault_pass.txt .dockercfg "
    ".dockerconfigjson .*_history",
    _CLOUD: "kubeconfig *.kubeconfig *.tfstate *.tfstate.* *.tfvars *.tfvars.json .terraformrc "
    "terraform.rc .boto .s3cfg application_default_credentials.json service-account*.json "
    "service_account*.json *-firebase-adminsdk-*.json",
}
_FOLDERS: Mapping[str, str] = {
    _ENVIRONMENT: ".env*",
    _KEY: ".ssh .gnupg",
}
_PATHS: Mapping[str, str] = {
    _CLOUD: "*/.aws/credentials* */.aws/config* */.aws/*/cache/* */.docker/config.json "
    "*/.terraform.d/credentials* */.kube/config* */.kube/cache/* */.azure/*.json */.azure/*.bin "
    "*/.config/gcloud/* */appdata/roaming/gcloud/* */gcloud/*credentials* */gcloud/*tokens*",
    _LOGIN: "*/.gem/credentials */.cargo/credentials* */.m2/settings*.xml "
    "*/.gradle/gradle.properties */composer/auth.json */.composer/auth.json */.config/gh/hosts.yml "
    "*/opencode/auth.json */.codex/auth.json",
    _MACHINE: "/proc/* /etc/shadow* /etc/gshadow*",
}
_BACKUPS = ("~", ".bak", ".backup", ".old", ".orig", ".save", ".swp", ".tmp")
_EXAMPLES = ("env.example", "env.sample", "env.template")
_SSH_KEY = re.compile(r"\.?id_(?:[^.]+(?:\.pub)?|(?:rsa|dsa|ecdsa|ed25519|xmss)(?:_sk)?\..+)")
# Of a name read backwards: a search for what stands at the end would begin anew at every character.
_BACKUP = re.compile("|".join(re.escape(end[::-1]) for end in _BACKUPS).join(("(?:", ")*")))


class SecretGuard:
    """Says which paths are secret; ``extra_globs`` adds to the list, ``opened`` takes off it.

    A glob without ``/`` fits any part of a path, one with ``/`` fits its end, one that begins with
    ``/`` all of it. ``opened`` may only come from the user's own configuration.
    """

    def __init__(self, extra_globs: Sequence[str] = (), opened: Sequence[str] = ()) -> None:
        self._extra = tuple(map(_folded_glob, extra_globs))
        self._opened = tuple(map(_folded_glob, opened))

    def reason(self, *spellings: str) -> str:
        """Why a path is kept from the model, as a sentence; empty if it is not."""
        for spelling in spellings:
            parts = folded(spelling)
            if not parts:
                continue
            path = "/".join(("" if spelling[0] in "/\\" else ".", *parts))
            why = _listed(path) or (_any_fits(self._extra, path) and "the settings say so")
            if why and not _any_fits(self._opened, path):
                return (
                    f"It is kept from the model because {why}; only the user's own settings can "
                    "open it."
                )
        return ""


@lru_cache(maxsize=4096)
def _listed(path: str) -> str:
    _, *folders, name = path.split("/")
    return (
        _first(_PATHS_BY_REASON, [path])
        or _first(_FOLDERS_BY_REASON, map(without_stream, folders))
        or _first(_NAMES_BY_REASON, _aliases(name))
        or (_KEY if any(map(_SSH_KEY.fullmatch, _aliases(name))) else "")
    )


def _aliases(name: str) -> tuple[str, ...]:
    """The name, the file that a stream of it belongs to, and the file that it is a backup of."""
    head = without_stream(name)
    return tuple(dict.fromkeys((name, head, _without_backup(head).strip("#"))))


def _without_backup(name: str) -> str:
    found = _BACKUP.match(name[::-1])
    return name[: len(name) - found.end()] if found else name


def _first(table: Mapping[str, re.Pattern[str]], names: Iterable[str]) -> str:
    for name in names:
        for why, pattern in table.items():
            example = why is _ENVIRONMENT and name.endswith(_EXAMPLES)
            if pattern.match(name) and not example:
                return why
    return ""


def _by_reason(table: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return {
        why: re.compile("|".join(map(fnmatch.translate, globs.split())))
        for why, globs in table.items()
    }


_NAMES_BY_REASON = _by_reason(_NAMES)
_FOLDERS_BY_REASON = _by_reason(_FOLDERS)
_PATHS_BY_REASON = _by_reason(_PATHS)


def _folded_glob(glob: str) -> str:
    glob = glob.strip().removeprefix("**/")
    parts = "/".join(folded(glob))
    return f"/{parts}" if glob.startswith("/") else parts


def _any_fits(globs: Sequence[str], path: str) -> bool:
    return any(_fits(glob, path) for glob in globs)


def _fits(glob: str, path: str) -> bool:
    if glob.startswith("/"):
        return matches(path, glob)
    if "/" in glob:
        return matches(path, f"*/{glob}")
    parts = path.split("/")[1:]
    return any(matches(alias, glob) for part in parts for alias in _aliases(part))
