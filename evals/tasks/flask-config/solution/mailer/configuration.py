"""Settings, read from the environment once, when the service starts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class ConfigurationError(Exception):
    """The service cannot start like this; ``problems`` says why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Secrets are kept out of ``repr``, which ends up in logs."""

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    smtp_host: str
    smtp_port: int
    smtp_timeout_seconds: float
    debug: bool
    allowed_origins: tuple[str, ...]


def read(environment: Mapping[str, str]) -> Configuration:
    """Give the settings; raise :class:`ConfigurationError`."""
    reader = _Reader(environment)
    configuration = Configuration(
        database_url=reader.secret("DATABASE_URL", _database_url),
        secret_key=reader.secret("SECRET_KEY", _secret_key),
        smtp_host=reader.value("SMTP_HOST", str, "localhost"),
        smtp_port=reader.value("SMTP_PORT", _port, 25),
        smtp_timeout_seconds=reader.value("SMTP_TIMEOUT_SECONDS", _seconds, 10.0),
        debug=reader.value("DEBUG", _truth, False),
        allowed_origins=reader.value("ALLOWED_ORIGINS", _list, ()),
    )
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return configuration


class _Reader:
    """Reads variable by variable and keeps what is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def value(self, name: str, convert: Callable[[str], T], default: T) -> T:
        text = self._environment.get(name, "")
        return self._converted(name, text, convert, default) if text else default

    def secret(self, name: str, convert: Callable[[str], str]) -> str:
        text, path = (self._environment.get(key, "") for key in (name, f"{name}_FILE"))
        if text and path:
            self.problems.append(f"{name} and {name}_FILE are both set; keep one")
            return ""
        if path:
            try:
                with open(path, encoding="utf-8") as file:
                    text = file.read().rstrip()
            except (OSError, ValueError):
                self.problems.append(f"{name}_FILE names a file that cannot be read")
                return ""
        if not text:
            self.problems.append(f"{name} is needed")
            return ""
        return self._converted(name, text, convert, "")

    def _converted(self, name: str, text: str, convert: Callable[[str], T], default: T) -> T:
        try:
            return convert(text)
        except ValueError as error:
            self.problems.append(f"{name} {error}")
            return default


def _database_url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if scheme not in ("postgresql", "sqlite") or not separator or not rest:
        raise ValueError("must begin with postgresql:// or sqlite:// and go on")
    return text


def _secret_key(text: str) -> str:
    if len(text) < 32:
        raise ValueError("must have 32 characters or more")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise ValueError("must be a whole number from 1 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not (seconds > 0 and math.isfinite(seconds)):
        raise ValueError("must be a number above 0")
    return seconds


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTH:
        raise ValueError("must be true, false, 1 or 0")
    return _TRUTH[text.lower()]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
