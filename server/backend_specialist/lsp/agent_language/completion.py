"""What can be written next in an agent or recipe file.

Owns the place that the cursor is in, told from indentation, since a line that is being written is seldom YAML yet, and
the words for it. The words' meaning is ``domain.agent_fields``'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lsprotocol import types

from backend_specialist.domain.agent import Place
from backend_specialist.domain.agent_fields import ACTIONS, GUARDS, TOOLS
from backend_specialist.domain.agent_text import AgentText
from backend_specialist.domain.permission import key_of
from backend_specialist.lsp.agent_language.texts import AgentFiles, OpenText, OpenTexts

_KEY = re.compile(r"(\s*)(?:- )?[\"']?([^\"':#]*)\Z")
_VALUE = re.compile(r"(\s*)[\"']?([^\"':#]+?)[\"']?\s*:\s+(.*)\Z")
_ENTRY = re.compile(r"(\s*)[\"']?([^\"'#]+?)[\"']?\s*:")
_WORD = re.compile(r"[^\s,\[\"']*\Z")
_STAR = '"*"'
_FLAGS = {"true": "", "false": ""}
_OPTIONS = ("temperature", "top_p", "top_k", "thinking", "effort")

Words = Mapping[str, str]


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
        start = column - len(_WORD.search(before)[0])  # type: ignore[index]  # it fits the empty end
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
    if value := _VALUE.match(before):
        parents = _parents(text.lines, line, len(value[1]))
        return _values(text, files, (*parents, value[2])), types.CompletionItemKind.Value
    key = _KEY.match(before)
    if key is None:
        return {}, types.CompletionItemKind.Value
    parents = _parents(text.lines, line, len(key[1]))
    if text.claude and parents in (("tools",), ("disallowedTools",)):
        return text.tools, types.CompletionItemKind.Value
    used = _used(text.lines, line, len(key[1]))
    words = {word: why for word, why in _keys(text, parents).items() if word.strip('"') not in used}
    return words, types.CompletionItemKind.Property


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
        entry = _ENTRY.match(lines[number])
        if indent and entry and len(entry[1]) < indent:
            found.insert(0, entry[2])
            indent = len(entry[1])
    return tuple(found)


def _used(lines: Sequence[str], line: int, indent: int) -> set[str]:
    """The keys beside the line."""
    found: set[str] = set()
    for step in (-1, 1):
        number = line + step
        while 0 < number < len(lines) and lines[number].rstrip() != "---":
            entry = _ENTRY.match(lines[number])
            if entry and len(entry[1]) < indent:
                break
            if entry and len(entry[1]) == indent:
                found.add(entry[2])
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
