"""What the ``edit`` tool does to a text: one string becomes another, in the right place or nowhere.

Owns the strategies by which the place is found. A false hit is worse than a miss: whatever is not
an exact hit needs exactly one candidate, and is named. Reads no file and proposes nothing. On a
large file a miss may take a tenth of a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from backend_specialist.domain.lines import LineIndex, split_lines, without_ending
from backend_specialist.domain.near_miss import nearest
from backend_specialist.domain.reindent import reindent
from backend_specialist.domain.text_format import newline_styles, with_newlines

_MOST_LISTED = 20
_ESCAPE = re.compile(r"\\([ntr'\"`\\$])")
_MEANINGS = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """The whole new text. ``strategy`` is ``exact``, ``line-trimmed`` or ``escape-normalized``."""

    text: str
    strategy: str
    count: int


class EditFailed(Exception):
    """An edit that was not done.

    ``kind`` is ``identical``, ``empty``, ``not-found``, ``several`` or ``too-large``. The message is
    for the model.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def replace(content: str, old: str, new: str, *, replace_all: bool = False) -> Replacement:
    """Replace the one place where ``old`` stands, or with ``replace_all`` every exact one.

    Line ends of ``old`` and ``new`` are taken as those of the content. Raises :class:`EditFailed`.
    """
    if not old:
        raise EditFailed(
            "empty",
            "oldString is empty, so there is no place to edit. Give the text to be replaced, "
            "or use write to create a file or to replace all of it.",
        )
    if with_newlines(old, "\n") == with_newlines(new, "\n"):
        raise EditFailed("identical", "oldString and newString are the same: nothing would change.")
    for strategy in (_exact, _line_trimmed, _escape_normalized):
        done = strategy(content, old, new, replace_all)
        if done is not None:
            if done.text == content:
                raise EditFailed("identical", "The file has the text of newString there already.")
            return done
    raise _not_found(content, old)


def _exact(content: str, old: str, new: str, replace_all: bool) -> Replacement | None:
    return _substituted(content, _variants(content, old, new), "exact", every=replace_all)


def _escape_normalized(content: str, old: str, new: str, _: bool) -> Replacement | None:
    """``old`` has escapes that stand for the real characters, as in a doubly encoded argument."""
    escapes = frozenset(_ESCAPE.findall(old))
    if not escapes:
        return None
    variants = _variants(content, _unescaped(old, escapes), _unescaped(new, escapes))
    return _substituted(content, variants, "escape-normalized", every=False)


def _unescaped(text: str, escapes: frozenset[str]) -> str:
    """Resolve these escapes, unless a single backslash shows that backslashes are not escaped."""
    if "\\" in escapes and "\\" in _ESCAPE.sub("", text):
        return text
    return _ESCAPE.sub(
        lambda match: _MEANINGS.get(match[1], match[1]) if match[1] in escapes else match[0], text
    )


def _line_trimmed(content: str, old: str, new: str, _: bool) -> Replacement | None:
    """The same lines when each is trimmed; the new lines get the indentation that was found."""
    lines, searched = split_lines(content), split_lines(old)
    starts = _trimmed_places(lines, searched)
    if not starts:
        return None
    if len(starts) > 1:
        raise _several([start + 1 for start in starts])
    before, rest = lines[: starts[0]], lines[starts[0] :]
    found, after = rest[: len(searched)], rest[len(searched) :]
    _check_span(old, "".join(found))
    fresh = reindent(searched, found, split_lines(with_newlines(new, _style(content, found))))
    if fresh is None:
        raise EditFailed(
            "not-found",
            "oldString is in the file only with another indentation, from which the indentation of "
            f"newString cannot be told. The lines are:\n{nearest(content, old, places=1)}\n"
            "Repeat the edit with the indentation that the file has.",
        )
    text = "".join(fresh)
    ending = found[-1][len(without_ending(found[-1])) :]
    if not old.endswith(("\n", "\r")):
        text += ending
    elif not ending:  # the last line of a file that does not end it
        text = without_ending(text)
    return Replacement(text="".join([*before, text, *after]), strategy="line-trimmed", count=1)


def _style(content: str, found: list[str]) -> str:
    has_endings = found[0] != without_ending(found[0])
    return newline_styles("".join(found) if has_endings else content)[0]


def _trimmed_places(lines: list[str], searched: list[str]) -> list[int]:
    trimmed = [line.strip() for line in searched]
    if not any(trimmed):
        return []
    joined = "\n" + "".join(f"{line.strip()}\n" for line in lines)
    needle = "\n" + "".join(f"{line}\n" for line in trimmed)
    starts = islice(_occurrences(joined, needle), _MOST_LISTED + 1)
    return [joined.count("\n", 0, start) for start in starts]


def _check_span(old: str, found: str) -> None:
    given, taken = len(split_lines(old)), len(split_lines(found))
    too_many = taken >= max(given + 3, 2 * given)
    if too_many or (given > 1 and len(found) > max(len(old) + 500, 4 * len(old))):
        raise EditFailed(
            "too-large",
            "What would be replaced is much larger than oldString, so it may be another place. "
            "Read the file again and copy oldString exactly.",
        )


def _variants(content: str, old: str, new: str) -> dict[str, str]:
    """``old`` and ``new`` in each style of line ends that the content has, the main one first."""
    variants: dict[str, str] = {}
    for style in newline_styles(content):
        variants.setdefault(with_newlines(old, style), with_newlines(new, style))
    return variants


def _substituted(
    content: str, variants: Mapping[str, str], strategy: str, *, every: bool
) -> Replacement | None:
    most = None if every else _MOST_LISTED + 1
    hits = sorted(
        (start, old) for old in variants for start in islice(_occurrences(content, old), most)
    )
    if not hits:
        return None
    if len(hits) > 1 and not every:
        index = LineIndex(content)
        raise _several([index.line_of(start) + 1 for start, _ in hits])
    parts: list[str] = []
    at = count = 0
    for start, old in hits:
        if start >= at:  # else it overlaps the one before
            parts += [content[at:start], variants[old]]
            at = start + len(old)
            count += 1
    return Replacement(text="".join([*parts, content[at:]]), strategy=strategy, count=count)


def _occurrences(content: str, old: str) -> Iterator[int]:
    """Every place of ``old``, also overlapping ones, but none that would cut a ``\\r\\n`` in two."""
    start = content.find(old)
    while start >= 0:
        end = start + len(old)
        cut = content[start - 1 : start + 1] == "\r\n" and start > 0
        if not cut and content[end - 1 : end + 1] != "\r\n":
            yield start
        start = content.find(old, start + 1)


def _several(lines: list[int]) -> EditFailed:
    count = f"more than {_MOST_LISTED}" if len(lines) > _MOST_LISTED else str(len(lines))
    listed = ", ".join(str(line) for line in dict.fromkeys(lines[:_MOST_LISTED]))
    return EditFailed(
        "several",
        f"oldString fits {count} places in the file (lines {listed}), so it is not clear which is "
        "meant. Give more of the lines around it, or set replaceAll to change every exact one.",
    )


def _not_found(content: str, old: str) -> EditFailed:
    hint = nearest(content, old)
    near = f"The most similar lines are:\n{hint}\n" if hint else "No line is similar to it. "
    return EditFailed(
        "not-found",
        f"oldString is not in the file. {near}"
        "Read the file and copy the text exactly as it is there, without line numbers.",
    )
