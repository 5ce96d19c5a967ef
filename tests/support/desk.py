"""A user at an editor who takes recipe after recipe, each in a project of its own.

One editor, one real server and one scripted model for any number of scenarios: the project of each is the only
workspace folder while it is worked on.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Reply, Request, reply_to
from support.fake_editor import FakeEditor, Json, connected, position_of
from support.model_server import KEY
from support.scenario import HERE, Scenario, once
from support.talk import DRAWS

ENDS = ("completed", "failed", "paused", "cancelled")


class Player:
    """Plays the specialist of a scenario, and the consultants that it asks."""

    def __init__(self) -> None:
        self.scenario: Scenario | None = None

    def react(self, request: Request) -> Reply:
        assert self.scenario
        if is_specialist(request):
            return reply_to(self.scenario.script, request)
        return Reply(text=self.scenario.advice)


def is_specialist(request: Request) -> bool:
    """Whether the specialist itself speaks, and not a consultant: only it delivers."""
    return any(tool["name"] == "deliver" for tool in request["tools"])


class Desk:
    """The editor, the requests that the model gets, and who plays it."""

    def __init__(self, editor: FakeEditor, model: ScriptedApi, player: Player) -> None:
        self.editor = editor
        self.model = model
        self._player = player

    def open(self, scenario: Scenario, place: Path) -> None:
        """Open a copy of the scenario's project as the only folder, and the file that is worked on."""
        self._player.scenario = scenario
        root = place / scenario.project
        shutil.copytree(HERE / "projects" / scenario.project, root)
        self.editor.change_folder(root)
        uri = self.editor.open(scenario.file, scenario.language)
        self.editor.set_text(uri, scenario.typed(self.editor.text(scenario.file)))

    async def offers(self, scenario: Scenario) -> list[Json]:
        """The code actions for the scenario's place, as the editor lists them."""
        text = self.editor.text(scenario.file)
        start, end = (position_of(text, offset) for offset in scenario.selection(text))
        params = {
            "textDocument": {"uri": self.editor.uri(scenario.file)},
            "range": {"start": start, "end": end},
            "context": {"diagnostics": diagnostics(scenario, text)},
        }
        return list(await self.editor.request("textDocument/codeAction", params))

    async def see_through(self, session: str, scenario: Scenario, since: int) -> list[Json]:
        """Answer what the specialist asks and apply all that it proposes; gives the session's events."""
        answers = list(scenario.answers)
        while True:
            event = await self.next_event(session, since)
            since = self.editor.heard.index(event) + 1
            said = event["params"]
            if said["kind"] == "question":
                named = {"sessionId": session, "requestId": said["requestId"]}
                await self.editor.command("answer", **named, text=answers.pop(0))
            elif said["kind"] == "proposal":
                named = {"sessionId": session, "proposalId": said["proposalId"]}
                await self.editor.command("answer", **named, decision="applyAll")
            elif said.get("status") in ENDS:
                assert not answers, "the specialist did not ask"
                return [m["params"] for m in self.editor.heard if self._is_event(m, session)]

    async def next_event(self, session: str, since: int) -> Json:
        return await self.editor.wait(lambda m: self._is_event(m, session), since=since)

    def _is_event(self, message: Json, session: str) -> bool:
        said = message.get("params") or {}
        return message["method"] == "backendSpecialist/event" and said["sessionId"] == session


def diagnostics(scenario: Scenario, text: str) -> list[Json]:
    """The scenario's diagnostic as an editor gives it."""
    if not scenario.diagnostic:
        return []
    said = dict(scenario.diagnostic)
    at = said.pop("at")
    start = once(text, at)
    span = {"start": position_of(text, start), "end": position_of(text, start + len(at))}
    return [{"range": span, **said}]


@asynccontextmanager
async def seated(place: Path) -> AsyncIterator[Desk]:
    """Start model, server and editor, in a folder without files."""
    player = Player()
    async with ScriptedApi(player.react) as model:
        environment = {"ANTHROPIC_BASE_URL": await model.start(), "ANTHROPIC_API_KEY": KEY}
        (empty := place / "empty").mkdir()
        async with connected(empty, place / "state", DRAWS, environment) as editor:
            yield Desk(editor, model, player)
