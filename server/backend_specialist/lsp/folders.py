"""The workspace folders, as the editor named them.

Owns their order and the spelling of URIs below them. Reads no directory.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

from backend_specialist.domain.ports import Root
from backend_specialist.lsp.uris import below, key_of, path_of, quote_path, uri_from

Folder = tuple[str, str]


def folders_of(params: Mapping[str, Any]) -> tuple[Root, ...]:
    """Read the folders of ``initialize``: ``workspaceFolders``, else ``rootUri``, else ``rootPath``."""
    listed = params.get("workspaceFolders")
    named = [
        (folder["uri"], str(folder.get("name") or ""))
        for folder in (listed if isinstance(listed, list) else [])
        if isinstance(folder, Mapping) and isinstance(folder.get("uri"), str)
    ]
    return folders_after((), added=named or _single(params), removed=())


def _single(params: Mapping[str, Any]) -> list[Folder]:
    uri, path = params.get("rootUri"), params.get("rootPath")
    if isinstance(uri, str) and uri:
        return [(uri, "")]
    return [(uri_from(path), "")] if isinstance(path, str) and path else []


def folders_after(
    roots: Sequence[Root], *, added: Sequence[Folder], removed: Sequence[str]
) -> tuple[Root, ...]:
    """Give the folders after a change; folders that are not on the disk do not count."""
    gone = {key_of(path) for uri in removed if (path := path_of(uri))}
    kept = {key_of(root.path): root for root in roots if key_of(root.path) not in gone}
    for uri, name in added:
        if path := path_of(uri):
            kept.setdefault(key_of(path), Root(uri=uri, path=path, name=name or _name(path)))
    return tuple(kept.values())


def _name(path: str) -> str:
    return posixpath.basename(path.replace("\\", "/").rstrip("/")) or path


def spell(roots: Sequence[Root], path: str) -> str:
    """Give a path's URI in the spelling of the innermost folder that holds it."""
    inside = [(root, rest) for root in roots if (rest := below(path, root.path)) is not None]
    if not inside:
        return uri_from(path)
    root, rest = max(inside, key=lambda pair: len(pair[0].path))
    return root.uri if not rest else f"{root.uri.rstrip('/')}/{quote_path(rest)}"
