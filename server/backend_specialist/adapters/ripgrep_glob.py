"""ripgrep's own glob dialect, for paths that need not exist.

Owns the meaning of ``--glob``: gitignore rules with ``{a,b}``. A property test holds it against ripgrep. ripgrep's flag
itself is not used, because there it overrides the ignore files: ``--glob '**'`` would list all of ``node_modules``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from backend_specialist.adapters.automaton import EVERY, Automaton, Piece
from backend_specialist.domain.ports import SearchFailed

_LONGEST = 500
_SLASH = 1 << ord("/")
_NAME = EVERY ^ _SLASH
_SYNTAX = frozenset("{}[]\\:,")
_HIDDEN = re.compile(r"[/{,]\\?\.")


class Glob:
    """One glob, relative to the directory that is searched; raises ``SearchFailed`` if it is not valid."""

    def __init__(self, pattern: str) -> None:
        body = pattern if pattern.endswith("\\ ") else pattern.rstrip()
        self._negated = body.startswith("!")
        body = body.removeprefix("!")
        if not body.strip("/") or len(body) > _LONGEST:
            raise SearchFailed(f"A glob needs 1 to {_LONGEST} characters, as in `src/**/*.py`.")
        anchored = body.startswith("/")
        body = body.removeprefix("/")
        self._only_directories = body.endswith("/")
        body = body.removesuffix("\\/" if body.endswith("\\/") else "/")
        if not anchored and "/" not in body and body != "**":
            body = f"**/{body}"
        self._body = f"{body}/*" if body.endswith("/**") else body
        self._automaton = _build(_Parser(self._body, pattern).parse())

    @property
    def names_hidden(self) -> bool:
        """Whether the glob asks for hidden files: some part of it begins with a dot."""
        return not self._negated and _HIDDEN.search(f"/{self._body}") is not None

    @property
    def last_name(self) -> str:
        """A glob that the base name of every match fulfils, empty when there is none that is plain."""
        name = self._body.rpartition("/")[2]
        plain = not self._negated and not _SYNTAX & set(self._body) and "**" not in name
        return name if plain else ""

    def matches(self, relative: str) -> bool:
        """Whether a file at that path (``/`` between its parts) is meant."""
        path = _encoded(relative)
        itself = not self._only_directories and self._automaton.matches(path)
        if not self._negated:
            return itself
        ends = (place for place, byte in enumerate(path) if byte == ord("/"))
        return not itself and not any(self._automaton.matches(path[:end]) for end in ends)


class _Wild(Enum):
    """The wildcards."""

    ONE = "?"
    NAME = "*"
    PREFIX = "**/"
    SUFFIX = "/**"
    MIDDLE = "/**/"


class _Branches(tuple["_Tokens", ...]):
    """What stands between ``{`` and ``}``."""

    __slots__ = ()


# An int is a set of bytes, as a mask.
_Token = bytes | int | _Wild | _Branches
_Tokens = list[_Token]


class _Parser:
    """Reads a glob as the ``globset`` crate does, with a literal separator and backslash escapes."""

    def __init__(self, body: str, original: str) -> None:
        self._text = body
        self._original = original
        self._at = 0

    def parse(self) -> _Tokens:
        tokens = self._branch(inside=False)
        if self._peek():
            raise self._wrong("a `}` closes nothing")
        return tokens

    def _wrong(self, what: str) -> SearchFailed:
        return SearchFailed(
            f"The glob `{self._original}` is not valid: {what}. Escape literals with `\\`."
        )

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        self._at += 1
        return self._text[self._at - 1 : self._at]

    def _branch(self, *, inside: bool) -> _Tokens:
        tokens: _Tokens = []
        while (char := self._peek()) and char != "}" and not (inside and char == ","):
            self._at += 1
            if char == "*":
                self._star(tokens, inside=inside)
            else:
                tokens.append(self._token(char))
        return tokens

    def _token(self, char: str) -> _Token:
        match char:
            case "?":
                return _Wild.ONE
            case "[":
                return self._class()
            case "{":
                return self._branches()
            case "\\":
                if not self._peek():
                    raise self._wrong("it ends with a lone backslash")
                return _encoded(self._next())
            case _:
                return _encoded(char)

    def _star(self, tokens: _Tokens, *, inside: bool) -> None:
        before = self._text[self._at - 2 : self._at - 1] if self._at > 1 else ""
        if self._peek() != "*":
            tokens.append(_Wild.NAME)
            return
        self._at += 1
        after = self._peek()
        if not tokens and after in ("", "/"):
            self._at += len(after)
            tokens.append(_Wild.PREFIX)
            return
        at_start = before == "/" or (inside and before in (",", "{"))
        ends = after == "" or (inside and after in (",", "}"))
        if not tokens or not at_start or not (ends or after == "/"):
            tokens.append(_Wild.NAME)
            return
        self._at += 0 if ends else 1
        last = tokens.pop()
        if last not in (_Wild.PREFIX, _Wild.SUFFIX):
            last = _Wild.SUFFIX if ends else _Wild.MIDDLE
        tokens.append(last)

    def _branches(self) -> _Branches:
        branches: list[_Tokens] = []
        while True:
            branches.append(self._branch(inside=True))
            match self._next():
                case "":
                    raise self._wrong("a `{` is not closed")
                case "}":
                    return _Branches(branch for branch in branches if branch)

    def _class(self) -> int:
        negated = self._peek() in ("!", "^") and bool(self._next())
        end = self._text.find("]", self._at + 1)
        if end < 0:
            raise self._wrong("a `[` is not closed")
        ranges = self._ranges(self._text[self._at : end])
        self._at = end + 1
        mask = 0
        for low, high in ranges:
            mask |= (1 << high + 1) - (1 << low)
        return EVERY ^ mask if negated else mask

    def _ranges(self, inside: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(inside):
            low = inside[at]
            is_range = inside[at + 1 : at + 2] == "-" and at + 2 < len(inside)
            high = inside[at + 2] if is_range else low
            if max(low, high) > "\x7f":
                raise self._wrong("a `[…]` may only hold ASCII characters")
            if low > high:
                raise self._wrong(f"`{low}-{high}` runs backwards")
            found.append((ord(low), ord(high)))
            at += 3 if is_range else 1
        return found


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _build(tokens: _Tokens) -> Automaton:
    automaton = Automaton()
    whole = automaton.many(EVERY) if tokens == [_Wild.PREFIX] else _all(automaton, tokens)
    automaton.finish(whole)
    return automaton


def _all(automaton: Automaton, tokens: Sequence[_Token]) -> Piece:
    return automaton.sequence([_one(automaton, token) for token in tokens])


def _one(automaton: Automaton, token: _Token) -> Piece:
    match token:
        case bytes():
            return automaton.sequence([automaton.one(1 << byte) for byte in token])
        case int():
            return automaton.one(token)
        case _Branches():
            branches = [_all(automaton, branch) for branch in token]
            return automaton.either(branches) if branches else automaton.sequence([])
        case _:
            return _wildcard(automaton, token)


def _wildcard(automaton: Automaton, wild: _Wild) -> Piece:
    def slash() -> Piece:
        return automaton.one(_SLASH)

    def anything() -> Piece:
        return automaton.many(EVERY)

    match wild:
        case _Wild.ONE:
            return automaton.one(_NAME)
        case _Wild.NAME:
            return automaton.many(_NAME)
        case _Wild.PREFIX:
            below = automaton.sequence([anything(), slash()])
            return automaton.either([automaton.sequence([]), slash(), below])
        case _Wild.SUFFIX:
            return automaton.sequence([slash(), anything()])
        case _Wild.MIDDLE:
            below = automaton.sequence([slash(), anything(), slash()])
            return automaton.either([slash(), below])
