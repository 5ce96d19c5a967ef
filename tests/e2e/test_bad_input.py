"""Files and folders as they should not be: what the model is told, and that buffers and disk stay as they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from support.fake_editor import CAPABLE, FakeEditor, Guise
from support.project import write_project
from support.scripts_for_tests import DELIVER, EDIT
from support.talk import DRAWS, answer, by_task, results, run


def read(path: str) -> Call:
    return Call("read", {"filePath": path})


def write(path: str) -> Call:
    return Call("write", {"filePath": path, "content": "x = 1\n"})


REFUSED = [
    ("A relative path that leads out.", read("../secret.txt"), "leaves the workspace with `..`"),
    ("An edit of an absolute path outside.", write("/etc/hostname"), "Only files inside it can be edited"),
    ("A link out.", read("link"), "leads outside the workspace through a symbolic link"),
    ("An edit through a link out.", write("link"), "leads outside the workspace through a symbolic link"),
    ("A file of bytes.", read("data.bin"), "binary"),
    ("A file of 100 MB.", read("huge.log"), "The file is 100.0 MB large; only files up to 10 MB are read"),
    ("A pipe.", read("pipe"), "This is a device, a pipe or a socket, not a file"),
    ("A directory to be written.", write("app"), "directory"),
    ("A notebook.", write("notes.ipynb"), "is a notebook: its cells are kept as JSON"),
    ("A document that was never saved.", write("untitled:Untitled-1"), "Ask the user to save it first"),
    ("A document that is not open.", read("untitled:Untitled-9"), "No untitled document"),
    ("A scheme of others.", read("git:/app/main.py"), ""),
    ("A file that is not there.", read("nowhere.py"), "nowhere.py"),
    ("A NUL in a path.", read("app/\0main.py"), ""),
    ("A secret.", read(".env"), "environment files hold passwords"),
    ("No arguments.", Call("edit", {}), "filePath"),
    ("Arguments of other types.", Call("read", {"filePath": 5, "limit": "x"}), "filePath"),
    ("An edit of nothing.", Call("edit", {"filePath": "app/main.py", "oldString": "", "newString": ""}), ""),
]  # fmt: skip
SEEN = [
    ("Bytes that are no UTF-8.", read("latin.py"), "caf"),
    ("A document that was never saved.", read("untitled:Untitled-1"), "draft = True"),
    ("A byte order mark is no text.", read("windows.py"), "1: first"),
]


def strange_files(root: Path) -> None:
    (root.parent / "secret.txt").write_text("SECRET-OUTSIDE")
    (root / "link").symlink_to(root.parent / "secret.txt")
    (root / "data.bin").write_bytes(bytes(range(256)) * 4)
    with (root / "huge.log").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    os.mkfifo(root / "pipe")
    (root / "notes.ipynb").write_text('{"cells": []}')
    (root / ".env").write_text("PASSWORD=SECRET-INSIDE")
    (root / "latin.py").write_bytes(b"name = 'caf\xe9'\n")
    (root / "windows.py").write_bytes(b"\xef\xbb\xbffirst = 1\r\nsecond = 2\r\n")


async def test_each_odd_path_has_a_result_and_changes_nothing(api, start, root: Path) -> None:
    strange_files(root)
    cases = [*REFUSED, *SEEN]
    model = await api([Reply(tools=tuple(call for _, call, _ in cases)), Reply(text="I see.")])
    editor = await start(model, DRAWS)
    editor.open_uri("untitled:Untitled-1", "draft = True\n")
    editor.open_uri("git:/app/main.py?HEAD", "old = True\n")
    await run(editor, "Look everywhere")
    await editor.status("completed")
    blocks = [
        b for b in model.requests[-1]["messages"][-1]["content"] if b["type"] == "tool_result"
    ]
    assert len(blocks) == len(cases)
    for number, ((sentence, _, words), block) in enumerate(zip(cases, blocks, strict=True)):
        assert bool(block.get("is_error")) is (number < len(REFUSED)), (sentence, block)
        assert words in str(block["content"]), (sentence, block)
    everything = str(model.requests)
    assert "SECRET-OUTSIDE" not in everything
    assert "SECRET-INSIDE" not in everything
    assert "old = True" not in everything
    assert not any(message["method"] == "workspace/applyEdit" for message in editor.heard)
    assert (root / "app/main.py").read_text().startswith("def total")


# ---------------------------------------------------------------- texts that are easy to break

TEXT = "# 𝔘 é \x0c form feed, \u2028 separator, \u0085 next line\r\nwide = '𝔘𝔘é'; limit = 1\r\nlast = 2\r\n"
CHANGED = TEXT.replace("limit = 1", "limit = 100")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_an_approved_edit_keeps_every_other_character(api, start, root, encoding) -> None:
    (root / "app/odd.py").write_bytes(TEXT.encode())
    arguments = {"filePath": "app/odd.py", "oldString": "limit = 1", "newString": "limit = 100"}
    model = await api([Reply(tools=(Call("edit", arguments),)), Reply(tools=(DELIVER,))])
    capabilities = {**CAPABLE, "general": {"positionEncodings": [encoding]}}
    editor = await start(model, Guise(options=DRAWS.options, capabilities=capabilities))
    assert editor.server["positionEncoding"] == encoding
    uri = editor.open("app/odd.py")
    session = await run(editor, uri=uri, range=selected(1))
    await answer(editor, session, "applyAll")
    review = await editor.event("review")
    assert [item["result"] for item in review["outcomes"]] == ["accepted"]
    assert editor.text("app/odd.py") == CHANGED
    assert "wide = '𝔘𝔘é'; limit = 1" in model.requests[0]["messages"][0]["content"][0]["text"]


def selected(line: int) -> dict[str, object]:
    return {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}


# ---------------------------------------------------------------- what happens during a review


async def test_a_closed_file_that_changes_or_goes_during_the_review_is_left_alone(
    api, start, root: Path
) -> None:
    script = [Reply(tools=(EDIT,)), Reply(tools=(DELIVER,)), Reply(text="I see.")]
    model = await api(by_task({"changes": script, "goes": script}))
    editor = await start(model, DRAWS)
    file = root / "app/main.py"
    for task in ("changes", "goes"):
        session = await run(editor, f"Guard mean(), and the file {task}")
        proposal = await editor.event("proposal", sessionId=session)
        if task == "changes":
            file.write_text("def mean(values):\n    return 0\n")
        else:
            file.unlink()
        named = {"sessionId": session, "proposalId": proposal["proposalId"]}
        await editor.command("answer", **named, decision="applyAll")
        review = await editor.event("review", sessionId=session)
        assert [item["result"] for item in review["outcomes"]] == ["stale"], task
        await editor.event("status", sessionId=session, status="completed")
        assert "stale" in results(model.requests[-1]), task
        await editor.said("app/main.py:")
        if task == "changes":
            assert file.read_text() == "def mean(values):\n    return 0\n"
            write_project(
                root, "-- app/main.py --\ndef mean(items):\n    return total(items) / len(items)\n"
            )
    assert not file.exists()
    assert not any(message["method"] == "workspace/applyEdit" for message in editor.heard)


# ---------------------------------------------------------------- folders


def folders(editor: FakeEditor, added: list[Path], removed: list[Path]) -> None:
    def listed(paths: list[Path]) -> list[dict[str, str]]:
        return [{"uri": path.as_uri(), "name": path.name} for path in paths]

    event = {"added": listed(added), "removed": listed(removed)}
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})


async def test_a_path_in_two_folders_must_be_named_and_without_folder_none_is_known(
    api, start, root: Path, tmp_path: Path
) -> None:
    other = write_project(tmp_path / "billing", "-- app/main.py --\nbilling = True\n")
    model = await api(
        by_task(
            {
                "Two folders": [
                    Reply(
                        tools=(read("app/main.py"), read("billing/app/main.py"), read("README.md"))
                    ),
                    Reply(text="I see."),
                ],
                "No folder": [
                    Reply(tools=(read("app/main.py"), write("new.py"))),
                    Reply(text="I see."),
                ],
            }
        )
    )
    editor = await start(model, DRAWS)
    folders(editor, [other], [])
    session = await run(editor, "Two folders")
    await editor.event("status", sessionId=session, status="completed")
    told = results(model.requests[-1])
    assert "The path is in several workspace folders. Say which you mean:" in told
    assert "shop/app/main.py" in told
    assert "billing = True" in told
    assert "# Shop" in told
    folders(editor, [], [root, other])
    session = await run(editor, "No folder")
    await editor.event("status", sessionId=session, status="completed")
    told = results(model.requests[-1])
    assert told.count("No folder is open in the editor") == 2
