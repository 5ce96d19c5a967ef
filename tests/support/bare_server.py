"""The protocol edge alone, as a process: ``python -m support.bare_server [tcp]``."""

from __future__ import annotations

import asyncio
import sys

from lsprotocol import types

from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.errors import InvalidArgument
from backend_specialist.lsp.lifecycle import run_stdio, run_tcp
from backend_specialist.lsp.server import SpecialistServer
from support.dict_disk import DictDisk


async def sleep(server: SpecialistServer, arguments: list[object]) -> object:
    await asyncio.Event().wait()


async def text(server: SpecialistServer, arguments: list[object]) -> object:
    snapshot = server.documents.at(str(arguments[0]))
    return snapshot and {"text": snapshot.text, "version": snapshot.version}


async def echo(server: SpecialistServer, arguments: list[object]) -> object:
    return arguments


async def ask(server: SpecialistServer, arguments: list[object]) -> object:
    answer = await server.requests.choose("?", ["Yes", "No"], seconds=20)
    return {"value": answer.value, "error": answer.error, "late": answer.timed_out}


async def refuse(server: SpecialistServer, arguments: list[object]) -> object:
    raise InvalidArgument("sessionId", "There is no such session.")


async def fail(server: SpecialistServer, arguments: list[object]) -> object:
    raise KeyError("secret-value")


async def odd(server: SpecialistServer, arguments: list[object]) -> object:
    return object()


async def encode(server: SpecialistServer, arguments: list[object]) -> object:
    return len(str(arguments[0]).encode())


async def say(server: SpecialistServer, arguments: list[object]) -> object:
    print("not for the editor")  # noqa: T201 - that it goes elsewhere is the test
    child = await asyncio.create_subprocess_exec("echo", "nor this")
    return await child.wait()


COMMANDS = {
    f"backendSpecialist.{command.__name__}": command
    for command in (sleep, text, echo, ask, refuse, fail, odd, encode, say)
}


async def ended() -> None:
    sys.stderr.write("ended in order\n")
    sys.stderr.flush()


def main() -> int:
    server = SpecialistServer(Documents(DictDisk()), version="0", commands=list(COMMANDS))
    server.on_command = lambda name, arguments: COMMANDS[name](server, arguments)
    server.on_shutdown = ended

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover:
        snapshot = server.documents.at(params.text_document.uri)
        return types.Hover(contents=snapshot.text if snapshot else "")

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def slow(params: types.DefinitionParams) -> None:
        await asyncio.Event().wait()

    return run_tcp(server, "127.0.0.1", 0) if "tcp" in sys.argv else run_stdio(server)


if __name__ == "__main__":
    sys.exit(main())
