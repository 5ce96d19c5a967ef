"""The tool ``grep``: lines that match a regular expression, as the session sees the files.

Owns how matches are merged, counted and shown. ripgrep finds them, in files and in texts that are not saved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.ports import Match, SearchFailed, ToolSpec
from backend_specialist.tools.pages import MOST_BYTES, cut
from backend_specialist.tools.path_text import quoted
from backend_specialist.tools.registry import ToolContext, ToolFailed, ToolOutput
from backend_specialist.tools.scope import (
    Overlay,
    Scope,
    all_of,
    matching,
    naming,
    open_to,
    overlay_of,
    scope_of,
)

_MOST = 100
_NOT_SEARCHED = (
    "Not searched are files that .gitignore names, binary files, files over 10 MB and files that may hold "
    "secrets."
)


class Grep:
    """Gives matching lines, grouped by file."""

    permission = "grep"
    spec = ToolSpec(
        name="grep",
        description=(
            "Search the contents of files with a regular expression (ripgrep's dialect: no look-around, no "
            "back-references; a pattern matches within one line).\n"
            "- You search what the user sees: unsaved text of the editor and your own proposed edits included.\n"
            "- path narrows the search to a directory or a file, include to file names, as in `*.py` or "
            "`src/**/*.{ts,tsx}`.\n"
            "- At most 100 matches are given, grouped by file as `Line n: text`; the result says when there are more.\n"
            "- Hidden files are searched; files that .gitignore names, binary files and files that may hold secrets "
            "are not.\n"
            "- Case counts; begin the pattern with `(?i)` to ignore it."
        ),
        schema={
            "type": "object",
            "properties": {
                "pattern": {"type": "string", "description": "The regular expression."},
                "path": {
                    "type": "string",
                    "description": "The directory or file to search; the whole workspace if not given.",
                },
                "include": {"type": "string", "description": "A glob that file names must match."},
            },
            "required": ["pattern"],
        },
    )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Search; raise :class:`ToolFailed` for a pattern or place that cannot be searched."""
        pattern, include = arguments["pattern"], arguments.get("include") or None
        scope = await scope_of(context, arguments.get("path") or None)
        await context.permit("grep", [pattern])
        try:
            found = await _search(context, scope, pattern, include)
        except SearchFailed as error:
            raise ToolFailed(f"The search could not be done. {error}") from None
        text, count = _shown(context, found)
        return ToolOutput(text, f"{quoted(pattern)}: {count}")


async def _search(
    context: ToolContext, scope: Scope, pattern: str, include: str | None
) -> list[Match]:
    if scope.file is not None:
        try:
            snapshot = await context.read(scope.file)
        except Unreadable as error:
            raise ToolFailed(f"{scope.file.shown} cannot be searched. {error}") from None
        texts = {scope.file.path: snapshot.text}
        return list(await context.search.grep_texts(pattern, texts, limit=_MOST + 1))
    overlay = await overlay_of(context, scope)
    return await all_of(_searches(context, scope, overlay, pattern, include))


def _searches(
    context: ToolContext, scope: Scope, overlay: Overlay, pattern: str, include: str | None
) -> list[Awaitable[Sequence[Match]]]:
    searches: list[Awaitable[Sequence[Match]]] = [
        context.search.grep(
            pattern,
            pair[0],
            include=include,
            skip=overlay.hides,
            limit=_MOST + 1,
            keep=open_to(context, pair),
        )
        for pair in scope.on_disk
    ]
    if overlay.texts:
        searches.append(_grep_overlay(context, scope, overlay, pattern, include))
    return searches


async def _grep_overlay(
    context: ToolContext, scope: Scope, overlay: Overlay, pattern: str, include: str | None
) -> Sequence[Match]:
    texts = overlay.texts
    if include:
        named = await matching(context, scope, include, texts)
        texts = {path: texts[path] for path in named}
    return await context.search.grep_texts(pattern, texts, limit=_MOST + 1) if texts else ()


def _shown(context: ToolContext, found: Sequence[Match]) -> tuple[str, str]:
    """The text for the model, and the count for people."""
    if not found:
        return f"No matches found.\n({_NOT_SEARCHED})", "no matches"
    name = naming(context)
    matches = sorted(found, key=lambda match: (name(match.path), match.line))
    lines, shown = _grouped(context, name, matches[:_MOST])
    if shown == len(found):
        count = _counted(shown)
        return "\n".join((f"Found {count}", *lines)), count
    more = (
        f"({shown} matches are shown; there are more. Narrow the search with a more specific pattern, "
        "with path or with include.)"
    )
    head = f"Found more than {shown} matches"
    return "\n".join((head, *lines, "", more)), f"more than {shown} matches"


def _grouped(
    context: ToolContext, name: Callable[[str], str], matches: Sequence[Match]
) -> tuple[list[str], int]:
    lines: list[str] = []
    shown = size = 0
    proposed = context.proposed()
    for path, group in groupby(matches, key=lambda match: match.path):
        note = " (with your proposed edits)" if path in proposed else ""
        head = ["", f"{name(path)}{note}:"] if lines else [f"{name(path)}{note}:"]
        for match in group:
            added = [*head, f"  Line {match.line}: {cut(match.text)}"]
            size += sum(len(line.encode("utf-8", "replace")) + 1 for line in added)
            if size > MOST_BYTES:
                return lines, shown
            lines += added
            head = []
            shown += 1
    return lines, shown


def _counted(number: int) -> str:
    return "1 match" if number == 1 else f"{number} matches"
