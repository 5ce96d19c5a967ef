"""Paths and the editor's spellings of them.

Owns the conversion between ``file:`` URIs and paths, and the key under which a path is looked up. Resolves no
symlink and asks no file system.
"""

from __future__ import annotations

import ntpath
import os
import posixpath
import re
from urllib.parse import quote, unquote, urlsplit

OUR_SCHEME = "backend-specialist"
"""The scheme of the documents that this server makes."""

WINDOWS = os.name == "nt"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_DRIVE = re.compile(r"/[A-Za-z]:")


def scheme_of(uri: str) -> str:
    """Give the scheme in lower case, empty when there is none (a drive letter is none)."""
    found = _SCHEME.match(uri)
    return found.group(1).lower() if found else ""


def path_of(uri: str, *, windows: bool = WINDOWS) -> str | None:
    """Give the absolute path that a ``file:`` URI names, ``None`` for every other URI."""
    if scheme_of(uri) != "file":
        return None
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    path = unquote(parts.path, errors="surrogateescape")
    host = "" if parts.netloc.lower() == "localhost" else unquote(parts.netloc)
    if not path.startswith("/") or "\0" in path or not _can_be_named(path):
        return None
    return _windows_path(host, path) if windows else _posix_path(host, path)


def _can_be_named(path: str) -> bool:
    """Whether a file system can be asked for it: not with half of a surrogate pair in it."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


def _posix_path(host: str, path: str) -> str | None:
    if host or path == "/":
        return None if host else "/"
    # normpath keeps two leading slashes, which POSIX leaves open and no editor means.
    return "/" + posixpath.normpath(path).lstrip("/")


def _windows_path(host: str, path: str) -> str | None:
    if host:
        return ntpath.normpath(f"//{host}{path}")
    return ntpath.normpath(path[1].lower() + path[2:]) if _DRIVE.match(path) else None


def uri_from(path: str, *, windows: bool = WINDOWS) -> str:
    """Spell an absolute path as a ``file:`` URI."""
    if not windows:
        return "file://" + quote_path(path)
    slashed = path.replace("\\", "/")
    if slashed.startswith("//"):
        return "file:" + quote_path(slashed)
    return "file:///" + quote_path(slashed)


def quote_path(path: str) -> str:
    """Percent-encode a path, separators kept."""
    return quote(path, safe="/", errors="surrogateescape")


def key_of(path: str, *, windows: bool = WINDOWS) -> str:
    """Give the one form under which all spellings of a path are found."""
    if _SCHEME.match(path):
        return path
    if windows:
        return ntpath.normcase(ntpath.normpath(path))
    return "/" + posixpath.normpath(path).lstrip("/") if path.startswith("/") else path


def below(path: str, directory: str, *, windows: bool = WINDOWS) -> str | None:
    """Give ``path`` relative to ``directory`` with ``/`` between parts, ``None`` when it lies elsewhere."""
    separator = "\\" if windows else "/"
    base = key_of(directory, windows=windows).rstrip(separator)
    key = key_of(path, windows=windows)
    if key == base:
        return ""
    if not key.startswith(base + separator):
        return None
    # The path's own letters, since the key has lost their case on Windows.
    plain = ntpath.normpath(path) if windows else key
    return plain[len(base) + 1 :].replace(separator, "/")
