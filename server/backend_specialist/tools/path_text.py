"""A path as the model wrote it, before any file system is asked.

Owns the forms that are understood and the words for those that are not.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from backend_specialist.tools.registry import ToolFailed

_LONGEST = 4096
_LONGEST_NAME = 255
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A normalised path. A relative one does not climb above where it begins."""

    quoted: str
    path: str
    absolute: bool = False
    untitled: bool = False


def parse(given: object) -> Given:
    """Read a path or URI; raise :class:`ToolFailed` for what is neither."""
    if not isinstance(given, str) or not given.strip():
        raise ToolFailed('A path must be a text that is not empty, for example "src/app.py".')
    name = quoted(given)
    if given.startswith("untitled:"):
        return Given(quoted=name, path=given, untitled=True)
    path = _from_uri(given, name)
    _refuse_bytes(path, name)
    _refuse_style(path, name)
    if os.path.isabs(path):
        # normpath keeps two leading slashes, which POSIX leaves open and nobody means.
        normal = os.path.normpath(path)
        normal = normal[1:] if normal.startswith("//") else normal
        return Given(quoted=name, path=normal, absolute=True)
    return Given(quoted=name, path=_inside(path, name))


def quoted(text: str) -> str:
    """Quote a text for a message: one line, control characters escaped, at most 200 characters."""
    cut = text if len(text) <= 200 else text[:199] + "…"
    plain = cut.encode("utf-8", "replace").decode()
    return json.dumps(plain, ensure_ascii=False)


def _from_uri(given: str, name: str) -> str:
    found = _URI.match(given)
    if not found:
        return given
    if found.group(1).lower() != "file":
        raise ToolFailed(
            f"{name} is not a file. Give a path in the workspace; web pages are read with webfetch."
        )
    try:
        parts = urlsplit(given)
    except ValueError:
        raise ToolFailed(f"{name} is not a valid URI. Give the plain path instead.") from None
    if parts.netloc not in ("", "localhost"):
        raise ToolFailed(f"{name} is on another computer. Only files of this one can be used.")
    path = unquote(parts.path, errors="surrogateescape")
    return path[1:] if os.name == "nt" and _WINDOWS.match(path[1:]) else path


def _refuse_bytes(path: str, name: str) -> None:
    try:
        parts = os.fsencode(path).replace(b"\\", b"/").split(b"/")
    except UnicodeEncodeError:
        raise ToolFailed(f"{name} holds characters that no file name can have.") from None
    if "\0" in path:
        raise ToolFailed(f"{name} holds a NUL character, which no file name can have.")
    if len(path) > _LONGEST or max(map(len, parts)) > _LONGEST_NAME:
        raise ToolFailed(
            f"The path {name} is too long: {_LONGEST} characters are possible, {_LONGEST_NAME} bytes for each name."
        )


def _refuse_style(path: str, name: str) -> None:
    if path == "~" or path.startswith("~/"):
        raise ToolFailed(f"`~` is not expanded in {name}. Give a path inside the workspace.")
    if os.name == "nt":
        return
    if _WINDOWS.match(path):
        raise ToolFailed(
            f"{name} is a Windows path, but the workspace is not on Windows. Give a path relative to the workspace."
        )
    if "\\" in path:
        raise ToolFailed(f"{name} has `\\` in it. Separate the parts of a path with `/`.")


def _inside(path: str, name: str) -> str:
    normal = os.path.normpath(path).replace(os.sep, "/")
    if normal == ".." or normal.startswith("../"):
        raise ToolFailed(
            f"{name} leaves the workspace with `..`. Relative paths stay inside it; to read a file elsewhere, "
            "give its absolute path, and the user may be asked."
        )
    return normal
