"""A change as a unified diff, for people.

Owns its form (git's) and the warnings about what a reader would not see. Decides nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from backend_specialist.domain.changeset import FileChange, Hunk, hunks
from backend_specialist.domain.display import HIDDEN, visible
from backend_specialist.domain.lines import split_lines, without_ending
from backend_specialist.domain.text_format import newline_styles

_MOST_NAMES = 10
_STYLE_NAMES = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}


def unified_diff(change: FileChange, context: int = 3) -> str:
    """Give the change as git shows it, preceded by a warning line for each thing that hides.

    Hidden characters are shown as ``<U+202E>``; without any the diff can be applied as a patch. Empty
    if nothing changes.
    """
    every = hunks(change)
    if not every:
        return ""
    base = split_lines(change.base_text)
    body: list[str] = []
    shift = 0
    for group in _groups(every, context):
        body += _group_lines(base, group, context, shift)
        shift += sum(_size(hunk.new) - _size(hunk.old) for hunk in group)
    return "".join([*_warnings(change, every), *_header(change), *(_shown(line) for line in body)])


def flags(text: str) -> tuple[str, ...]:
    """Name the hidden characters of a text, each once, in order of appearance."""
    found = dict.fromkeys(HIDDEN.findall(text.replace("\r\n", "\n")))
    return tuple(f"{_name(character)} (U+{ord(character):04X})" for character in found)


def _name(character: str) -> str:
    if unicodedata.category(character) == "Cs":
        return "LONE SURROGATE"
    return unicodedata.name(character, "CONTROL CHARACTER")


def _size(text: str) -> int:
    return len(split_lines(text))


def _warnings(change: FileChange, every: Sequence[Hunk]) -> Iterator[str]:
    names = flags("".join([change.label, *(hunk.old + hunk.new for hunk in every)]))
    if names:
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        listed = ", ".join(names[:_MOST_NAMES])
        yield f"# Warning: hidden characters, shown as <U+...>: {listed}{more}\n"
    for was, becomes in dict.fromkeys(_new_line_ends(change, every)):
        yield f"# Warning: line ends change from {was} to {becomes}\n"


def _new_line_ends(change: FileChange, every: Sequence[Hunk]) -> Iterator[tuple[str, str]]:
    for hunk in every:
        before = hunk.old if _ends_lines(hunk.old) else change.base_text
        if _ends_lines(before) and _ends_lines(hunk.new):
            was = newline_styles(before)
            for style in newline_styles(hunk.new):
                if style not in was:
                    yield _STYLE_NAMES[was[0]], _STYLE_NAMES[style]


def _ends_lines(text: str) -> bool:
    return "\n" in text or "\r" in text


def _header(change: FileChange) -> list[str]:
    name = visible(change.label).replace("\n", "<U+000A>").replace("\t", "<U+0009>")
    created, deleted = change.base is None, change.delete
    lines = [f"diff --git a/{name} b/{name}\n"]
    if created:
        lines.append("new file mode 100644\n")
    if deleted:
        lines.append("deleted file mode 100644\n")
    if change.base_text or (change.text and not deleted):
        lines.append("--- /dev/null\n" if created else f"--- a/{name}\n")
        lines.append("+++ /dev/null\n" if deleted else f"+++ b/{name}\n")
    return lines


def _groups(every: Sequence[Hunk], context: int) -> list[list[Hunk]]:
    """Hunks whose contexts touch are shown together."""
    groups: list[list[Hunk]] = []
    for hunk in every:
        if groups and hunk.start - groups[-1][-1].end <= 2 * context:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
    return groups


def _group_lines(base: list[str], group: list[Hunk], context: int, shift: int) -> list[str]:
    first, last = max(0, group[0].start - context), min(len(base), group[-1].end + context)
    lines: list[str] = []
    at = first
    for hunk in group:
        lines += [f" {line}" for line in base[at : hunk.start]]
        lines += [f"-{line}" for line in split_lines(hunk.old)]
        lines += [f"+{line}" for line in split_lines(hunk.new)]
        at = hunk.end
    lines += [f" {line}" for line in base[at:last]]
    old, new = (sum(line[0] != other for line in lines) for other in "+-")
    head = f"@@ -{_range(first, old)} +{_range(first + shift, new)} @@\n"
    return [head, *lines] if lines else []


def _range(start: int, count: int) -> str:
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def _shown(line: str) -> str:
    body = without_ending(line)
    if line == body:
        return visible(line) + "\n\\ No newline at end of file\n"
    if line.endswith("\n"):
        return visible(body) + line[len(body) :]
    return visible(line) + "\n"
