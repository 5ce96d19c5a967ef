"""``python -m benchmarks.peers``: one scripted task (read, edit, done) through other agents and through this one.

Owns the throw-away installation of the others, from the npm registry. What cannot be installed, or does not finish the
task, is named and left out. Nobody's own settings or keys are used.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.endpoint import Endpoint, endpoint, size
from benchmarks.row import middle

_RUNS = 5
_TASK = "In shop.py, let price() return 2."
_BEFORE, _AFTER = "def price():\n    return 1\n", "def price():\n    return 2\n"
_SECONDS = 120.0
_MODEL = "claude-sonnet-4-5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """An agent: the npm package it comes from (none: this one), how it is called, and what it needs to be told."""

    name: str
    package: str
    command: Sequence[str]
    settings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What one run of the task took; ``memory`` is the peak of its largest process, in bytes."""

    seconds: float
    memory: int
    api: Endpoint


def peers() -> tuple[Peer, ...]:
    """All that are compared."""
    run = (sys.executable, "-m", "backend_specialist", "run", _TASK, "--yes")
    claude = ("claude", "-p", _TASK, "--model", _MODEL, "--permission-mode", "acceptEdits")
    opencode = ("opencode", "run", _TASK, "--model", f"anthropic/{_MODEL}")
    quiet = {
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        # The scripted API knows the fields of the stable API only, and refuses others as that does.
        "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS": "1",
        "MAX_THINKING_TOKENS": "0",
    }
    return (
        Peer(name="Backend Specialist", package="", command=run, settings={}),
        Peer(
            name="Claude Code", package="@anthropic-ai/claude-code", command=claude, settings=quiet
        ),
        Peer(name="opencode", package="opencode-ai", command=opencode, settings={}),
    )


async def main() -> int:
    print(
        "| Agent | Task, s | Reply to next request, ms | Peak memory, MB | First request, bytes (system / tools) |"
    )
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="peers-") as scratch:
        for peer in peers():
            try:
                await _install(peer, Path(scratch))
                runs = [await _run(peer, Path(scratch)) for _ in range(_RUNS)]
            except (RuntimeError, OSError, TimeoutError) as error:
                print(f"{peer.name} is left out: {error or 'it took too long'}", file=sys.stderr)
            else:
                print(_line(peer, runs), flush=True)
    return 0


def _line(peer: Peer, runs: Sequence[Run]) -> str:
    pauses = [pause for run in runs for pause in run.api.pauses]
    first = runs[0].api.first_request
    system, tools = size([first["system"]]), size([first["tools"]])
    return (
        f"| {peer.name} | {middle([run.seconds for run in runs]):.2f} | {middle(pauses) * 1000:.0f} | "
        f"{max(run.memory for run in runs) / 1e6:.0f} | {system + tools:,} ({system:,} / {tools:,}) |"
    )


async def _install(peer: Peer, scratch: Path) -> None:
    if not peer.package:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("there is no npm on this machine")
    options = ("--prefix", str(scratch), "--no-audit", "--no-fund", "--loglevel=error")
    process = await asyncio.create_subprocess_exec(
        npm, "install", *options, peer.package, stdout=sys.stderr
    )
    if await process.wait():
        raise RuntimeError(f"npm cannot install {peer.package}")


async def _run(peer: Peer, scratch: Path) -> Run:
    work = Path(tempfile.mkdtemp(dir=scratch))
    (work / "shop.py").write_text(_BEFORE)
    async with endpoint("one_edit", TASK_DIRECTORY=str(work)) as api:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *peer.command,
            cwd=work,
            env=_environment(peer, scratch, api.url),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        memory = asyncio.create_task(_peak(process.pid))
        async with asyncio.timeout(_SECONDS):
            said, _ = await process.communicate()
        took = time.perf_counter() - began
    if (work / "shop.py").read_text() != _AFTER:
        raise RuntimeError(f"the file was not changed; it said: {said.decode()[-400:]}")
    return Run(seconds=took, memory=await memory, api=api)


def _environment(peer: Peer, scratch: Path, url: str) -> dict[str, str]:
    provider = {"options": {"baseURL": f"{url}/v1", "apiKey": "scripted"}, "models": {_MODEL: {}}}
    config = {"provider": {"anthropic": provider}, "permission": {"edit": "allow"}}
    return {
        "PATH": f"{scratch / 'node_modules/.bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(scratch),
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "scripted",
        "BACKEND_SPECIALIST_STATE_DIR": str(scratch / "state"),
        "OPENCODE_CONFIG_CONTENT": json.dumps(config),
        **peer.settings,
    }


async def _peak(process: int) -> int:
    """The highest resident size that any process of the tree reached while it lived (Linux)."""
    highest = 0
    while sizes := [_resident(each) for each in _tree(process)]:
        highest = max(highest, *sizes)
        await asyncio.sleep(0.05)
    return highest


def _tree(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(each for child in children for each in _tree(int(child)))]


def _resident(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
