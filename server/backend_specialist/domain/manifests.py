"""The files in which projects name what they depend on, and how the names are read out of each.

Owns the table of manifests and their readers. A reader gives names for any text and never raises: what is broken or
hostile names nothing. Knows no technology and opens no file.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice

Reader = Callable[[str], Iterable[str]]

MOST_TEXT = 256_000
"""The longest text that is read, in characters; a longer one names nothing."""
_MOST_NAMES = 3_000
_LONGEST_NAME = 120
_PART = r"[^\s.=\[\]{},#]"
_DEEP_KEY = re.compile(rf"(?<!{_PART})(?:{_PART}{{1,60}}[ \t]{{0,9}}\.[ \t]{{0,9}}){{30}}")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """``pattern`` is a glob over the file's name, ``language`` what it is written for."""

    pattern: str
    language: str
    read: Reader


def manifest_of(name: str) -> Manifest | None:
    """The row for a file's name."""
    return next((row for row in MANIFESTS if fnmatchcase(name, row.pattern)), None)


def names_in(manifest: Manifest, text: str) -> frozenset[str]:
    """The dependencies that a text names, in lower case, with ``-`` for ``_``."""
    found = manifest.read(text) if len(text) <= MOST_TEXT else ()
    folded = (name[:_LONGEST_NAME].lower().replace("_", "-") for name in found)
    return frozenset(islice(folded, _MOST_NAMES))


def _lines(pattern: str) -> Reader:
    """Names that a pattern finds, in its first group that fits."""
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda text: (next(filter(None, m.groups()), "") for m in compiled.finditer(text))


def _tables(load: Callable[[str], object], *paths: str) -> Reader:
    """Names at dotted paths, where ``*`` is any key: the keys of a table, the requirements of a list."""

    def read(text: str) -> Iterator[str]:
        try:
            loaded = load(text)
        except (ValueError, RecursionError):
            return
        for path in paths:
            for found in _at(loaded, path.split(".")):
                yield from _named(found)

    return read


def _at(value: object, path: list[str]) -> Iterator[object]:
    if not path:
        yield value
    elif isinstance(value, Mapping):
        for item in value.values() if path[0] == "*" else [value.get(path[0])]:
            yield from _at(item, path[1:])


def _named(found: object) -> Iterator[str]:
    if isinstance(found, Mapping):
        yield from map(str, found)
    elif isinstance(found, list):
        for item in found:
            match = _REQUIREMENT.match(item) if isinstance(item, str) else None
            if match:
                yield match[1]


def _toml(text: str) -> object:
    if _DEEP_KEY.search(text):
        raise ValueError("a key of very many parts, on which tomllib takes quadratic time")
    return tomllib.loads(text)


_PEP_508 = _lines(r"^[ \t]*([A-Za-z0-9][A-Za-z0-9._-]*)[ \t]*(?:[\[<>=!~;@#].*)?$")
_PACKAGE_JSON = _tables(
    json.loads, "dependencies", "devDependencies", "peerDependencies", "optionalDependencies"
)
_GRADLE = _lines(r"[\"'][\w.-]+:([\w.-]+)(?::[^\"'\n]{0,80})?[\"']|\bid[ (\t]*[\"']([\w.-]+)[\"']")

MANIFESTS: tuple[Manifest, ...] = (
    Manifest(
        pattern="pyproject.toml",
        language="Python",
        read=_tables(
            _toml,
            "project.dependencies",
            "project.optional-dependencies.*",
            "dependency-groups.*",
            "tool.poetry.dependencies",
            "tool.poetry.dev-dependencies",
            "tool.poetry.group.*.dependencies",
            "tool.pdm.dev-dependencies.*",
            "tool.uv.dev-dependencies",
        ),
    ),
    Manifest(pattern="requirements*.txt", language="Python", read=_PEP_508),
    Manifest(
        pattern="Pipfile",
        language="Python",
        read=_tables(_toml, "packages", "dev-packages"),
    ),
    Manifest(pattern="setup.cfg", language="Python", read=_PEP_508),
    Manifest(
        pattern="setup.py",
        language="Python",
        read=_lines(r"[\"']([A-Za-z0-9][\w.-]*)[ \t]*(?:[\[<>=!~;][^\"'\n]{0,80})?[\"']"),
    ),
    Manifest(pattern="package.json", language="JavaScript", read=_PACKAGE_JSON),
    Manifest(
        pattern="go.mod",
        language="Go",
        # What others need is not what this project is written with.
        read=_lines(
            r"^[ \t]*(?:require[ \t]+)?([\w.-]+\.[\w-]+/[\w./-]+?)(?:/v\d+)?[ \t]+v[\w.+-]+[ \t]*$"
        ),
    ),
    Manifest(
        pattern="pom.xml",
        language="Java",
        read=_lines(r"<artifactId>[ \t]*([\w.-]+)[ \t]*</artifactId>"),
    ),
    Manifest(pattern="build.gradle", language="Java", read=_GRADLE),
    Manifest(pattern="build.gradle.kts", language="Java", read=_GRADLE),
    Manifest(pattern="libs.versions.toml", language="Java", read=_GRADLE),
    Manifest(
        pattern="Gemfile", language="Ruby", read=_lines(r"^[ \t]*gem[ (\t]+[\"']([\w.-]+)[\"']")
    ),
    Manifest(
        pattern="*.gemspec",
        language="Ruby",
        read=_lines(r"\.add_(?:\w+_)?dependency[ (\t]+[\"']([\w.-]+)[\"']"),
    ),
    Manifest(
        pattern="composer.json", language="PHP", read=_tables(json.loads, "require", "require-dev")
    ),
    *(
        Manifest(
            pattern=pattern,
            language="C#",
            read=_lines(
                r"<Package(?:Reference|Version)\s+(?:Include|Update)=\"([\w.-]+)\"|<Project\s+Sdk=\"([\w.-]+)"
            ),
        )
        for pattern in ("*.csproj", "Directory.Packages.props")
    ),
    Manifest(
        pattern="Cargo.toml",
        language="Rust",
        read=_tables(
            _toml,
            "dependencies",
            "dev-dependencies",
            "build-dependencies",
            "workspace.dependencies",
            "target.*.dependencies",
        ),
    ),
)
