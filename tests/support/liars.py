"""Editors whose word is not what they do. Each is an apply handler for the fake editor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from support.fake_editor import FakeEditor, Json, honest_apply, operations_of, perform, uri_of

Apply = Callable[[FakeEditor, Json], Awaitable[Any]]
YES = {"applied": True}


def says(**members: Any) -> Apply:
    """Answer with these members, and do nothing."""
    return answering(members, does=None)


def does_and_says(**members: Any) -> Apply:
    """Apply everything, tell of it, and answer with these members."""
    return answering(members, does=honest_apply)


def answering(*answers: Json, does: Apply | None) -> Apply:
    """Do as ``does``, then give all of these answers, or none."""

    async def apply(editor: FakeEditor, params: Json) -> Any:
        if does is not None:
            await does(editor, params)

        async def answer(respond: Callable[..., None]) -> None:
            for members in answers:
                respond(**members)

        return answer

    return apply


async def first_edit_only(editor: FakeEditor, params: Json) -> Any:
    """Of each file's edits only the first is applied."""
    for operation in operations_of(params):
        perform(editor, {**operation, "edits": operation.get("edits", [])[:1]})
    return YES


async def first_file_only(editor: FakeEditor, params: Json) -> Any:
    """The first operation is carried out and no other."""
    perform(editor, operations_of(params)[0])
    return YES


async def something_else_as_well(editor: FakeEditor, params: Json) -> Any:
    """Everything is applied, and a line that nobody asked for."""
    await honest_apply(editor, params)
    uri = uri_of(operations_of(params)[0])
    editor.set_text(uri, editor.buffers[uri][0] + "nobody_asked = True\n")
    return YES


async def something_else_instead(editor: FakeEditor, params: Json) -> Any:
    """The first edit arrives with another text."""
    first, *others = operations_of(params)
    edit, *rest = first["edits"]
    perform(editor, {**first, "edits": [{**edit, "newText": "something_else = 1\n"}, *rest]})
    for operation in others:
        perform(editor, operation)
    return YES


async def told_after_the_answer(editor: FakeEditor, params: Json) -> Any:
    """Applied; the notifications follow the answer, with versions that jump."""
    for operation in operations_of(params):
        editor.after_answer(lambda operation=operation: perform(editor, operation, jump=7))
    return YES


async def never_told(editor: FakeEditor, params: Json) -> Any:
    """Applied, in buffers whose changes are never notified."""
    for operation in operations_of(params):
        uri = uri_of(operation)
        if "edits" in operation:
            shown = editor.buffers[uri][0] if uri in editor.buffers else ""
            editor.hidden[uri] = editor.edited(shown, operation["edits"])
        else:
            perform(editor, operation)
    return YES


async def formatted_after_the_answer(editor: FakeEditor, params: Json) -> Any:
    """File by file: the edit, then at once what a formatter makes of the text. All is told after the answer."""

    def act() -> None:
        for operation in operations_of(params):
            perform(editor, operation)
            if "edits" in operation:
                uri = uri_of(operation)
                editor.set_text(uri, editor.buffers[uri][0].replace(" = ", "="))

    editor.after_answer(act)
    return YES


async def formatted_before_it_is_told(editor: FakeEditor, params: Json) -> Any:
    """A formatter on save runs before the server hears of anything."""
    first = operations_of(params)[0]
    uri = uri_of(first)
    text = editor.edited(editor.buffers[uri][0], first["edits"])
    editor.set_text(uri, text.replace(" = ", "="))
    for operation in operations_of(params)[1:]:
        perform(editor, operation)
    return YES


async def closed_at_once(editor: FakeEditor, params: Json) -> Any:
    """Applied in buffers that are then closed to the server without being saved."""
    await honest_apply(editor, params)
    for operation in operations_of(params):
        if "edits" in operation:
            uri = uri_of(operation)
            editor.hidden[uri] = editor.buffers.pop(uri)[0]
            editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return YES


class Late:
    """Does nothing until :meth:`release`, and then everything, and then answers."""

    def __init__(self) -> None:
        self._released = asyncio.Event()
        self.done = asyncio.Event()

    def release(self) -> None:
        self._released.set()

    async def __call__(self, editor: FakeEditor, params: Json) -> Any:
        async def answer(respond: Callable[..., None]) -> None:
            await self._released.wait()
            for operation in operations_of(params):
                perform(editor, operation)
            respond(result=YES)
            self.done.set()

        return answer
