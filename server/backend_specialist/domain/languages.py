"""What the lines of a programming language look like: a table, one row a family.

Owns the patterns by which :mod:`.outline` recognises imports and declarations. They are matched at the beginning of a
line, its indentation taken off, and never over more than one line. Parses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """``ids`` are those of LSP. What ``comment`` matches is passed over."""

    ids: tuple[str, ...]
    extensions: tuple[str, ...]
    imports: re.Pattern[str]
    declaration: re.Pattern[str]
    comment: re.Pattern[str]


def _row(ids: str, extensions: str, *, imports: str, declaration: str, comment: str) -> Language:
    return Language(
        ids=tuple(ids.split()),
        extensions=tuple(extensions.split()),
        imports=re.compile(imports),
        declaration=re.compile(declaration),
        comment=re.compile(comment),
    )


_SLASHES = r"//|/\*|\*"
_WORDS = (
    "abstract async const data declare default enum export extern final inline inner internal native open override "
    "partial private protected public readonly sealed static suspend synchronized unsafe value virtual"
)
_MODIFIERS = f"(?:(?:{_WORDS.replace(' ', '|')}) +)*"
# A method has no keyword of its own in some languages: a name and a parenthesis, and none of a statement's words.
_NO_STATEMENT = (
    r"(?!(?:await|case|catch|do|else|for|foreach|function|if|lock|new|return|super|switch|throw|try|using|when|while|"
    r"with|yield)\b)"
)
_TYPE = r"[\w.$]+(?:<[^()=;]{0,80}>)?(?:\[\])*\??"
_TYPED_METHOD = rf"(?:<[^>()]{{1,80}}> *)?(?:{_TYPE} +)?\w+ *(?:<[^()]{{0,40}}>)?\([^;]*$"
_TYPE_WORD = r"(?:class|interface|object|record|struct|fun|namespace|@interface)\b"
_C_LIKE = rf"{_MODIFIERS}{_NO_STATEMENT}(?:{_TYPE_WORD}|{_TYPED_METHOD})"

LANGUAGES: tuple[Language, ...] = (
    _row(
        "python",
        ".py .pyi",
        imports=r"import +\w|from +[\w.]+ +import\b",
        declaration=r"(?:async +)?def +\w|class +\w",
        comment=r"#",
    ),
    _row(
        "javascript javascriptreact typescript typescriptreact vue svelte",
        ".js .jsx .mjs .cjs .ts .tsx .mts .cts .vue .svelte",
        imports=r"import\b(?! *\()|export +(?:\*|\{[^}]*\}).* from\b|(?:const|let|var) +[\w${},: ]+= *require\(",
        declaration=rf"{_MODIFIERS}(?:function\b|class\b|interface +\w|namespace +\w)"
        # A function that has a name because it is assigned, and a route that is declared with its handler.
        rf"|{_MODIFIERS}(?:let +|var +)?\w+(?: *:[^=]{{1,80}})? *= *(?:async *)?(?:function\b|\(.*=>|\w+ *=>|\($)"
        r"|\w+(?:\.\w+)*\.(?:get|post|put|patch|delete|all|use)\(.*(?:=>|function\b)"
        rf"|{_MODIFIERS}{_NO_STATEMENT}(?:get +|set +)?[#\w$]+ *(?:<[^()]{{0,40}}>)?\([^;]*\{{$",
        comment=_SLASHES,
    ),
    _row(
        "go",
        ".go",
        imports=r"import\b",
        declaration=r"func\b *(?:\([^)]*\) *)?\w|type +\w+",
        comment=_SLASHES,
    ),
    _row(
        "java kotlin",
        ".java .kt .kts",
        imports=r"import +\w",
        declaration=_C_LIKE,
        comment=_SLASHES,
    ),
    _row(
        "csharp",
        ".cs",
        imports=r"(?:global +)?using +(?:static +)?[\w.]+(?: *= *[\w.<>]+)? *;",
        declaration=_C_LIKE,
        comment=_SLASHES,
    ),
    _row(
        "ruby",
        ".rb .rake .ru",
        imports=r"(?:require|require_relative|load)\b *[('\"]",
        declaration=r"(?:(?:private|protected|public)\w* +)?def +\S|(?:class|module) +\S",
        comment=r"#",
    ),
    _row(
        "php",
        ".php",
        imports=r"use +(?:function +|const +)?\\?\w+\\|(?:require|include)(?:_once)?\b",
        declaration=rf"{_MODIFIERS}(?:function +&?\w|(?:class|interface|trait|enum|namespace) +\w)",
        comment=r"//|/\*|\*|#(?!\[)",
    ),
    _row(
        "rust",
        ".rs",
        imports=r"(?:pub(?:\([^)]*\))? +)?(?:use|extern +crate)\b",
        declaration=rf"(?:pub(?:\([^)]*\))? +)?{_MODIFIERS}"
        r"(?:(?:fn|struct|enum|trait|mod) +\w|impl\b|macro_rules!)",
        comment=_SLASHES,
    ),
)

_BY_ID: Mapping[str, Language] = {key: row for row in LANGUAGES for key in row.ids}
_BY_EXTENSION: Mapping[str, Language] = {key: row for row in LANGUAGES for key in row.extensions}


def language_of(identifier: str, path: str) -> Language | None:
    """The row for an editor's language id, else for the file's extension."""
    name = path.rpartition("/")[2].lower()
    extension = name[name.rfind(".") :] if "." in name else ""
    return _BY_ID.get(identifier) or _BY_EXTENSION.get(extension)
