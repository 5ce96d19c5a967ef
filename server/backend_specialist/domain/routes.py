"""Whether a source text serves a path, judged by its string literals.

Owns the comparison of URL paths with literals: parameters in any notation, prefixes that a router or another file
adds. Knows no framework and parses no language, so it accepts what it cannot exclude.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

# Every quote may begin a literal: an apostrophe in a comment must not hide the literals behind it.
_LITERAL = re.compile(r"""(["'`])(?=([^"'`\n]{0,300})\1)|(?<![\w:]):(?=([A-Za-z_]\w{0,60}))""")
_METHOD = re.compile(r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY)\s+", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://[^/]*")
_PARAMETER = re.compile(r"\$?\{[^{}]*\}|<[^<>]*>|\[[^\[\]]*\]|\(\?P<\w+>[^()]*\)")
_WHOLE_PARAMETER = re.compile(r"(?::|\*)[\w*]*\Z|\*\Z")
_WORD = re.compile(r"[\w.~!@$%+,=:;{}-]+\Z")
_ROUTED_BY_FILE = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".svelte", ".vue")
_INDEX_FILES = frozenset({"route", "index", "page", "+server", "views", "urls", "__init__", "{}"})
_MAX_LITERALS = 20_000

Segments = tuple[str, ...]


def segments(path: str) -> Segments:
    """Give the parts of a path, each parameter as ``{}``: ``/users/:id``, ``/users/<int:id>``, ``/users/{id}``."""
    path = _ORIGIN.sub("", _METHOD.sub("", path.strip(), count=1), count=1)
    # Parameters go first: one may hold a slash or a question mark of its own (a regular expression).
    path = _PARAMETER.sub("{}", path).partition("?")[0].strip("^$ ")
    parts = (part for part in path.split("/") if part)
    return tuple("{}" if _WHOLE_PARAMETER.match(part) else part for part in parts)


class Routes:
    """The literals of several texts; each text is searched once, when it is first needed."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._found: dict[str, frozenset[Segments]] = {}

    def has(self, path: str, name: str) -> bool:
        """Whether the text called ``name`` can serve ``path``.

        A literal of that text must have the last fixed part of the path. Only when the text has the rest of the path
        may the fixed part stand in another text, or in the file's own name.
        """
        wanted = segments(path)
        head = _without_parameters(wanted)
        own = self._literals(name)
        if not head:
            return wanted in own or () in own
        if any(_ends(head, _without_parameters(found)) for found in own):
            return True
        if _ends(head, by_file := _file_route(name)) and name.endswith(_ROUTED_BY_FILE):
            return True
        return wanted[len(head) :] in own and (self._elsewhere(head) or _ends(head, by_file))

    def _elsewhere(self, head: Segments) -> bool:
        return any(_ends(head, found) for found in self._all)

    @cached_property
    def _all(self) -> frozenset[Segments]:
        return frozenset().union(*(self._literals(name) for name in self._texts))

    def _literals(self, name: str) -> frozenset[Segments]:
        if name not in self._found:
            self._found[name] = frozenset(_literals(self._texts[name]))
        return self._found[name]


def _literals(text: str) -> set[Segments]:
    found: set[Segments] = set()
    for match in _LITERAL.finditer(text):
        literal = match[3] if match[2] is None else match[2]
        if len(found) >= _MAX_LITERALS:
            break
        parts = segments(literal)
        if all(_WORD.match(part) for part in parts):
            found.add(parts)
    return found


def _without_parameters(parts: Segments) -> Segments:
    """Cut the parameters at the end off."""
    end = len(parts)
    while end and parts[end - 1] == "{}":
        end -= 1
    return parts[:end]


def _ends(wanted: Segments, literal: Segments) -> bool:
    """Whether a literal is the end of the wanted path; one that begins with a parameter may stand for a prefix."""
    if literal[:1] == ("{}",) and len(literal) > 1:
        literal = literal[1:]
    return bool(literal) and wanted[-len(literal) :] == literal


def _file_route(name: str) -> Segments:
    """What a file's own path says, for frameworks that route by it: ``app/api/users/route.ts`` is ``users``."""
    parts = segments(re.sub(r"\.\w+\Z", "", name.replace("\\", "/")))
    while parts and parts[-1] in _INDEX_FILES:
        parts = parts[:-1]
    return parts[-1:]
