"""The log: where it goes, and that no key gets into it.

Owns the configuration of ``logging``, and the removal of keys from everything that is logged, tracebacks included.
Writes to standard error, since standard output belongs to the protocol.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
from collections.abc import Mapping

from backend_specialist.adapters.state_files import create_private

VARIABLE = "BACKEND_SPECIALIST_LOG"
_KEY_VARIABLES = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_REMOVED = "[key removed]"
# A known value shorter than this would black out ordinary words.
_SHORTEST_KEY = 8
_HEADER = r"(?:x-api-key|proxy-authorization|authorization|set-cookie|cookie)['\"]?\s*+[:=,]\s*+(?:b?['\"])?+"
_PATTERNS = (
    re.compile(r"\bsk-[A-Za-z0-9_-]{8,}"),
    re.compile(r"(?i)(?<=\bbearer )(?!\[key)[^\s'\"\\,;]+"),
    # One more word, since a scheme such as Basic comes first.
    re.compile(
        rf"(?i)(?<!\w){_HEADER}(?!bearer |\[key)(?P<value>[^\s'\"\\,;)]+(?: [A-Za-z0-9+/=._-]{{8,}})?)"
    ),
    re.compile(r"(?<=://)[^\s/@'\":]*+:[^\s/@'\"]++(?=@)"),
)


def redacted(text: str, keys: tuple[str, ...] = ()) -> str:
    """Give the text without these keys, and without anything that looks like one."""
    for key in keys:
        text = text.replace(key, _REMOVED)
    for pattern in _PATTERNS:
        text = pattern.sub(_without_value, text)
    return text


def _without_value(match: re.Match[str]) -> str:
    if "value" not in match.re.groupindex:
        return _REMOVED
    begin = match.start("value") - match.start()
    return match[0][:begin] + _REMOVED


class Redaction(logging.Formatter):
    """Formats a record, then removes keys: so they are found in arguments and tracebacks as well."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(_FORM)
        self._keys = keys

    def format(self, record: logging.LogRecord) -> str:
        """Give the whole text of the record, also of one whose arguments do not fit."""
        try:
            text = super().format(record)
        except (TypeError, ValueError, KeyError):
            text = f"{record.levelname} {record.name}: {record.msg} {record.args}"
        return redacted(text, self._keys)


def configure(environment: Mapping[str, str]) -> None:
    """Send the log to the file that the environment names, at INFO; else to standard error, at WARNING."""
    path = environment.get(VARIABLE, "")
    handler, problem = _handler(path)
    handler.setFormatter(Redaction(_keys(environment)))
    root = logging.getLogger()
    for previous in root.handlers[:]:
        root.removeHandler(previous)
        with contextlib.suppress(OSError):
            previous.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("backend_specialist").setLevel(logging.INFO if path else logging.WARNING)
    # At INFO it writes every message with the source code in it.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    # A log that cannot be written must not print past the redaction instead.
    logging.raiseExceptions = False
    if problem:
        logging.getLogger(__name__).warning("%s", problem)


def _handler(path: str) -> tuple[logging.Handler, str]:
    if not path:
        return logging.StreamHandler(sys.stderr), ""
    try:
        return _file_handler(os.path.expanduser(path)), ""
    except OSError as error:
        return logging.StreamHandler(sys.stderr), (
            f"The log file {path} named by {VARIABLE} cannot be written ({error.strerror or error}), so the log "
            "goes to standard error. Name a file by its absolute path, in a directory that you can write to."
        )


def _file_handler(path: str) -> logging.Handler:
    if not os.path.isabs(path):
        raise OSError("a relative path may lead into a workspace")
    create_private(path)
    return logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")


def _keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    values = (environment.get(variable, "").strip() for variable in _KEY_VARIABLES)
    return tuple(value for value in values if len(value) >= _SHORTEST_KEY)
