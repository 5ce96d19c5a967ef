"""Whether a text is well formed, by a real parser of its language. Knows nothing of what the text means."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree

import yaml
from tree_sitter import Language, Node, Parser

# The suffix of a file -> module of the grammar, and its function.
GRAMMARS: Mapping[str, tuple[str, str]] = {
    ".cs": ("tree_sitter_c_sharp", "language"),
    ".go": ("tree_sitter_go", "language"),
    ".java": ("tree_sitter_java", "language"),
    ".php": ("tree_sitter_php", "language_php"),
    ".rake": ("tree_sitter_ruby", "language"),
    ".rb": ("tree_sitter_ruby", "language"),
    ".rs": ("tree_sitter_rust", "language"),
    ".ts": ("tree_sitter_typescript", "language_typescript"),
}
READERS: Mapping[str, Any] = {
    ".csproj": ElementTree.fromstring,
    ".json": json.loads,
    ".py": ast.parse,
    ".toml": tomllib.loads,
    ".xml": ElementTree.fromstring,
    ".yaml": yaml.safe_load,
    ".yml": yaml.safe_load,
}
PROSE = frozenset({".md", ".prisma", ".sql", ""})


def faults(name: str, text: str) -> list[str]:
    """Say where a file is not well formed; a kind of file that nothing here can read is an error of the test."""
    suffix = PurePath(name).suffix
    if suffix in GRAMMARS:
        root = _parser(suffix).parse(text.encode()).root_node
        return [f"{name}:{node.start_point.row + 1}: {node.type}" for node in _broken(root)]
    if suffix in READERS:
        try:
            READERS[suffix](text)
        except (SyntaxError, ValueError, yaml.YAMLError, ElementTree.ParseError) as error:
            return [f"{name}: {error}"]
        return []
    assert suffix in PROSE, f"nothing here can read {name}"
    return []


@cache
def _parser(suffix: str) -> Parser:
    module, function = GRAMMARS[suffix]
    return Parser(Language(getattr(import_module(module), function)()))


def _broken(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from _broken(child)
