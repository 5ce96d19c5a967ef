"""One code action of ours, in the protocol's form.

Owns that form and LSP's hierarchy of kinds. Decides nothing about what is offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsprotocol import types

from backend_specialist.lsp.arguments import PREFIX


def action(
    title: str, command: str, argument: Mapping[str, Any], kind: str = "quickfix"
) -> types.CodeAction:
    """An action that runs one of our commands; none is ever preferred."""
    call = types.Command(title=title, command=PREFIX + command, arguments=[dict(argument)])
    return types.CodeAction(title=title, kind=kind, command=call)


def is_wanted(kind: str, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether a kind is one of ``only`` or below it; without ``only`` every kind is."""
    names = [
        each.value if isinstance(each, types.CodeActionKind) else str(each) for each in only or ()
    ]
    return not names or any(name in ("", kind) or kind.startswith(name + ".") for name in names)
