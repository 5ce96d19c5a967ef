"""The protocol edge as a process, against a client that keeps to no rule."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time

import pytest

from support.raw_client import RawClient, raw_client

URI = "file:///work/a.py"


def at(line: int, start: int, end_line: int, end: int, text: str) -> dict[str, object]:
    span = {
        "start": {"line": line, "character": start},
        "end": {"line": end_line, "character": end},
    }
    return {"range": span, "text": text}


async def text_of(client: RawClient, uri: str = URI) -> str:
    return (await client.run("text", uri))["text"]


async def test_server_says_what_it_can_do_and_ends_in_order() -> None:
    async with raw_client() as client:
        result = await client.initialize(
            capabilities={"general": {"positionEncodings": ["utf-7", "utf-32", "utf-8"]}}
        )
        said = result["capabilities"]
        assert said["positionEncoding"] == "utf-32"
        assert said["textDocumentSync"]["change"] == 2
        assert "backendSpecialist.echo" in said["executeCommandProvider"]["commands"]
        assert "notebookDocumentSync" not in said
        assert await client.end() == 0
        assert client.process.stderr
        assert b"ended in order" in await client.process.stderr.read()


async def test_a_save_that_nobody_asked_to_be_told_of_is_no_warning() -> None:
    async with raw_client() as client:
        await client.initialize()
        saved = {"textDocument": {"uri": URI}, "text": "x\n"}
        client.notify("textDocument/didSave", saved)
        asked = await client.request("textDocument/didSave", saved)
        assert asked["error"]["code"] == -32601, "a request is answered, whatever it is"
        assert await client.end() == 0
        assert client.process.stderr
        assert b"ignored" not in await client.process.stderr.read()


async def test_server_ends_with_1_on_exit_without_shutdown() -> None:
    async with raw_client() as client:
        await client.initialize()
        client.notify("exit")
        assert await client.exit_code() == 1


async def test_server_ends_when_the_input_ends() -> None:
    async with raw_client() as client:
        await client.initialize()
        client.command("sleep")
        assert client.process.stdin
        client.process.stdin.close()
        assert await client.exit_code() == 1
        assert client.process.stderr
        assert b"ended in order" in await client.process.stderr.read()


async def test_server_ends_in_order_on_a_signal() -> None:
    async with raw_client() as client:
        await client.initialize()
        client.process.send_signal(signal.SIGTERM)
        assert await client.exit_code() == 1
        assert client.process.stderr
        assert b"ended in order" in await client.process.stderr.read()


async def test_server_ends_when_the_editor_dies_though_the_pipe_stays_open() -> None:
    editor = await asyncio.create_subprocess_exec("sleep", "60")
    async with raw_client() as client:
        await client.initialize(processId=editor.pid)
        assert await client.run("echo", 1) == [1]
        editor.kill()
        assert await client.exit_code() == 1
        await editor.wait()


async def test_server_lives_on_when_it_cannot_see_the_editor() -> None:
    async with raw_client() as client:
        await client.initialize(processId=2**22 + 1)
        assert await client.run("echo", 1) == [1]
        assert await client.end() == 0


async def test_server_shuts_down_with_pending_commands_requests_and_questions() -> None:
    async with raw_client() as client:
        await client.initialize()
        waiting = [client.command("sleep"), client.command("sleep"), client.command("ask")]
        position = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
        slow = client.call("textDocument/definition", position)
        await client.run("echo")
        shutdown = client.call("shutdown")
        answers: dict[int, dict[str, object]] = {}
        while shutdown not in answers:
            message = await client.receive()
            if "method" not in message:
                answers[message["id"]] = message
        assert answers[shutdown]["result"] is None
        codes = {key: answers[key].get("error", {}).get("code") for key in [*waiting, slow]}
        assert codes == {waiting[0]: -32800, waiting[1]: -32800, waiting[2]: None, slow: -32800}
        assert answers[waiting[2]]["result"]["error"]
        refused = await client.request("workspace/executeCommand", {"command": "x"})
        assert refused["error"]["code"] == -32600
        client.notify("exit")
        assert await client.exit_code() == 0


MALFORMED = [
    ("Not JSON at all.", b"{oops", None, -32700),
    ("Not UTF-8.", b'{"a": "\xff\xfe"}', None, -32700),
    ("Deeper than any parser goes.", b"[" * 200_000, None, -32700),
    ("A batch is not LSP.", b"[]", None, -32600),
    ("A number.", b"7", None, -32600),
    ("Neither method nor id.", b'{"jsonrpc":"2.0"}', None, -32600),
    ("No version.", b'{"id":90,"method":"shutdown"}', 90, -32600),
    ("An id that is a list.", b'{"jsonrpc":"2.0","id":[1],"method":"shutdown"}', None, -32600),
    ("An id of null.", b'{"jsonrpc":"2.0","id":null,"method":"shutdown"}', None, -32600),
    ("A method that is a number.", b'{"jsonrpc":"2.0","id":91,"method":5}', 91, -32600),
    ("A method nobody knows.", b'{"jsonrpc":"2.0","id":92,"method":"no/such"}', 92, -32601),
    (
        "Parameters of another shape.",
        b'{"jsonrpc":"2.0","id":93,"method":"textDocument/hover","params":{"position":"here"}}',
        93,
        -32602,
    ),
    (
        "No parameters.",
        b'{"jsonrpc":"2.0","id":94,"method":"textDocument/hover"}',
        94,
        -32602,
    ),
    (
        "A command without a name.",
        b'{"jsonrpc":"2.0","id":95,"method":"workspace/executeCommand","params":{}}',
        95,
        -32602,
    ),
    (
        "A second initialize.",
        b'{"jsonrpc":"2.0","id":96,"method":"initialize","params":{"capabilities":{}}}',
        96,
        -32600,
    ),
    (
        "A notification with an id.",
        b'{"jsonrpc":"2.0","id":97,"method":"initialized","params":{}}',
        97,
        -32600,
    ),
]


async def test_server_answers_each_malformed_message_and_lives() -> None:
    async with raw_client() as client:
        await client.initialize()
        for sentence, body, request_id, code in MALFORMED:
            client.send_bytes(body)
            answer = await client.receive()
            assert (answer["id"], answer["error"]["code"]) == (request_id, code), sentence
        for harmless in (
            {"jsonrpc": "2.0", "method": "no/such"},
            {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 4711}},
            {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": "x"},
            {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": 5}},
            {"jsonrpc": "2.0", "id": 4711, "result": {}},
            {"jsonrpc": "2.0", "id": {"a": 1}, "error": "?"},
            {"jsonrpc": "2.0", "id": None},
        ):
            client.send(harmless)
        assert await client.run("echo", "alive") == ["alive"]
        assert await client.end() == 0


async def test_server_finds_the_next_message_after_broken_headers() -> None:
    async with raw_client() as client:
        await client.initialize()
        assert client.process.stdin
        client.process.stdin.write(b"Content-Length: many\r\n\r\n" + b"x" * 200_000 + b"\r\n\r\n")
        body = json.dumps({"jsonrpc": "2.0", "id": "s", "method": "shutdown"}).encode()
        header = b"content-length:%d\r\nContent-Type: application/vscode-jsonrpc\r\n\r\n"
        client.process.stdin.write(header % len(body) + body)
        assert (await client.answer_to("s"))["result"] is None


@pytest.mark.parametrize("error", [-40, -3, 5, 200])
async def test_server_finds_its_way_back_after_a_wrong_length(error: int) -> None:
    async with raw_client() as client:
        await client.initialize()
        body = json.dumps({"jsonrpc": "2.0", "id": "lost", "method": "no/such"}).encode()
        assert client.process.stdin
        client.process.stdin.write(b"Content-Length: %d\r\n\r\n" % (len(body) + error) + body)
        for number in range(4):
            client.send({"jsonrpc": "2.0", "id": f"after {number}", "method": "no/such"})
        assert (await client.answer_to("after 3"))["error"]["code"] == -32601


async def test_server_wants_initialize_first() -> None:
    async with raw_client() as client:
        assert (await client.request("textDocument/hover", {}))["error"]["code"] == -32002
        client.open(URI, "lost")
        await client.initialize()
        assert await client.run("text", URI) is None


async def test_server_initializes_an_editor_with_capabilities_of_another_shape() -> None:
    async with raw_client() as client:
        odd = {"workspace": {"workspaceEdit": {"resourceOperations": ["make"]}}, "general": 5}
        result = await client.initialize(capabilities=odd, processId="7", rootUri=5)
        assert result["capabilities"]["positionEncoding"] == "utf-16"
        assert await client.end() == 0


async def test_commands_get_raw_json_whatever_keys_it_has() -> None:
    async with raw_client() as client:
        await client.initialize()
        argument = {"jsonrpc": "2.0", "id": 3, "nested": [{"jsonrpc": "1", "method": "exit"}]}
        assert await client.run("echo", argument, None, [1.5]) == [argument, None, [1.5]]
        params = {"command": "backendSpecialist.echo"}
        assert (await client.request("workspace/executeCommand", params))["result"] == []


async def test_commands_that_fail_say_so_without_the_values() -> None:
    async with raw_client() as client:
        await client.initialize()
        refused = (await client.answer_to(client.command("refuse")))["error"]
        assert (refused["code"], refused["data"]) == (-32602, {"key": "sessionId"})
        assert refused["message"] == "There is no such session."
        failed = (await client.answer_to(client.command("fail")))["error"]
        assert failed["code"] == -32603
        assert "KeyError" in failed["message"]
        assert (await client.answer_to(client.command("odd")))["error"]["code"] == -32603
        half = (await client.answer_to(client.command("encode", "\ud800")))["error"]
        assert (half["code"], half["data"]) == (-32602, {"key": "arguments"})
        unknown = (await client.answer_to(client.command("nothing")))["error"]
        assert unknown["code"] == -32602
        assert "backendSpecialist.nothing" in unknown["message"]
        assert await client.end() == 0
        assert client.process.stderr
        assert b"secret-value" not in await client.process.stderr.read()


async def test_cancelling_ends_a_feature_and_leaves_a_command_alone() -> None:
    async with raw_client() as client:
        await client.initialize()
        position = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
        slow = client.call("textDocument/definition", position)
        client.notify("$/cancelRequest", {"id": slow})
        assert (await client.answer_to(slow))["error"]["code"] == -32800
        quick = client.command("echo", 1)
        client.notify("$/cancelRequest", {"id": quick})
        assert (await client.answer_to(quick))["result"] == [1]


async def test_printing_never_reaches_the_editor() -> None:
    async with raw_client() as client:
        await client.initialize()
        assert await client.run("say") == 0
        assert await client.end() == 0
        assert client.process.stdout
        assert await client.process.stdout.read() == b""


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({"result": {"title": "Yes"}}, "Yes"),
        ({"result": {"title": "Maybe"}}, None),
        ({"result": {"title": None}}, None),
        ({"result": None}, None),
        ({"result": {}}, None),
        ({"result": [1]}, None),
        ({}, None),
    ],
)
async def test_questions_survive_every_answer(answer: dict[str, object], value: object) -> None:
    async with raw_client() as client:
        await client.initialize()
        command = client.command("ask")
        question = await client.receive()
        assert question["method"] == "window/showMessageRequest"
        client.send({"jsonrpc": "2.0", "id": question["id"], **answer})
        client.send({"jsonrpc": "2.0", "id": question["id"], **answer})
        result = (await client.answer_to(command))["result"]
        assert result == {"value": value, "error": None, "late": False}


async def test_documents_follow_lines_that_only_some_count() -> None:
    async with raw_client() as client:
        await client.initialize()
        client.open(URI, "a\x0cb\u2028c\u0085d\x0be\x1cf\r\ntwo 𝔘x\rthree\n")
        client.change(URI, 7, [at(1, 6, 1, 7, "X"), at(2, 0, 2, 5, "3"), at(0, 99, 0, 99, "!")])
        assert await text_of(client) == "a\x0cb\u2028c\u0085d\x0be\x1cf!\r\ntwo 𝔘X\r3\n"
        assert (await client.run("text", "file:///work/./%61.py"))["version"] == 7
        client.change(URI, 3, [{"text": "whole \ud800"}])
        assert await text_of(client) == "whole \ud800"


async def test_documents_take_two_thousand_changes_in_one_message() -> None:
    lines = [f"line {number} of the file, with some words" for number in range(3000)]
    chance = random.Random(7)
    changes = []
    for number in range(2000):
        line, column = chance.randrange(3000), chance.randrange(6)
        changes.append(at(line, column, line, column + 1, f"<{number}>"))
        lines[line] = lines[line][:column] + f"<{number}>" + lines[line][column + 1 :]
    async with raw_client() as client:
        await client.initialize()
        client.open(URI, "\n".join(f"line {n} of the file, with some words" for n in range(3000)))
        await text_of(client)
        started = time.perf_counter()
        client.change(URI, 2, changes)
        text = await text_of(client)
        sys.stdout.write(f"2,000 changes: {(time.perf_counter() - started) * 1000:.0f} ms\n")
        assert text == "\n".join(lines)


async def test_a_request_sees_the_document_of_its_own_moment() -> None:
    async with raw_client() as client:
        await client.initialize()
        position = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
        client.open(URI, "before")
        hover = client.call("textDocument/hover", position)
        client.change(URI, 2, [{"text": "after"}])
        assert (await client.answer_to(hover))["result"]["contents"] == "before"


UNREADABLE = [
    {"range": "all", "text": "x"},
    {"text": None},
    {"text": {"a": 1}},
    at(0, 0, 0, 1, "x") | {"text": 5},
    {"range": {"start": {"line": 0.7, "character": 0}, "end": {"line": 1, "character": 0}}, "text": "x"},
    {"range": {"start": {"line": "0", "character": 0}, "end": {"line": 1, "character": 0}}, "text": "x"},
]  # fmt: skip


@pytest.mark.parametrize("change", UNREADABLE, ids=repr)
async def test_a_change_that_cannot_be_read_is_not_taken_for_the_text(change: object) -> None:
    async with raw_client() as client:
        await client.initialize()
        client.open(URI, "before")
        client.change(URI, 2, [change])
        answer = await client.answer_to(client.command("text", URI))
        assert "Unreadable" in answer["error"]["message"]
        client.change(URI, 3, [{"text": "known again"}])
        assert await text_of(client) == "known again"


async def test_a_document_that_is_opened_without_a_text_has_none_until_one_comes() -> None:
    async with raw_client() as client:
        await client.initialize()
        opened = {"uri": URI, "languageId": "python", "version": 1, "text": None}
        client.notify("textDocument/didOpen", {"textDocument": opened})
        answer = await client.answer_to(client.command("text", URI))
        assert "Unreadable" in answer["error"]["message"]
        client.change(URI, 2, [{"text": "known now"}])
        assert await text_of(client) == "known now"


async def test_a_document_too_large_for_one_read_arrives() -> None:
    async with raw_client() as client:
        await client.initialize()
        text = "ä\n" * 1_000_000
        client.open(URI, text)
        assert (await text_of(client)) == text


async def test_a_client_that_does_not_read_blocks_nobody_else() -> None:
    async with raw_client() as client:
        await client.initialize()
        for _ in range(40):
            client.command("echo", "x" * 100_000)
        await client.drain()
        client.process.send_signal(signal.SIGTERM)
        assert client.process.stderr
        async with asyncio.timeout(15):
            assert await client.process.stderr.readline() == b"ended in order\n"


async def test_tcp_serves_one_client_and_ends_with_it() -> None:
    async with raw_client(sys.executable, "-m", "support.bare_server", "tcp") as client:
        assert client.process.stderr
        line = (await client.process.stderr.readline()).decode()
        host, port = line.split()[-1].rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        body = json.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "initialize",
                "params": {"processId": os.getpid(), "capabilities": {}},
            }
        ).encode()
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        header = await reader.readuntil(b"\r\n\r\n")
        answer = json.loads(await reader.readexactly(int(header.split()[1])))
        assert answer["result"]["serverInfo"]["name"] == "backend-specialist"
        writer.close()
        await writer.wait_closed()
        assert await client.exit_code() == 1
