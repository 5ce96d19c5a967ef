import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.secret import SecretGuard

DATA = Path(__file__).parent.parent / "data"
# fmt: off
SECRET = [
    ".env", ".env.local", "conf/.env.production", ".envrc", "prod.env", ".envs/production/django",
    ".env/secret.txt", "certs/server.pem", "server.key", "a.p12", "a.pfx", "app.keystore",
    "app.jks", "AuthKey_1.p8", "putty.ppk", "id_rsa", "id_ed25519", "id_ecdsa_sk", "id_work",
    "id_rsa.pub", "id_rsa.old", ".ssh/config", ".ssh/known_hosts", ".netrc", "_netrc", ".npmrc",
    ".pypirc", ".git-credentials", ".htpasswd", ".pgpass", ".my.cnf", "credentials.json",
    ".aws/credentials", "/home/u/.aws/config", "/home/u/.config/gcloud/access_tokens.db",
    "/home/u/.azure/msal_token_cache.json", ".kube/config", "kubeconfig", ".docker/config.json",
    "terraform.tfstate", "terraform.tfstate.backup", "prod.tfvars", "config/secrets.yml",
    ".bash_history", ".cargo/credentials.toml", "/proc/self/environ", "/etc/shadow", ".ENV",
    ".Env.Local", "SERVER.PEM", "Id_Rsa", ".AWS/Credentials", ".env.", "server.pem...",
    "server.pem:stream", "server.pem::$DATA", ".env:x", "server.pem~", ".netrc.bak",
    "server.key.swp", "#server.key#", ".id_rsa.swp", ".e\u200dnv", "．env", "․env", "server.Key",
    "conf\\.env", "C:\\Users\\u\\.aws\\credentials", "./.env", "a/../.env",
]
ORDINARY = [
    "src/app.py", "environment.ts", ".env.example", ".env.sample", "conf/.env.template",
    "README.md", "env.py", "id_utils.py", "id_service/main.py", "src/id_gen.go", "idle",
    "monkey.py", "keys.py", "secrets.py", "credentials.py", "src/gcloud/client.py",
    "proc/handler.py", "etc/shadow", "aws/credentials.py", ".github/workflows/ci.yml",
    "tests/test_env.py", ".azure/pipelines/ci.yml", "key", "pem", "src/netrc.py",
    "docker/config.json",
]
# fmt: on


@pytest.mark.parametrize("path", SECRET)
def test_secret_paths_are_kept(path: str) -> None:
    assert SecretGuard().reason(path)


@pytest.mark.parametrize("path", ORDINARY)
def test_secret_guard_leaves_source_files_alone(path: str) -> None:
    assert SecretGuard().reason(path) == ""


@pytest.mark.parametrize(
    ("path", "home"), json.loads((DATA / "read-env-defaults.json").read_text())
)
def test_secret_guard_keeps_what_the_format_asks_for(path: str, home: str) -> None:
    kept = bool(SecretGuard().reason(path))
    assert kept == (home == "ask" or path == ".envrc")


def test_secret_is_a_path_with_one_secret_spelling() -> None:
    assert SecretGuard().reason("docs/notes.txt", "/w/docs/notes.txt", "/w/.env")


def test_secret_reason_says_why_and_who_can_change_it() -> None:
    reason = SecretGuard().reason("server.pem")
    assert "private keys" in reason
    assert "user's own settings" in reason


@pytest.mark.parametrize("path", ["/w/vault/a/b.txt", "vault", "conf/prod/db.ini", "x/y.Dump"])
def test_secret_globs_of_the_user_are_added(path: str) -> None:
    guard = SecretGuard(["vault", "conf/prod/*", "**/*.DUMP"])
    assert guard.reason(path)
    assert not guard.reason("src/app.py", "conf/test/db.ini", "vaults/x")


def test_secret_glob_from_the_root_fits_the_whole_path() -> None:
    guard = SecretGuard(["/srv/data/*"])
    assert guard.reason("/srv/data/x")
    assert not guard.reason("srv/data/x", "/w/srv/data/x")


def test_secret_glob_of_all_dotfiles_keeps_only_these() -> None:
    guard = SecretGuard([".*"])
    assert guard.reason("a/.hidden/x")
    assert not guard.reason("a/b", "./a/b")


def test_secret_file_can_be_opened_by_name() -> None:
    guard = SecretGuard(opened=["conf/dev.env"])
    assert not guard.reason("conf/dev.env", "/w/conf/dev.env")
    assert guard.reason("conf/prod.env")


def test_secret_link_target_is_not_opened_by_the_name_of_the_link() -> None:
    guard = SecretGuard(opened=["dev.env"])
    assert guard.reason("dev.env", "/w/dev.env", "/w/prod.env")


@given(st.sampled_from(SECRET), st.text(alphabet="ab/ .", max_size=6))
def test_secret_stays_secret_below_any_folder(path: str, folder: str) -> None:
    if not path.startswith("/"):
        assert SecretGuard().reason(f"{folder}/{path}")


@given(st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=2))
def test_secret_guard_takes_any_text(spellings: list[str], globs: list[str]) -> None:
    assert isinstance(SecretGuard(globs, globs).reason(*spellings), str)


@pytest.mark.parametrize("name", ["~" * 50_000 + "a", ".bak" * 20_000 + "/a"])
def test_a_hostile_name_costs_no_more_than_its_length(name: str) -> None:
    began = time.process_time()
    assert not SecretGuard(["*.x", "y*z"]).reason(name)
    assert time.process_time() - began < 5
