from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from backend_specialist.domain.changeset import FileChange
from backend_specialist.domain.document import Snapshot
from backend_specialist.domain.ports import ApplyAnswer
from backend_specialist.lsp.documents import Documents
from backend_specialist.lsp.editor import LspEditor
from backend_specialist.lsp.server import SpecialistServer
from support.dict_disk import DictDisk

VS_CODE = {
    "clientInfo": {"name": "Visual Studio Code"},
    "capabilities": {
        "workspace": {
            "applyEdit": True,
            "workspaceEdit": {
                "documentChanges": True,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": {"groupsOnLabel": True},
            },
        }
    },
}
PLAIN = {"capabilities": {"workspace": {"applyEdit": True}}}


class Connection:
    """A real server whose bytes go into a queue; the test is the editor."""

    def __init__(self, said: object = VS_CODE) -> None:
        self.disk = DictDisk({"/w/closed.py": b"old\n"})
        self.server = SpecialistServer(Documents(self.disk), version="0")
        self.server.protocol.set_writer(self)  # type: ignore[arg-type]
        self.server.meet(said)
        self.server.documents.start({"rootUri": "file:///w"})
        self.server.documents.did_open(
            uri="file:///w/open.py", language="python", version=4, text="old\n"
        )
        self.editor = LspEditor(self.server)
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def write(self, data: bytes) -> None:
        self.sent.put_nowait(json.loads(data.partition(b"\r\n\r\n")[2]))

    def close(self) -> None:
        """Nothing is held."""

    def apply(self, *changes: FileChange, confirm: bool = False) -> asyncio.Task[ApplyAnswer]:
        async def in_turn() -> ApplyAnswer:
            async with self.editor.turn(confirm=confirm):
                return await self.editor.apply(changes, label="Add validation", confirm=confirm)

        return asyncio.create_task(in_turn())

    async def request(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            message = await self.sent.get()
        assert message["method"] == "workspace/applyEdit"
        return message

    def answer(self, request: dict[str, Any], **members: object) -> None:
        self.server.protocol.receive({"jsonrpc": "2.0", "id": request["id"], **members})


def change(
    name: str,
    base: str | None,
    text: str = "new\n",
    *,
    version: int | None = None,
    delete: bool = False,
) -> FileChange:
    path, uri = f"/w/{name}", f"file:///w/{name}"
    snapshot = None if base is None else Snapshot(uri=uri, path=path, text=base, version=version)
    return FileChange(path=path, uri=uri, label=name, base=snapshot, text=text, delete=delete)


OPEN = change("open.py", "old\n", version=4)


@pytest.mark.parametrize(
    ("sentence", "members", "applied", "reason"),
    [
        ("Yes.", {"result": {"applied": True}}, True, ""),
        ("No.", {"result": {"applied": False}}, False, ""),
        ("No, and why.", {"result": {"applied": False, "failureReason": "stale"}}, False, "stale"),
        ("Declined in Emacs.", {"result": {"applied": None, "failureReason": "no"}}, False, "no"),
        ("Quit in Emacs.", {"error": {"code": 32000, "message": "Quit"}}, False, "Quit"),
        ("Not understood.", {"result": {"applied": "yes"}}, False, ""),
        ("An odd reason.", {"result": {"applied": False, "failureReason": 5}}, False, ""),
        ("Empty.", {"result": {}}, None, "The editor's answer could not be understood."),
        ("Nothing.", {"result": None}, None, "The editor's answer could not be understood."),
        ("No result.", {}, None, "The editor's answer could not be understood."),
        ("A list.", {"result": [True]}, None, "The editor's answer could not be understood."),
    ],
)
async def test_apply_reads_every_answer(
    sentence: str, members: dict[str, object], applied: bool | None, reason: str
) -> None:
    connection = Connection()
    applying = connection.apply(OPEN)
    connection.answer(await connection.request(), **members)
    assert await applying == ApplyAnswer(applied=applied, reason=reason), sentence


async def test_apply_sends_one_edit_with_label_and_versions() -> None:
    connection = Connection()
    applying = connection.apply(OPEN, change("closed.py", "old\n"), change("new.py", None))
    request = await connection.request()
    assert request["params"]["label"] == "Add validation"
    operations = request["params"]["edit"]["documentChanges"]
    versions = [one["textDocument"]["version"] for one in operations if "textDocument" in one]
    assert versions == [4, None, None]
    connection.answer(request, result={"applied": True})
    assert (await applying).applied


async def test_apply_sends_the_version_of_this_moment_for_the_same_text() -> None:
    connection = Connection()
    documents = connection.server.documents
    documents.did_change("file:///w/open.py", 9, [(None, "other\n")])
    documents.did_change("file:///w/open.py", 11, [(None, "old\n")])
    connection.apply(OPEN)
    operation = (await connection.request())["params"]["edit"]["documentChanges"][0]
    assert operation["textDocument"]["version"] == 11
    await connection.server.close()


@pytest.mark.parametrize(
    ("sentence", "one"),
    [
        ("The buffer moved.", change("open.py", "older\n", version=3)),
        ("The file moved.", change("closed.py", "older\n")),
        ("The file has gone.", change("gone.py", "old\n")),
        ("The file exists by now.", change("closed.py", None)),
        ("The file is open by now.", change("open.py", None)),
        ("A file to be deleted was edited.", change("open.py", "ours\n", "", delete=True)),
    ],
)
async def test_apply_sends_nothing_for_a_text_that_is_not_the_base(
    sentence: str, one: FileChange
) -> None:
    connection = Connection()
    answer = await connection.apply(change("closed.py", "old\n"), one)
    assert (answer.applied, answer.overtaken) == (False, True), sentence
    assert answer.reason
    assert connection.sent.empty()


async def test_apply_sends_nothing_when_the_editor_speaks_while_the_disk_is_read() -> None:
    connection = Connection()
    documents = connection.server.documents
    connection.disk.on_read = lambda _: documents.did_close("file:///w/open.py")
    answer = await connection.apply(OPEN, change("closed.py", "old\n"))
    assert answer.applied is False
    assert "open.py has changed" in answer.reason
    assert connection.sent.empty()


@pytest.mark.parametrize("now", ["old\n", "typed\n"], ids=["the same text", "another text"])
async def test_apply_looks_again_when_the_editor_speaks_while_the_edit_is_written(
    now: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = Connection()
    documents, loop = connection.server.documents, asyncio.get_running_loop()

    def speak() -> None:
        documents.did_change("file:///w/open.py", 5, [(None, now)])

    def plain(value: object) -> object:
        if documents.find("/w/open.py").version == 4:  # type: ignore[union-attr]
            loop.call_soon_threadsafe(speak)
        return written(value)

    written = connection.server.protocol.plain
    monkeypatch.setattr(connection.server.protocol, "plain", plain)
    applying = connection.apply(change("open.py", "old\n", version=4))
    if now == "old\n":
        request = await connection.request()
        (edits,) = request["params"]["edit"]["documentChanges"]
        assert edits["textDocument"]["version"] == 5
        connection.answer(request, result={"applied": True})
    assert (await applying).applied is (now == "old\n")
    assert connection.sent.empty()


@pytest.mark.parametrize(
    ("sentence", "said", "one", "confirm"),
    [
        ("No edits at all.", {}, OPEN, False),
        ("No preview that asks.", PLAIN, OPEN, True),
        ("No new files.", PLAIN, change("new.py", None), False),
        ("No deletions.", PLAIN, change("closed.py", "old\n", "", delete=True), False),
    ],
)
async def test_apply_sends_nothing_that_the_editor_cannot_do(
    sentence: str, said: object, one: FileChange, confirm: bool
) -> None:
    connection = Connection(said)
    answer = await connection.apply(one, confirm=confirm)
    assert (answer.applied, answer.overtaken) == (False, False), sentence
    assert answer.reason.startswith("This editor")
    assert connection.sent.empty()


async def test_apply_with_confirm_has_every_edit_ask() -> None:
    connection = Connection()
    connection.apply(OPEN, confirm=True)
    edit = (await connection.request())["params"]["edit"]
    assert [one["needsConfirmation"] for one in edit["changeAnnotations"].values()] == [True]
    assert edit["documentChanges"][0]["edits"][0]["annotationId"] in edit["changeAnnotations"]
    await connection.server.close()


async def test_an_open_preview_holds_up_previews_only() -> None:
    connection = Connection()
    closed = change("closed.py", "old\n")
    first = connection.apply(OPEN, confirm=True)
    preview = await connection.request()
    second = connection.apply(closed, confirm=True)
    plain = connection.apply(closed)
    request = await connection.request()
    assert "changeAnnotations" not in request["params"]["edit"]
    connection.answer(request, result={"applied": True})
    assert (await plain).applied
    assert connection.sent.empty()
    connection.answer(preview, result={"applied": False})
    assert (await first).applied is False
    connection.answer(await connection.request(), result={"applied": True})
    assert (await second).applied


async def test_what_waited_for_its_turn_is_checked_when_it_comes() -> None:
    connection = Connection()
    first, second = connection.apply(OPEN), connection.apply(OPEN)
    request = await connection.request()
    connection.server.documents.did_change("file:///w/open.py", 5, [(None, "new\n")])
    connection.answer(request, result={"applied": True})
    assert (await first).applied
    assert "has changed" in (await second).reason


async def test_a_cancelled_edit_that_was_sent_is_seen_to_its_end() -> None:
    connection = Connection()
    applying = connection.apply(OPEN)
    request = await connection.request()
    applying.cancel()
    await asyncio.sleep(0)
    connection.answer(request, result={"applied": True})
    assert (await applying).applied


async def test_a_cancelled_preview_and_an_edit_in_a_queue_end_at_once() -> None:
    connection = Connection()
    first, queued = connection.apply(OPEN), connection.apply(OPEN)
    preview = connection.apply(OPEN, confirm=True)
    requests = [await connection.request() for _ in range(2)]
    queued.cancel()
    preview.cancel()
    ended = await asyncio.gather(queued, preview, return_exceptions=True)
    assert [type(each) for each in ended] == [asyncio.CancelledError] * 2
    (plain,) = (r for r in requests if "changeAnnotations" not in r["params"]["edit"])
    connection.answer(plain, result={"applied": True})
    assert (await first).applied


async def test_a_preview_stays_open_as_long_as_the_setting_says() -> None:
    connection = Connection()
    connection.editor.approval_seconds = 0.01
    answer = await connection.apply(OPEN, confirm=True)
    assert answer.applied is None
    assert "no answer" in answer.reason


async def test_an_editor_that_goes_is_a_refusal() -> None:
    connection = Connection()
    applying = connection.apply(OPEN, confirm=True)
    await connection.request()
    await connection.server.close()
    assert await applying == ApplyAnswer(
        applied=False, reason="The editor has ended the connection."
    )
