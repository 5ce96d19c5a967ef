"""Front matter as nobody would write it by accident: anchors, aliases, tags, merge keys, nesting of both kinds.

Owns the strategy ``HOSTILE`` for whole files. Most of what it gives is nearly right, so that the readers get far.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

# fmt: off
_PLAIN = ["deny", "allow", "ask", "true", "1", "-1", ".nan", "1e999", "~", "", "x/y", "'q'", '"*"', "*0", "*1", "*2"]
_ODD = [
    "a: b", "<<", '"\\UFFFFFFFF"', '"\\U00110000"', '"\\ud800"', '"\\x00"', "!!int x", "!!bool 1", "!!float x", "!t x",
    "!%ff x", "!!python/object/apply:os.system [x]", "& x", "*none", "|", "- x", "? x", "%", "@", "`", "\t", "\x85",
]
_FIELDS = [
    "permission", "tools", "edit", "read", "task", "webfetch", "'*'", "'a/*'", "description", "mode", "model", "steps",
    "options", "thinking", "type", "name", "prompt", "hidden", "disable", "permissionMode", "disallowedTools", "title",
    "kind", "when", "languages", "signs", "stack", "agent", "base", "<<",
]
_ODD_KEYS = [
    "!!merge x", "? [k]", "*0", "&_ k", "!t k", '"\\ud800"', '"\\UFFFFFFFF"', "k" * 300, "1", "",
]
_MARKS = ["", "", "", "&_ ", "&_ ", "!!seq ", "!!map &_ ", "!t ", "!!python/name:os.system "]
_AROUND = ["---\n{}\n---\nText\n"] * 5 + ["\n---\n{}\n---\n", "---\n{}\n", "\ufeff---yaml\n{}\n---\n!`x` $1"]
# fmt: on
_ANCHOR_OR_ALIAS = re.compile(r"&_|\*(\d)")
# One odd thing makes most files unreadable, and then the rest of them is not looked at.
_SCALARS = st.sampled_from(_PLAIN * 20 + _ODD)
_KEYS = st.sampled_from(_FIELDS * 10 + _ODD_KEYS)


@dataclass(frozen=True)
class _Node:
    """A collection; without keys it is a sequence."""

    mark: str
    flow: bool
    keys: tuple[str, ...]
    items: tuple[_Node | str, ...]

    def written(self, indent: str = "", *, flow: bool = False) -> str:
        """Itself, behind a key or a dash that has that indentation."""
        if flow or self.flow:
            parts = [_written(item, indent, flow=True) for item in self.items]
            pairs = [f"{key}: {part}" for key, part in zip(self.keys, parts, strict=False)]
            inside = f"{{{', '.join(pairs)}}}" if self.keys else f"[{', '.join(parts)}]"
            return self.mark + inside
        heads = [f"{key}:" for key in self.keys] or ["-"] * len(self.items)
        lines = [
            f"\n{indent}{head} {_written(item, indent + '  ', flow=False)}"
            for head, item in zip(heads, self.items, strict=False)
        ]
        return self.mark + "".join(lines)


def _written(item: _Node | str, indent: str, *, flow: bool) -> str:
    return item if isinstance(item, str) else item.written(indent, flow=flow)


def _collections(items: st.SearchStrategy[_Node | str]) -> st.SearchStrategy[_Node]:
    some = st.lists(items, min_size=1, max_size=4).map(tuple)
    keys = st.lists(_KEYS, max_size=4, unique=True).map(tuple)
    return st.builds(_Node, mark=st.sampled_from(_MARKS), flow=st.booleans(), keys=keys, items=some)


def _deep(node: _Node | str, depth: int, *, flow: bool) -> _Node | str:
    for _ in range(depth):
        node = _Node(mark="", flow=flow, keys=(), items=(node,))
    return node


_ITEMS: st.SearchStrategy[_Node | str] = st.recursive(_SCALARS, _collections, max_leaves=12)
_NESTED = st.builds(_deep, _ITEMS, st.sampled_from([0] * 20 + [5, 11, 400]), flow=st.booleans())
_PAIRS = st.lists(st.tuples(_KEYS, _NESTED), min_size=1, max_size=6)


def _header(pairs: list[tuple[str, _Node | str]]) -> str:
    return "\n".join(f"{key}: {_written(item, '  ', flow=False)}" for key, item in pairs)


def _named(text: str) -> str:
    """Name each anchor, and let each alias name the last one before it, or one or two before that."""
    anchors = 0

    def name(match: re.Match[str]) -> str:
        nonlocal anchors
        if match[1]:
            return f"*n{max(1, anchors - int(match[1]))}"
        anchors += 1
        return f"&n{anchors}"

    return _ANCHOR_OR_ALIAS.sub(name, text)


HOSTILE: st.SearchStrategy[str] = st.builds(
    str.format, st.sampled_from(_AROUND), _PAIRS.map(_header).map(_named)
)
"""The text of a file."""
