"""Fifty sessions in one server process leave nothing behind but their records."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Call, Reply
from support.fake_editor import PATIENCE, FakeEditor, Guise, connected
from support.scripts_for_tests import DELIVER

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="counts what Linux shows of a process"
)
WARM_UP, SESSIONS = 10, 50
MOST_GROWTH_BYTES = 5_000_000
DRAWS = Guise(options={"ui": ["proposal", "question", "permission"]})

# The server, and on SIGUSR1 a report of what it holds once no session has a task any more.
PROBED = """
import asyncio, gc, json, os, signal, sys, threading
from backend_specialist.serving import serve

# The last fifty proposals can still be read, and hunks are remembered: both have a bound of their own.
KEPT = ("Proposal", "FileChange", "Snapshot", "TextFormat", "LineIndex", "Hunk")

ENDING = ("job-", "session-", "backend-specialist-", "ask-", "read answers", "refresh transcripts", "begin to watch")

async def report():
    others = asyncio.all_tasks() - {asyncio.current_task()}
    ending = [task for task in others if task.get_name().startswith(ENDING)]
    if ending:
        await asyncio.wait(ending)
    # What was there when modules were loaded is to be counted as well, or what takes its place looks like growth.
    gc.unfreeze()
    gc.collect()
    ours = [type(each) for each in gc.get_objects() if "backend_specialist" in str(type(each).__module__)]
    kinds = [each.__name__ for each in ours]
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    told = {
        "sessions": sum(kind in ("Session", "Conversation", "Running", "Progress") for kind in kinds),
        "objects": sum(kind not in KEPT for kind in kinds),
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "handles": len(os.listdir("/proc/self/fd")),
        "bytes": pages * os.sysconf("SC_PAGE_SIZE"),
    }
    with open(os.environ["PROBE"], "w") as file:
        json.dump(told, file)

def asked(*_):
    loop = asyncio.get_running_loop()
    loop.call_soon_threadsafe(lambda: loop.create_task(report()))

signal.signal(signal.SIGUSR1, asked)
sys.exit(serve(None))
"""


def script(request: Any) -> Reply:
    """Write the number that the task names, then deliver."""
    if len(request["messages"]) > 1:
        return Reply(tools=(DELIVER,))
    number = str(request["messages"][0]["content"]).rpartition("number ")[2].partition(".")[0]
    content = "".join(f"LIMIT_{line} = {number}\n" for line in range(200))
    read = Call("read", {"filePath": "app/extra.py"})
    write = Call("write", {"filePath": "app/extra.py", "content": content})
    return Reply(text="I set it.", tools=(read, write))


async def one_session(editor: FakeEditor, number: int) -> None:
    """Two of three are accepted; one is refused."""
    mark = len(editor.heard)
    session = (await editor.command("run", instructions=f"Set it to number {number}."))["sessionId"]
    proposal = await editor.event("proposal", since=mark, sessionId=session)
    decision = "reject" if number % 3 == 0 else "applyAll"
    await editor.command(
        "answer", sessionId=session, proposalId=proposal["proposalId"], decision=decision
    )
    await editor.event("status", since=mark, sessionId=session, status="completed")


async def held(editor: FakeEditor, probe: Path) -> dict[str, int]:
    os.kill(editor.process.pid, signal.SIGUSR1)
    reading = asyncio.create_task(asyncio.to_thread(probe.read_text))
    done, _ = await asyncio.wait({reading}, timeout=PATIENCE)
    if not done:
        os.close(os.open(probe, os.O_WRONLY))  # lets the thread go, which nothing else can
    found: dict[str, int] = json.loads(await reading)
    return found


async def test_fifty_sessions_leave_nothing_behind(root: Path, state: Path, tmp_path: Path) -> None:
    probe = tmp_path / "probe"
    os.mkfifo(probe)
    async with ScriptedApi(script) as api:
        environment = {
            "ANTHROPIC_BASE_URL": await api.start(),
            "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
            "PROBE": str(probe),
        }
        async with connected(root, state, DRAWS, environment, PROBED) as editor:
            editor.open("app/extra.py")
            for number in range(WARM_UP):
                await one_session(editor, number)
            before, files = await held(editor, probe), sorted(state.rglob("*"))
            for number in range(WARM_UP, WARM_UP + SESSIONS):
                await one_session(editor, number)
            after = await held(editor, probe)
            editor.log.clear()
            assert sorted(state.rglob("*")) == files
            assert len(await editor.command("listSessions")) == WARM_UP + SESSIONS
    growth = {name: after[name] - before[name] for name in after}
    assert growth.pop("bytes") < MOST_GROWTH_BYTES
    assert {name: count for name, count in growth.items() if count > 0} == {}
