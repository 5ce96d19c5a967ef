"""No key gets into the log."""

from __future__ import annotations

import contextlib
import logging
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_specialist.adapters.logs import configure, redacted

KEY = "sk-ant-api03-AbCdEfGhIjKlMnOp_-1234"
TOKEN = "plain words as a token"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root, ours, pygls = (logging.getLogger(name) for name in (None, "backend_specialist", "pygls"))
    before = root.handlers[:], root.level, ours.level, pygls.level, logging.raiseExceptions
    yield
    for handler in root.handlers:
        if handler not in before[0]:
            with contextlib.suppress(OSError):
                handler.close()
    root.handlers[:] = before[0]
    for logger, level in zip((root, ours, pygls), before[1:4], strict=True):
        logger.setLevel(level)
    logging.raiseExceptions = before[4]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "server.log"
    configure(
        {
            "BACKEND_SPECIALIST_LOG": str(path),
            "ANTHROPIC_API_KEY": f" {KEY}\n",
            "ANTHROPIC_AUTH_TOKEN": TOKEN,
        }
    )
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"key {KEY}.", "key [key removed]."),
        ("key sk-ant-oat01-xyzXYZ123, next", "key [key removed], next"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [key removed]"),
        ("authorization: Basic dXNlcjpwYXNzd29yZA==", "authorization: [key removed]"),
        ("{'x-api-key': 'abc123'}", "{'x-api-key': '[key removed]'}"),
        ("(b'X-Api-Key', b'abc123')", "(b'X-Api-Key', b'[key removed]')"),
        ('"x-api-key":"abc123","a":1', '"x-api-key":"[key removed]","a":1'),
        ("x-api-key: abc123\naccept: */*", "x-api-key: [key removed]\naccept: */*"),
        (
            "proxy http://me:secret@proxy:8080 failed",
            "proxy http://[key removed]@proxy:8080 failed",
        ),
        ("Nothing to hide: task-ant-hill", "Nothing to hide: task-ant-hill"),
        ("the bearer of news", "the bearer [key removed] news"),
    ],
)
def test_redacted_removes_the_value_and_nothing_else(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_redacted_text_stays_as_it_is() -> None:
    once = redacted(f"x-api-key: {KEY} Authorization: Bearer {KEY} {KEY}")
    assert redacted(once) == once


def test_message_arguments_and_traceback_hold_no_key(log: Path) -> None:
    logger = logging.getLogger("anything")
    try:
        int(f"the request had {KEY} and {TOKEN}")
    except ValueError:
        logger.exception("with %s and %r", TOKEN, {"x-api-key": "another1"}, stack_info=True)
    logger.error(f"in the message {TOKEN}")
    logger.error("arguments that do not fit %d", KEY)
    text = log.read_text()
    assert text.count("[key removed]") >= 6
    assert "arguments that do not fit" in text
    for secret in (KEY, TOKEN, "another1"):
        assert secret not in text


def test_file_takes_our_information_and_only_warnings_of_others(log: Path) -> None:
    for name in ("backend_specialist.sessions", "pygls.protocol", "httpx"):
        logging.getLogger(name).info("information of %s", name)
        logging.getLogger(name).warning("warning of %s", name)
    text = log.read_text()
    assert "information of backend_specialist.sessions" in text
    assert text.count("information") == 1
    assert text.count("warning") == 3


def test_new_file_is_private_and_an_old_one_is_continued(log: Path) -> None:
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    logging.getLogger("x").warning("first")
    configure({"BACKEND_SPECIALIST_LOG": str(log)})
    logging.getLogger("x").warning("second \ud800")
    assert "first" in log.read_text()
    assert "second \\ud800" in log.read_text()


def test_without_a_file_only_warnings_go_to_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure({})
    logging.getLogger("backend_specialist").info("information")
    logging.getLogger("backend_specialist").warning("a warning")
    out, err = capfd.readouterr()
    assert out == ""
    assert "a warning" in err
    assert "information" not in err


@pytest.mark.parametrize("path", ["/nowhere/at/all.log", "relative.log"])
def test_unusable_file_is_said_and_standard_error_used(
    path: str, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    configure({"BACKEND_SPECIALIST_LOG": path})
    assert f"The log file {path} named by BACKEND_SPECIALIST_LOG cannot" in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


def test_full_disk_does_not_disturb_the_server(
    log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    configure({"BACKEND_SPECIALIST_LOG": "/dev/full"})
    logging.getLogger("x").error("lost")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("url", ["http://a:b:c@h", "http://:b@h"])
def test_password_with_a_colon_is_removed(url: str) -> None:
    assert redacted(url) == "http://[key removed]@h"


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    text = "://" + ":" * 200_000
    began = time.process_time()
    assert redacted(text) == text
    assert time.process_time() - began < 2
