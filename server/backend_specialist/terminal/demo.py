"""``backend-specialist demo``: the main job on a bundled sample project, in a temporary copy.

Owns the story that a newcomer sees: what is real and what is scripted, where the files are, whether the sample's tests
pass on what was accepted. Spends nothing without consent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from urllib.parse import urlsplit

from backend_specialist.terminal.asking import Asker, NoAnswer
from backend_specialist.terminal.keyboard import Keyboard
from backend_specialist.terminal.report import DONE, FAILED, INTERRUPTED, Report
from backend_specialist.terminal.sample_tests import missing_packages, run_tests
from backend_specialist.terminal.screen import Screen
from backend_specialist.terminal.stage import Job, perform

SAMPLE = os.path.join(os.path.dirname(__file__), "sample")
REHEARSAL = "rehearsal/demo"
# What agents/specialist-backend.md names.
SPECIALISTS_MODEL = "anthropic/claude-sonnet-4-20250514"
KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL")
TASK = """\
Implement POST /v1/orders/{order_id}/refunds: refund a part of a paid order.

A refund has an amount in cents and a reason. All refunds of an order together never exceed what was paid, also \
when requests arrive at the same moment. The call needs an Idempotency-Key header: the same key with the same body \
gives the first refund again, with another body it is a conflict. Follow AGENTS.md; add the tests it asks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """Who plays the specialist. ``model`` is empty for the one that the agent file names."""

    model: str
    scripted: bool


def main(args: argparse.Namespace) -> int:
    """Run the demo and give the exit code."""
    screen = Screen(sys.stdout)
    try:
        return asyncio.run(_demo(args, screen))
    except KeyboardInterrupt:
        screen.say("Stopped.")
        return INTERRUPTED


async def _demo(args: argparse.Namespace, screen: Screen) -> int:
    asker = Asker(screen, Keyboard(), yes=args.yes, no=args.no)
    cast = await _cast(args.model, asker, screen)
    workspace = await asyncio.to_thread(_copy)
    screen.say(f"The sample project, an orders service, was copied to {workspace}")
    if not asker.attended and not args.yes:
        screen.say("Nothing will be applied: " + _why_not(args), "yellow")
    screen.heading("Task")
    screen.say(TASK)
    screen.say()
    report = await perform(_job(workspace, cast), screen, asker)
    passed = await _check(report, workspace, cast, asker, screen)
    if report.text:
        screen.heading("Deliverable")
        screen.document(report.text)
    screen.say()
    screen.say(report.summary(), "bold")
    screen.say(f"The files are in {workspace}")
    return (
        DONE if report.exit_code == DONE and report.saved and passed else report.exit_code or FAILED
    )


def _why_not(args: argparse.Namespace) -> str:
    if args.no:
        return "--no rejects every proposal."
    return "there is no terminal to ask on. Pass --yes to apply what is proposed."


def _copy() -> str:
    directory = os.path.join(tempfile.mkdtemp(prefix="backend-specialist-demo-"), "orders-service")
    shutil.copytree(SAMPLE, directory, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return directory


def _job(workspace: str, cast: Cast) -> Job:
    task = {"instructions": TASK}
    settings = {"model": cast.model} if cast.model else {}
    return Job(workspace=workspace, task=lambda _: task, settings=settings)


# ---------------------------------------------------------------- who plays


async def _cast(model: str | None, asker: Asker, screen: Screen) -> Cast:
    if model and not model.startswith("rehearsal/"):
        screen.say(f"The replies come from {model}, which costs money.", "bold")
        return Cast(model=model, scripted=False)
    if not model and any(os.environ.get(key) for key in KEYS) and await _paid(asker, screen):
        return Cast(model="", scripted=False)
    screen.say(
        "Rehearsal: the replies of the model are a script. Everything else is real: the language server, its tools, "
        "the files and the tests. " + _how_to_use_a_model(),
        "bold",
    )
    return Cast(model=model or REHEARSAL, scripted=True)


def _how_to_use_a_model() -> str:
    if any(os.environ.get(key) for key in KEYS):
        return f"To use a real model, which costs money, pass --model, for example {SPECIALISTS_MODEL}."
    return "To use a real model, set ANTHROPIC_API_KEY and run this again."


async def _paid(asker: Asker, screen: Screen) -> bool:
    """Ask whether the user's key may be used; unattended the answer is no."""
    if not asker.attended:
        return False
    address = os.environ.get("ANTHROPIC_BASE_URL")
    where = f" at {urlsplit(address).hostname}" if address else ""
    screen.say(
        f"A key or an endpoint for a model is set. The specialist's own model is {SPECIALISTS_MODEL} (or what replaced "
        f"it){where}; a run of this demo costs money, some ten cents at Anthropic's prices.",
        "bold",
    )
    try:
        return await asker.confirm("Use it? [y]es / [n]o, use the scripted rehearsal:")
    except NoAnswer:
        return False


# ---------------------------------------------------------------- the sample's tests


async def _check(report: Report, workspace: str, cast: Cast, asker: Asker, screen: Screen) -> bool:
    """Run the sample's tests on what was accepted; gives ``False`` if they fail, or there is nothing to test."""
    if not report.saved:
        screen.say("Nothing was applied, so the sample's tests are not run.", "yellow")
        return False
    screen.heading("The sample's own tests")
    if not cast.scripted and not await _may_run(asker, screen):
        screen.say(f"Not run. To run them: cd {workspace} && {sys.executable} -m pytest", "yellow")
        return True
    missing = missing_packages()
    if missing:
        names = " ".join(missing)
        screen.say(
            f"Not run: they need packages that are not installed here. Install them with\n"
            f"  {sys.executable} -m pip install {names}",
            "yellow",
        )
        return True
    code, output = await run_tests(workspace)
    screen.say(output.rstrip())
    screen.say(
        "The tests pass." if code == 0 else "The tests fail.", "green" if code == 0 else "red"
    )
    return code == 0


async def _may_run(asker: Asker, screen: Screen) -> bool:
    if not asker.attended:
        return False
    screen.say("The tests run code that a model has just written, on this machine and as you.")
    try:
        return await asker.confirm("Run them? [y]es / [n]o:")
    except NoAnswer:
        return False
