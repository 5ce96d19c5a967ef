"""Plain values of YAML nodes, with their places.

Owns the loader that resolves only the types of YAML's core schema, and its bounds. Constructs no objects, whatever
a tag asks for, and merges nothing: a rule's place decides, and one that is brought in by ``<<`` is not seen where it
decides. Raises nothing but :class:`yaml.YAMLError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from backend_specialist.domain.agent import Place, Problem

_MAX_DEPTH = 12
_MAX_ALIASES = 16
_MAX_NODES = 2000
_MAX_KEY = 200
_MERGE = "<<"
_TAG = "tag:yaml.org,2002:"
_HALVES = re.compile("[\ud800-\udfff]")
_CONSTANTS: Mapping[str, Callable[[str], Any]] = {
    "str": str,
    "null": lambda _: None,
    "bool": lambda text: {"true": True, "false": False}[text.lower()],
    "int": lambda text: int(text, 0) if text[:2] in ("0x", "0o") else int(text),
    "float": lambda text: float(re.sub(r"\.(?=inf|nan)", "", text.lower())),
}

PlaceOf = Callable[[int, int], Place]


class StrictLoader(yaml.SafeLoader):
    """Composes nodes; raises :class:`yaml.YAMLError` when they nest too deep, or have too many aliases.

    No node holds itself, so that whoever goes down from one comes to an end.
    """

    max_depth = _MAX_DEPTH
    max_aliases = _MAX_ALIASES
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as PyYAML has it

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._aliases = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Compose one node, within the bounds."""
        alias = self.check_event(yaml.AliasEvent)
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # as the stubs have it
        self._depth += 1
        self._aliases += alias
        if self._depth > self.max_depth:
            raise yaml.MarkedYAMLError(problem="values are nested too deep", problem_mark=mark)
        if self._aliases > self.max_aliases:
            raise yaml.MarkedYAMLError(problem="there are too many aliases", problem_mark=mark)
        node: Node | None = super().compose_node(parent, index)
        # A collection has no end while it is composed.
        if alias and node and node.end_mark is None:
            fault = "an alias stands inside of what it names"
            raise yaml.MarkedYAMLError(problem=fault, problem_mark=mark)
        self._depth -= 1
        return node

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: yaml.Mark) -> list[str]:
        """Scan a part of a quoted text; PyYAML takes any number that is escaped there for a character."""
        try:
            found: list[str] = super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError) as error:
            fault = "the number behind '\\U' names no character"
            raise yaml.MarkedYAMLError(problem=fault, problem_mark=self.get_mark()) from error
        return found


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
):
    StrictLoader.add_implicit_resolver(_TAG + _tag, re.compile(rf"(?:{_pattern})\Z"), list(_first))


class Reading:
    """The values of one document, the places of all of them, and what is wrong."""

    def __init__(self, place_of: PlaceOf) -> None:
        self.values: dict[str, Any] = {}
        self.places: dict[str, Place] = {}
        self.problems: list[Problem] = []
        self._place_of = place_of
        self._nodes = 0

    @classmethod
    def of(cls, node: Node | None, place_of: PlaceOf) -> Reading:
        """Read a whole document, which must be a mapping or empty; raise :class:`yaml.YAMLError`."""
        reading = cls(place_of)
        if isinstance(node, MappingNode):
            reading.values = reading._mapping(node, "", 0)
        elif node is not None and not (isinstance(node, ScalarNode) and node.value == ""):
            reading.problem(
                "The front matter must be 'key: value' lines.", reading._place(node), code="type"
            )
        return reading

    @classmethod
    def broken(cls, problem: Problem) -> Reading:
        """A document of which only a fault is known."""
        reading = cls(lambda *_: problem.place)
        reading.problems.append(problem)
        return reading

    def problem(self, message: str, place: Place, *, code: str) -> None:
        """Add an error."""
        self.problems.append(Problem(message=message, place=place, code=code))

    def _value(self, node: Node, path: str, depth: int) -> Any:
        self._nodes += 1
        if self._nodes > _MAX_NODES or depth > _MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="too many values", problem_mark=node.start_mark)
        self.places[path] = self._place(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, f"{path}.", depth)
        if isinstance(node, SequenceNode):
            items = enumerate(node.value)
            return [self._value(item, f"{path}.{n}", depth + 1) for n, item in items]
        return self._scalar(node)

    def _mapping(self, node: MappingNode, prefix: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            if not _is_name(key):
                self.problem("A key must be a short plain text.", self._place(key), code="type")
            elif key.value == _MERGE:
                self.problem(
                    "The merge key '<<' is not read, and what it brings in would be missing. "
                    "Write those entries here instead.",
                    self._place(key),
                    code="merge-key",
                )
            elif key.value in values:
                self.problem(
                    f"The key '{key.value}' is there twice. Remove one; the first is in force.",
                    self._place(key),
                    code="duplicate",
                )
            else:
                path = f"{prefix}{key.value}"
                self.places[f"{path}:key"] = self._place(key)
                values[key.value] = self._value(value, path, depth + 1)
        return values

    def _scalar(self, node: Node) -> Any:
        if _HALVES.search(node.value):
            self.problem(
                "This value has an escape for half of a surrogate pair, which no file can store. "
                "Write the character itself.",
                self._place(node),
                code="value",
            )
            return None
        try:
            return _CONSTANTS[node.tag.removeprefix(_TAG)](node.value)
        except (ValueError, KeyError):
            self.problem(
                "This value's YAML tag does not fit it, or is not supported. Write it as plain text.",
                self._place(node),
                code="type",
            )
            return None

    def _place(self, node: Node) -> Place:
        return self._place_of(node.start_mark.index, _end(node))


def _is_name(key: Node) -> bool:
    short = isinstance(key, ScalarNode) and len(key.value) <= _MAX_KEY
    return short and not _HALVES.search(key.value)


def _end(node: Node) -> int:
    """Where the last thing in a node ends; the mark of a block stands behind comments that follow it."""
    end = int(node.start_mark.index)
    while isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
        end = max(end, int(node.start_mark.index))
    return max(end, int(node.end_mark.index))
