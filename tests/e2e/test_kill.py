"""A real server is killed (SIGKILL) behind every kind of record, and another one goes on with the session.

Nothing is applied twice, nothing approved is forgotten, what waited can be reviewed, and the endpoint takes the
history. The editor survives: its buffers are opened to the second server as they were. The test of every single record,
compaction included, is ``tests/sessions/test_crash.py``; here the processes are real. The model is scripted.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Reply
from support.every_record import AFTER, BEFORE, OTHER, REASON, WRONG, reply, steps
from support.fake_editor import Failure, FakeEditor, Guise, connected
from support.mortal_server import program

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAWS = Guise(options={"ui": ["proposal", "question", "permission"]})
MOMENTS = [
    *(("after", kind) for kind in (
        "started", "status", "user", "model", "assistant", "approved", "unanswered", "consulted", "toolResults",
        "changed", "dropped", "sentBack", "claims", "asked", "answered", "outcome", "round", "applying", "deliverable",
        "filed", "reverted", "note", "replied", "heard",
    )),
    ("before", "outcome"),
    ("before", "deliverable"),
]  # fmt: skip


def played(request: dict[str, Any]) -> Reply:
    """Each session has a folder of its own, which its task names."""
    folder = re.search(r"Set x to 4 in (\S+/)\.", str(request["messages"][0]))
    return reply(steps(folder[1] if folder else "", expert="domain-database"), request)


@dataclass(frozen=True)
class Place:
    """Where all sessions of this module live, and the server that outlives the others."""

    root: Path
    state: Path
    environment: dict[str, str]
    survivor: FakeEditor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    top = tmp_path_factory.mktemp("kill")
    root = top / "shop"
    root.mkdir()
    async with ScriptedApi(played) as api:
        environment = {
            "ANTHROPIC_BASE_URL": await api.start(),
            "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
        }
        async with connected(root, top / "state", DRAWS, environment) as survivor:
            yield Place(root, top / "state", environment, survivor)


class User:
    """Is in a hurry, wants x to be 4, takes everything back at the end, and answers whatever one session asks."""

    def __init__(self, editor: FakeEditor, folder: str) -> None:
        self.editor = editor
        self.folder = folder
        self.session = ""
        self._answered: set[str] = set()
        self._heard = len(editor.heard)

    async def start(self) -> None:
        for name, text in (("app.py", BEFORE), ("other.py", OTHER)):
            self.editor.open_uri(self.editor.uri(f"{self.folder}/{name}"), text)
        task = f"Set x to 4 in {self.folder}/."
        self.session = (await self.editor.command("run", instructions=task))["sessionId"]

    async def attend(self) -> str:
        """Answer until the session has ended; gives its last status."""
        while True:
            message = await self.editor.wait(lambda _: True, since=self._heard)
            self._heard += 1
            event = message.get("params") or {}
            if message["method"] != "backendSpecialist/event" or not self._mine(event):
                continue
            if event["kind"] == "status" and event["status"] in ("completed", "failed", "paused"):
                assert event["status"] == "completed", event
                return str(event["status"])
            await self._answer(event)

    def _mine(self, event: dict[str, Any]) -> bool:
        self.session = self.session or event["sessionId"]
        return event["sessionId"] == self.session

    async def _answer(self, event: dict[str, Any]) -> None:
        match event["kind"]:
            case "permission":
                await self.editor.command("reply", sessionId=self.session, text="Be quick.")
                await self._say(requestId=event["requestId"], decision="session")
            case "question":
                await self._say(requestId=event["requestId"])
            # A client that draws proposals is told again when the user asks for the review.
            case "proposal" if event["proposalId"] not in self._answered:
                self._answered.add(event["proposalId"])
                wrong = any(
                    WRONG in hunk["new"] for file in event["files"] for hunk in file["hunks"]
                )
                answer = (
                    {"decision": "reject", "reason": REASON} if wrong else {"decision": "applyAll"}
                )
                await self._say(proposalId=event["proposalId"], **answer)

    async def _say(self, **answer: Any) -> None:
        await self.editor.command("answer", sessionId=self.session, **answer)

    async def go_on(self) -> None:
        """After a restart: what waits is reviewed, else the specialist is told to go on."""
        listed = await self.editor.command("listSessions")
        (mine,) = (item for item in listed if item["sessionId"] == self.session)
        if mine["status"] == "completed":
            return
        assert mine["status"] == "interrupted"
        if not mine["waiting"]:
            await self.editor.command("reply", sessionId=self.session, text="Go on.")
        else:
            # An edit that turns out to be there needs no review any more.
            with suppress(Failure):
                await self.editor.command("review", sessionId=self.session)
        await self.attend()


@pytest.mark.parametrize(("moment", "kind"), MOMENTS)
async def test_session_goes_on_after_kill_nine(place: Place, moment: str, kind: str) -> None:
    folder = f"{moment}-{kind}"
    (place.root / folder).mkdir()
    (place.root / folder / "app.py").write_text(BEFORE)
    (place.root / folder / "other.py").write_text(OTHER)
    doomed = connected(
        place.root, place.state, DRAWS, place.environment, server=program(moment, kind)
    )
    async with doomed as editor:
        dying = User(editor, folder)
        with suppress(ConnectionError, AssertionError):
            await dying.start()
            await dying.attend()
            await editor.command("revert", sessionId=dying.session)
            await dying.attend()
        assert await editor.ended() == -9, "it was killed"

    user = User(place.survivor, folder)
    user.session = dying.session or await newest(place)
    for uri, (text, _) in editor.buffers.items():
        place.survivor.open_uri(uri, text)
    await user.go_on()
    if kind not in ("reverted", "note"):
        assert place.survivor.text(f"{folder}/app.py") == AFTER, "what was approved is there, once"
        await place.survivor.command("revert", sessionId=user.session)
        await user.attend()
    assert place.survivor.text(f"{folder}/app.py") == BEFORE, "all of it was taken back"
    assert place.survivor.text(f"{folder}/other.py") == OTHER


async def newest(place: Place) -> str:
    """The session whose id the server could not say any more."""
    return (await place.survivor.command("listSessions"))[0]["sessionId"]
