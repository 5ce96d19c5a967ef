"""Settings hold in the order in which the editor says them."""

from __future__ import annotations

import asyncio

from support import guises
from support.fake_editor import FakeEditor, Json


async def test_settings_said_later_hold_though_the_first_are_learned_slowly(start) -> None:
    release = asyncio.Event()

    async def slowly(editor: FakeEditor, params: Json) -> list[Json]:
        await release.wait()
        return [{"saidFirst": True}]

    guise = guises.vscode()
    guise.others = {"workspace/configuration": slowly}
    editor = await start(guise=guise)
    uri = editor.open("app/main.py")
    pushed = {"settings": {"backendSpecialist": {"saidLater": True}}}
    editor.notify("workspace/didChangeConfiguration", pushed)
    place = {"line": 0, "character": 0}
    asked = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}}
    # Answered when everything is loaded, so that nothing but the order keeps the later settings back.
    await editor.request("textDocument/codeAction", {**asked, "context": {"diagnostics": []}})
    release.set()
    await editor.said("saidLater")
    await editor.said("saidFirst")
    shown = [m["params"]["message"] for m in editor.heard if m["method"] == "window/showMessage"]
    assert ["saidFirst" in shown[0], "saidLater" in shown[1]] == [True, True]
