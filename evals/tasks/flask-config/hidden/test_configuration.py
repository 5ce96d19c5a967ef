import os
import subprocess
import sys

import pytest
from mailer import create_app
from mailer.configuration import ConfigurationError

SECRET = "s3cr3t-" + "x" * 30
URL = "postgresql://mailer:pa55word@db/mailer"
LEAST = {"DATABASE_URL": URL, "SECRET_KEY": SECRET}


def settings(**changes):
    return create_app({**LEAST, **changes}).extensions["configuration"]


def problems(environment):
    with pytest.raises(ConfigurationError) as caught:
        create_app(environment)
    found = caught.value.problems
    assert isinstance(found, list)
    assert all(problem in str(caught.value) for problem in found)
    return found


def named(environment, *names):
    """One problem for each of these variables, and no other."""
    found = problems(environment)
    assert len(found) == len(names), found
    for name in names:
        assert [problem for problem in found if name in problem], (name, found)


def test_defaults():
    app = create_app(LEAST)
    found = app.extensions["configuration"]
    assert (found.database_url, found.secret_key) == (URL, SECRET)
    assert (found.smtp_host, found.smtp_port, found.smtp_timeout_seconds) == ("localhost", 25, 10)
    assert (found.debug, found.allowed_origins) == (False, ())
    assert (app.secret_key, app.debug) == (SECRET, False)


def test_values_are_read():
    found = settings(
        SMTP_HOST="mail",
        SMTP_PORT="587",
        SMTP_TIMEOUT_SECONDS="2.5",
        ALLOWED_ORIGINS=" https://a , ,https://b,",
    )
    assert (found.smtp_host, found.smtp_port, found.smtp_timeout_seconds) == ("mail", 587, 2.5)
    assert found.allowed_origins == ("https://a", "https://b")


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("TRUE", True), ("1", True), ("False", False), ("0", False)]
)
def test_truth_values(text, value):
    app = create_app({**LEAST, "DEBUG": text})
    assert app.extensions["configuration"].debug is value
    assert app.debug is value


@pytest.mark.parametrize(
    ("name", "text"),
    [("DEBUG", text) for text in ("yes", "on", "2", "no", "t")]
    + [("SMTP_PORT", text) for text in ("0", "65536", "-1", "25.0", "smtp", "1e3")]
    + [("SMTP_TIMEOUT_SECONDS", text) for text in ("0", "-1", "soon", "nan", "inf")]
    + [("DATABASE_URL", text) for text in ("mysql://x", "postgresql://", "sqlite:", "nonsense")]
    + [("SECRET_KEY", "x" * 31)],
)
def test_bad_values_are_problems(name, text):
    named({**LEAST, name: text}, name)


@pytest.mark.parametrize("text", ["sqlite:///x.db", "postgresql://h/db"])
def test_both_databases_are_taken(text):
    assert settings(DATABASE_URL=text).database_url == text


def test_all_problems_are_told_at_once():
    named({"SMTP_PORT": "x", "DEBUG": "x"}, "DATABASE_URL", "SECRET_KEY", "SMTP_PORT", "DEBUG")


def test_empty_counts_as_not_set():
    named({**LEAST, "SECRET_KEY": ""}, "SECRET_KEY")
    found = settings(
        SMTP_PORT="", DEBUG="", SMTP_HOST="", SMTP_TIMEOUT_SECONDS="", SECRET_KEY_FILE=""
    )
    assert (found.smtp_port, found.debug, found.smtp_host) == (25, False, "localhost")


def test_secrets_from_files(tmp_path):
    (tmp_path / "key").write_text(f"{SECRET}\n\n")
    (tmp_path / "url").write_text(URL + "\n")
    app = create_app(
        {"SECRET_KEY_FILE": str(tmp_path / "key"), "DATABASE_URL_FILE": str(tmp_path / "url")}
    )
    found = app.extensions["configuration"]
    assert (found.secret_key, found.database_url, app.secret_key) == (SECRET, URL, SECRET)


def test_faults_of_files(tmp_path):
    (tmp_path / "short").write_text("short\n")
    url = {"DATABASE_URL": URL}
    named({**url, "SECRET_KEY_FILE": str(tmp_path / "none")}, "SECRET_KEY")
    named({**url, "SECRET_KEY_FILE": str(tmp_path)}, "SECRET_KEY")
    named({**url, "SECRET_KEY_FILE": str(tmp_path / "short")}, "SECRET_KEY")
    (tmp_path / "key").write_text(SECRET)
    named({**LEAST, "SECRET_KEY_FILE": str(tmp_path / "key")}, "SECRET_KEY")


def test_problems_and_repr_show_no_secrets():
    wrong = {"SECRET_KEY": "too-short-secret", "DATABASE_URL": "mysql://mailer:pa55word@db"}
    for text in (str(problems(wrong)), repr(settings()), str(settings())):
        for secret in ("too-short-secret", "pa55word", SECRET, URL):
            assert secret not in text


def test_settings_cannot_be_changed():
    found = settings()
    with pytest.raises((AttributeError, TypeError)):
        found.debug = True


def test_environment_of_the_process_is_not_looked_at(monkeypatch):
    monkeypatch.setenv("SMTP_HOST", "from-the-process")
    monkeypatch.setenv("SECRET_KEY", SECRET)
    assert settings().smtp_host == "localhost"
    named({"DATABASE_URL": URL}, "SECRET_KEY")


def test_status_shows_the_settings():
    app = create_app({**LEAST, "SMTP_HOST": "mail", "DEBUG": "1", "ALLOWED_ORIGINS": "https://a"})
    assert app.test_client().get("/status").get_json() == {
        "smtp": "mail:25", "debug": True, "origins": ["https://a"]
    }  # fmt: skip


def test_the_server_starts_with_the_environment_of_the_process():
    """In a process of its own; the secrets of the source are gone."""
    code = "import sys; sys.path.append(sys.argv[1]); import wsgi; print(wsgi.app.secret_key)"
    command = [sys.executable, "-I", "-c", code, os.environ["EVAL_WORKSPACE"]]
    done = subprocess.run(
        command, env={**os.environ, **LEAST}, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == SECRET, done.stderr
    done = subprocess.run(
        command, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr
