"""One editor and one real server for many reviews, and what must be true of each.

The specialist is scripted: it edits three places of a file and creates another. What became of it is judged here from
the real text alone, line by line, and compared with what the server says to the user, to clients and to the model.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Call, Reply, Request, Script, reply_to
from support.fake_editor import SERVER, FakeEditor, Guise, Json, connected
from support.scripts_for_tests import DELIVER

# A server that gives up on a liar sooner; nothing else is different.
IMPATIENT = f"""
from backend_specialist.lsp import editor, requests
from backend_specialist.sessions import looking
editor.APPLY_SECONDS = 3.0
requests.QUICK = 0.5
looking.SETTLE_SECONDS = 0.3
looking.SETTLE_AFTER_NO_SECONDS = 0.3
{SERVER}
"""

TEXT = """\
first = 1

keep_a = 0
keep_b = 0

second = 2

keep_c = 0
keep_d = 0

third = 3

keep_e = 0
"""
PLACES = ("first", "second", "third")
CREATED = "created = 1\n"
LEAVE = Reply(text="I leave it at that.")


def edit(path: str, old: str, new: str) -> Call:
    return Call("edit", {"filePath": path, "oldString": old, "newString": new})


def write(path: str, content: str) -> Call:
    return Call("write", {"filePath": path, "content": content})


@dataclass(frozen=True)
class Case:
    """One session on files of its own. ``since`` is the number of messages heard before it."""

    session: str
    path: str
    created: str
    since: int


class Stage:
    """The editor, the scripted model and the sessions that were run with them."""

    def __init__(self, editor: FakeEditor, model: ScriptedApi, scripts: dict[str, Script]) -> None:
        self.editor = editor
        self.model = model
        self._scripts = scripts
        self._numbers = itertools.count(1)

    # ------------------------------------------------------------ a session

    async def run(
        self,
        *extra: Call,
        script: Sequence[Reply] | None = None,
        opens: bool = True,
        creates: bool = True,
        **argument: Any,
    ) -> Case:
        """Start a session that proposes the three edits, the new file and ``extra``, or plays ``script``.

        Scripts and ``extra`` name files as ``PATH`` and ``CREATED``, and ``HERE/…`` for others beside them.
        """
        name = f"case{next(self._numbers)}"
        path, created = f"{name}/main.py", f"{name}/test_main.py"
        place = self.editor.root / path
        place.parent.mkdir()
        place.write_bytes(TEXT.encode())
        if opens:
            self.editor.open(path)
        edits = [edit("PATH", f"{one} = {n}", f"{one} = {n}0") for n, one in enumerate(PLACES, 1)]
        calls = (*edits, *([write("CREATED", CREATED)] if creates else []), *extra)
        usual = (Reply(tools=calls), Reply(tools=(DELIVER,)), LEAVE, LEAVE, LEAVE)
        self._scripts[name] = [_placed(reply, name) for reply in script or usual]
        since = len(self.editor.heard)
        said = await self.editor.command("run", instructions=f"Work on {name}.", **argument)
        return Case(session=said["sessionId"], path=path, created=created, since=since)

    async def event(self, case: Case, kind: str, *, since: int | None = None, **data: Any) -> Json:
        start = case.since if since is None else since
        return await self.editor.event(kind, since=start, sessionId=case.session, **data)

    async def answer(self, case: Case, proposal: Json, decision: str, **more: Any) -> None:
        await self.editor.command(
            "answer",
            sessionId=case.session,
            proposalId=proposal["proposalId"],
            decision=decision,
            **more,
        )

    def told(self, case: Case, method: str) -> list[Json]:
        """The parameters of every message of one kind since the session began."""
        return [m["params"] for m in self.editor.heard[case.since :] if m["method"] == method]

    def events(self, case: Case, kind: str) -> list[Json]:
        said = self.told(case, "backendSpecialist/event")
        return [one for one in said if one["kind"] == kind and one["sessionId"] == case.session]

    async def asked(self, case: Case, number: int) -> None:
        """Wait until so many questions were put to the user in this session."""
        questions = 0
        at = case.since
        while questions < number:
            message = await self.editor.wait(
                lambda m: m["method"] == "window/showMessageRequest", since=at
            )
            at = self.editor.heard.index(message, at) + 1
            questions += 1

    def settle(self, **settings: Any) -> None:
        """Change the user's settings; they hold for every command that is sent afterwards."""

        async def pulled(editor: FakeEditor, params: Json) -> list[Json]:
            return [settings]

        self.editor.guise.others = {**self.editor.guise.others, "workspace/configuration": pulled}
        self.editor.notify(
            "workspace/didChangeConfiguration", {"settings": {"backendSpecialist": settings}}
        )

    def requests(self, case: Case) -> list[Request]:
        name = case.path.partition("/")[0]
        return [one for one in self.model.requests if _name_of(one) == name]

    # ------------------------------------------------------------ what is said of it

    async def said_to_the_model(self, case: Case) -> str:
        """Everything that the model has been told when the user speaks the next time."""
        mark = len(self.editor.heard)
        before = len(self.requests(case))
        await self.editor.command("reply", sessionId=case.session, text="And now?")
        await self.event(case, "status", since=mark, status="completed")
        assert len(self.requests(case)) == before + 1
        return "\n".join(map(_text_of, self.requests(case)[-1]["messages"]))


@dataclass(frozen=True)
class Hunk:
    """One hunk of a proposal, and what was reported of it."""

    file: str
    old: str
    new: str
    result: str
    lines: str
    reason: str


def results(found: Mapping[tuple[str, str], str], case: Case) -> list[str]:
    """The results in the order first, second, third place, created file."""
    news = [(case.path, f"{one} = {n}0\n") for n, one in enumerate(PLACES, 1)]
    return [found[key] for key in [*news, (case.created, CREATED)]]


def reported(proposals: Sequence[Json], reviews: Sequence[Json]) -> list[Hunk]:
    """Join what was proposed with what was reported; every hunk must be reported, and once."""
    asked = {
        (file["label"], hunk["id"]): hunk
        for proposal in proposals
        for file in proposal["files"]
        for hunk in file["hunks"]
    }
    outcomes = [item for review in reviews for item in review["outcomes"]]
    keys = [(item["file"], item["hunk"]) for item in outcomes]
    assert sorted(keys) == sorted(asked), "every hunk is reported, and once"
    return [
        Hunk(
            file=item["file"],
            old=asked[key]["old"],
            new=asked[key]["new"],
            result=item["result"],
            lines=item["lines"],
            reason=item["reason"],
        )
        for key, item in zip(keys, outcomes, strict=True)
    ]


def truth(hunk: Hunk, text: str | None) -> str:
    """What became of a hunk, from the real text: the lines of the two sides are unlike any other line."""
    lines = (text or "").splitlines()
    old, new = hunk.old.splitlines(), hunk.new.splitlines()
    if new and all(line in lines for line in new) and not any(line in lines for line in old):
        return "in the text"
    if all(line in lines for line in old) and not any(line in lines for line in new):
        return "not in the text"
    return "something else"


MEANS = {
    "accepted": "in the text",
    "refused": "not in the text",
    "failed": "not in the text",
    "stale": "not in the text",
    "altered": "something else",
}


def told_to_the_model(text: str) -> dict[tuple[str, str], str]:
    """Read results by file and lines from what the model was told."""
    found: dict[tuple[str, str], str] = {}
    file = ""
    for line in text.splitlines():
        if head := re.fullmatch(r"(\S+):", line):
            file = head[1]
        elif item := re.match(r"- (\w+): (?:lines? )?([\d, -]+) \(", line):
            found |= {(file, lines): item[1] for lines in item[2].split(", ")}
    return found


def picks(*titles: str) -> Callable[[FakeEditor, Json], Awaitable[Any]]:
    """A user who presses these buttons, one after the other, and then dismisses every question."""
    left = list(titles)

    async def choose(editor: FakeEditor, params: Json) -> Any:
        offered = [action["title"] for action in params["actions"]]
        if not left:
            return None
        assert left[0] in offered
        return {"title": left.pop(0)}

    return choose


async def check_report(stage: Stage, case: Case) -> dict[tuple[str, str], str]:
    """All three reports say the same and nothing that the real text contradicts; gives results by file and new text.

    Also: nothing was asked or sent a second time.
    """
    await stage.event(case, "status", status="completed")
    hunks = reported(stage.events(case, "proposal"), stage.events(case, "review"))
    for hunk in hunks:
        is_so = truth(hunk, stage.editor.real(hunk.file))
        assert MEANS.get(hunk.result, is_so) == is_so, f"{hunk} but {is_so}"
    _check_user(stage, case, hunks)
    model = told_to_the_model(await stage.said_to_the_model(case))
    assert model == {(hunk.file, hunk.lines): hunk.result for hunk in hunks}
    assert len(stage.told(case, "workspace/applyEdit")) <= len(stage.events(case, "proposal"))
    return {(hunk.file, hunk.new): hunk.result for hunk in hunks}


def _check_user(stage: Stage, case: Case, hunks: Sequence[Hunk]) -> None:
    logged = [one["message"] for one in stage.told(case, "window/logMessage")]
    shown = [one["message"] for one in stage.told(case, "window/showMessage")]
    for hunk in hunks:
        line = f"{hunk.file}:{hunk.lines} {hunk.result}"
        assert any(line in message for message in logged)
        surprising = hunk.result not in ("accepted", "refused")
        assert any(line in message for message in shown) == surprising


# ---------------------------------------------------------------- the scripted specialist


@asynccontextmanager
async def staged(
    root: Path, state: Path, guise: Guise, server: str = SERVER
) -> AsyncIterator[Stage]:
    """Start a scripted model, a real server and the editor."""
    scripts: dict[str, Script] = {}

    def react(request: Request) -> Reply:
        return reply_to(scripts[_name_of(request)], request)

    async with ScriptedApi(react) as model:
        environment = {
            "ANTHROPIC_BASE_URL": await model.start(),
            "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
        }
        async with connected(root, state, guise, environment, server) as editor:
            yield Stage(editor, model, scripts)


def _name_of(request: Request) -> str:
    found = re.search(r"Work on (case\d+)\.", _text_of(request["messages"][0]))
    assert found
    return found[1]


def _text_of(message: Mapping[str, Any]) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    parts = [block.get("text") or block.get("content") or "" for block in content]
    return "\n".join(
        part if isinstance(part, str) else _text_of({"content": part}) for part in parts
    )


def _placed(reply: Reply, name: str) -> Reply:
    def place(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: place(item) for key, item in value.items()}
        if isinstance(value, list):
            return [place(item) for item in value]
        if not isinstance(value, str):
            return value
        named = {"PATH": f"{name}/main.py", "CREATED": f"{name}/test_main.py"}
        return named.get(value, value.replace("HERE/", f"{name}/"))

    calls = tuple(
        Call(call.name, {key: place(value) for key, value in call.input.items()})
        for call in reply.tools
    )
    return replace(reply, tools=calls)
