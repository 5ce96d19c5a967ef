"""The tool ``glob``: files by name, proposed ones included.

Owns how paths are merged and shown. ripgrep lists them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from backend_specialist.domain.ports import SearchFailed, ToolSpec
from backend_specialist.tools.path_text import quoted
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput
from backend_specialist.tools.scope import (
    Scope,
    all_of,
    matching,
    naming,
    open_to,
    overlay_of,
    scope_of,
)

_MOST = 100
_LEFT_OUT = (
    "Left out are files that .gitignore names, files that may hold secrets, and hidden files that the glob "
    "does not name."
)


class Glob:
    """Gives the paths of files that match a glob."""

    permission = "glob"
    spec = ToolSpec(
        name="glob",
        description=(
            "Find files by name with a glob, as in `**/*.py`, `src/**/test_*.{ts,tsx}` or `Dockerfile*`.\n"
            "- A glob without `/` matches names in every directory.\n"
            "- Your own proposed files are found as well, before they exist on disk.\n"
            "- At most 100 paths are given, sorted; the result says when there are more.\n"
            "- Left out are files that .gitignore names, and hidden files unless the glob names them (`.github/**`).\n"
            "- path narrows the search to a directory."
        ),
        schema={
            "type": "object",
            "properties": {
                "pattern": {"type": "string", "description": "The glob."},
                "path": {
                    "type": "string",
                    "description": "The directory to search; the whole workspace if not given.",
                },
            },
            "required": ["pattern"],
        },
    )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """List; raise :class:`ToolFailed` for a glob or place that cannot be searched."""
        pattern = arguments["pattern"]
        scope = await scope_of(context, arguments.get("path") or None)
        await context.permit("glob", [pattern])
        if scope.file is not None:
            raise ToolFailed(f"{scope.file.shown} is a file. Give its directory as path, or none.")
        try:
            found, new = await _find(context, scope, _relative(context, pattern))
        except SearchFailed as error:
            raise ToolFailed(f"The search could not be done. {error}") from None
        text, count = _shown(context, found, new)
        return ToolOutput(text, f"{quoted(pattern)}: {count}")


def _relative(context: ToolContext, pattern: str) -> str:
    """Read ``./`` and an absolute path at the head of a glob as what they mean."""
    if ".." in pattern.split("/"):
        raise ToolFailed("A glob cannot climb with `..`. Give the directory to search as path.")
    for root in context.workspace.roots:
        if pattern.startswith(root.path + os.sep):
            return pattern[len(root.path) :]
    return pattern[1:] if pattern.startswith("./") else pattern


async def _find(context: ToolContext, scope: Scope, pattern: str) -> tuple[list[str], list[str]]:
    """The paths on disk, and those that are only open or proposed."""
    found = await all_of(
        [
            context.search.files(pair[0], pattern, limit=_MOST + 1, keep=open_to(context, pair))
            for pair in scope.on_disk
        ]
    )
    overlay = await overlay_of(context, scope)
    paths = await matching(context, scope, pattern, overlay.texts)
    kinds = [(path, await context.workspace.disk.kind(path)) for path in paths]
    return found, [path for path, kind in kinds if kind == "missing"]


def _shown(context: ToolContext, found: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
    """The text for the model, and the count for people."""
    name = naming(context)
    lines = [name(path) for path in found] + [f"{name(path)} (not on disk yet)" for path in new]
    if not lines:
        return f"No files found.\n({_LEFT_OUT})", "no files"
    if len(lines) <= _MOST:
        count = "1 file" if len(lines) == 1 else f"{len(lines)} files"
        return "\n".join(sorted(lines)), count
    more = f"({_MOST} files are shown; there are more. Use a more specific glob, or path.)"
    return "\n".join((*sorted(lines)[:_MOST], "", more)), f"more than {_MOST} files"
