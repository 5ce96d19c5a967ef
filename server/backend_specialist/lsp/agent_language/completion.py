"""What can be written next in an agent or recipe file.

Owns the place that the cursor is in, told from indentation, since a line that is being written is seldom YAML yet, and
the words for it. The words' meaning is ``domain.agent_fields``'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lsprotocol import types

from backend_specialist.domain.agent import Place
from backend_specialist.domain.agent_fields import ACTIONS, GUARDS, TOOLS
from backend_specialist.domain.agent_text import AgentText
from backend_specialist.domain.permission import key_of
from backend_specialist.lsp.agent_language.texts import AgentFiles, OpenText, OpenTexts

# All are matched at the beginning of a text that does not begin with a blank, or of one that is read backwards.
_KEY = re.compile(r"(?:- )?[\"']?[^\"':#]*\Z")
_ENTRY = re.compile(r"[\"']?([^\"':#]+)(?:[\"']\s*)?:(\s?)")
_WORD = re.compile(r"[^\s,\[\"']*")
_STAR = '"*"'
_FLAGS = {"true": "", "false": ""}
_OPTIONS = ("temperature", "top_p", "top_k", "thinking", "effort")

Words = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A key of a line; ``has_value`` once a blank follows its colon."""

    indent: int
    key: str
    has_value: bool


class Completion:
    """Answers ``textDocument/completion``."""

    def __init__(self, texts: OpenTexts) -> None:
        self._texts = texts

    def answer(self, params: types.CompletionParams) -> types.CompletionList | None:
        """Give the words for a position in the front matter."""
        found = self._texts.at(params.text_document.uri)
        if found is None:
            return None
        line, column = found.place_of(params.position)
        if not _in_header(found.text, line):
            return None
        before = found.text.lines[line][:column] if line < len(found.text.lines) else ""
        words, kind = _words(found.text, self._texts.files, line, before)
        start = column - len(_WORD.match(before[::-1])[0])  # type: ignore[index]  # it fits nothing as well
        place = Place(line=line, column=start, end_line=line, end_column=column)
        items = [_item(found, word, words[word], kind, place) for word in words]
        return types.CompletionList(is_incomplete=False, items=items)


def _in_header(text: AgentText, line: int) -> bool:
    """Whether a line is in the front matter, also in one that is not closed yet."""
    if not text.lines or text.lines[0].strip() != "---" or line < 1:
        return False
    closed = next((n for n, each in enumerate(text.lines[1:], 1) if each.rstrip() == "---"), None)
    return closed is None or line < closed


def _words(
    text: AgentText, files: AgentFiles, line: int, before: str
) -> tuple[Words, types.CompletionItemKind]:
    entry, indent = _entry(before), _indent(before)
    if entry and entry.has_value:
        parents = _parents(text.lines, line, indent)
        return _values(text, files, (*parents, entry.key)), types.CompletionItemKind.Value
    if not _KEY.match(before.lstrip()):
        return {}, types.CompletionItemKind.Value
    parents = _parents(text.lines, line, indent)
    if text.claude and parents in (("tools",), ("disallowedTools",)):
        return text.tools, types.CompletionItemKind.Value
    used = _used(text.lines, line, indent)
    words = {word: why for word, why in _keys(text, parents).items() if word.strip('"') not in used}
    return words, types.CompletionItemKind.Property


def _entry(line: str) -> _Entry | None:
    found = _ENTRY.match(line.lstrip())
    if found is None:
        return None
    return _Entry(indent=_indent(line), key=found[1].rstrip(), has_value=bool(found[2]))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _keys(text: AgentText, parents: Sequence[str]) -> Words:
    match parents:
        case []:
            return {name: field.meaning for name, field in text.fields.items()}
        case ["tools"]:
            return {**TOOLS, _STAR: "every tool that is not named"}
        case ["permission"]:
            keys = {key_of(tool): TOOLS[key_of(tool)] for tool in TOOLS}
            return {**keys, **GUARDS, _STAR: "everything; put it first"}
        case ["permission", _]:
            return {_STAR: "everything; put it first"}
        case ["options"]:
            return {name: text.fields[name].meaning for name in _OPTIONS if name in text.fields}
        case _:
            return {}


def _values(text: AgentText, files: AgentFiles, path: Sequence[str]) -> Words:
    words: Words = {}
    match path:
        case ["model"] if not text.claude:
            words = dict.fromkeys(files.models(), "")
        case ["agent"]:
            words = files.agents()
        case ["tools" | "disallowedTools"] if text.claude:
            words = text.tools
        case ["tools", _]:
            words = _FLAGS
        case ["permission"] | ["permission", _] | ["permission", _, _]:
            words = ACTIONS
        case [name] | ["options", name] if name in text.fields:
            words = dict.fromkeys(text.fields[name].values, "")
    return words


def _parents(lines: Sequence[str], line: int, indent: int) -> tuple[str, ...]:
    """The keys that a line of that indentation stands under, the outermost first."""
    found: list[str] = []
    for number in range(line - 1, 0, -1):
        entry = _entry(lines[number])
        if indent and entry and entry.indent < indent:
            found.insert(0, entry.key)
            indent = entry.indent
    return tuple(found)


def _used(lines: Sequence[str], line: int, indent: int) -> set[str]:
    """The keys beside the line."""
    found: set[str] = set()
    for step in (-1, 1):
        number = line + step
        while 0 < number < len(lines) and lines[number].rstrip() != "---":
            entry = _entry(lines[number])
            if entry and entry.indent < indent:
                break
            if entry and entry.indent == indent:
                found.add(entry.key)
            number += step
    return found


def _item(
    found: OpenText, word: str, why: str, kind: types.CompletionItemKind, place: Place
) -> types.CompletionItem:
    colon = ": " if kind is types.CompletionItemKind.Property else ""
    return types.CompletionItem(
        label=word,
        kind=kind,
        documentation=types.MarkupContent(kind=types.MarkupKind.Markdown, value=why)
        if why
        else None,
        filter_text=word.strip('"'),
        text_edit=types.TextEdit(range=found.range_of(place), new_text=word + colon),
    )
