"""``backend-specialist run``: a task on the user's own files.

Owns the reading of the command line's arguments and where the deliverable goes. Everything else is shared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend_specialist.domain.document import LineIndex
from backend_specialist.terminal import saving
from backend_specialist.terminal.asking import Asker
from backend_specialist.terminal.files import Files
from backend_specialist.terminal.keyboard import Keyboard
from backend_specialist.terminal.report import Report
from backend_specialist.terminal.saving import Refused
from backend_specialist.terminal.screen import Screen
from backend_specialist.terminal.stage import Job, perform

_LINES = re.compile(r"(?P<path>.+):(?P<first>\d+)(?:-(?P<last>\d+))?")


class UsageError(Exception):
    """The command line asks for something that cannot be. The message says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """A file, and its lines (1-based, both included) if they were named."""

    path: str
    first: int = 0
    last: int = 0


def main(args: argparse.Namespace) -> int:
    """Run the task and give the exit code."""
    screen = Screen(sys.stderr if args.json else sys.stdout)
    try:
        report = asyncio.run(_run(args, screen))
    except UsageError as error:
        screen.say(str(error), "red")
        report = Report(status="failed", reason=str(error), error_kind="configuration")
    except KeyboardInterrupt:
        report = Report(status="cancelled")
        screen.say(report.summary())
    if args.json:
        print(json.dumps(report.to_json()))
    return report.exit_code


async def _run(args: argparse.Namespace, screen: Screen) -> Report:
    asker = Asker(screen, Keyboard(), yes=args.yes, no=args.no)
    job = _job_here(args)
    if not (asker.attended or args.yes or args.no):
        screen.say(
            "There is no terminal to ask on, so nothing will be applied. Pass --yes to apply what is proposed.",
            "yellow",
        )
    report = await perform(job, screen, asker)
    if report.text:
        screen.heading("Deliverable")
        screen.document(report.text)
        _keep(report, args.output, job.workspace, screen)
    screen.say()
    screen.say(report.summary(), "bold")
    return report


# ---------------------------------------------------------------- the arguments


def _job_here(args: argparse.Namespace) -> Job:
    try:
        return _job(args)
    except FileNotFoundError as error:  # only of what relative paths begin with
        raise UsageError(
            "The current directory does not exist any more. Change to one that does, and try again."
        ) from error


def _job(args: argparse.Namespace) -> Job:
    workspace = os.path.abspath(args.workspace or ".")
    if not os.path.isdir(workspace):
        raise UsageError(f"{workspace} is no directory. Name the workspace with --workspace DIR.")
    selection = _selection(args.file, workspace) if args.file else None
    output = _output(args.output) if args.output else None

    def task(files: Files) -> Mapping[str, Any]:
        wanted: dict[str, Any] = {
            "instructions": args.task,
            "recipe": args.recipe,
            "agent": args.agent,
            "output": output if output and _inside(output, workspace) else None,
        }
        if selection is not None:
            wanted |= _opened(selection, files)
        return {key: value for key, value in wanted.items() if value}

    return Job(workspace=workspace, task=task, settings={"model": args.model} if args.model else {})


def _selection(argument: str, workspace: str) -> Selection:
    """Read ``PATH[:FROM-TO]``; a relative path is looked for here, then in the workspace."""
    for place in (os.getcwd(), workspace):
        path = os.path.abspath(os.path.join(place, argument))
        if os.path.isfile(path):
            if not _inside(path, workspace):
                raise UsageError(
                    f"--file {argument} lies outside of the workspace {workspace}. "
                    "Name a file in it, or another workspace with --workspace DIR."
                )
            return Selection(path=path)
    found = _LINES.fullmatch(argument)
    if found is None:
        raise UsageError(f"There is no file {argument}. --file takes PATH or PATH:FROM-TO.")
    path = _selection(found["path"], workspace).path
    first = int(found["first"])
    last = int(found["last"] or first)
    if not 1 <= first <= last:
        raise UsageError(f"--file {argument}: lines count from 1, and FROM is not behind TO.")
    return Selection(path=path, first=first, last=last)


def _opened(selection: Selection, files: Files) -> dict[str, Any]:
    """Open the file as an editor does, and give the keys that say what is selected."""
    try:
        text = files.read(selection.path) or ""
    except Refused as refusal:
        raise UsageError(f"--file cannot be read: {refusal}") from refusal
    uri = files.open(selection.path, text)
    opened = {"uri": uri, "version": 1}
    return opened | ({"range": _range(selection, text, files)} if selection.first else {})


def _range(selection: Selection, text: str, files: Files) -> dict[str, Any]:
    index = LineIndex(text)
    if selection.last > index.line_count:
        raise UsageError(
            f"{selection.path} has the lines 1 to {index.line_count}, not those of --file."
        )
    last = index.position_at(index.line_start(selection.last), files.encoding)
    end = {"line": last.line, "character": last.character}
    return {"start": {"line": selection.first - 1, "character": 0}, "end": end}


def _output(argument: str) -> str:
    path = os.path.abspath(argument)
    if os.path.isdir(path):
        raise UsageError(f"--output {argument} is a directory. Name a file in it.")
    if os.path.exists(path) and not os.path.isfile(path):
        raise UsageError(f"--output {argument} is no regular file. Name another one.")
    place = _first_that_exists(os.path.dirname(path))
    if not os.path.isdir(place):
        raise UsageError(f"--output {argument}: {place} is no directory. Name another place.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise UsageError(f"--output {argument}: {place} cannot be written. Name another place.")
    return path


def _first_that_exists(path: str) -> str:
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return path


# ---------------------------------------------------------------- the deliverable


def _inside(path: str, workspace: str) -> bool:
    try:
        saving.contained(path, workspace)
    except Refused:
        return False
    return True


def _keep(report: Report, output: str | None, workspace: str, screen: Screen) -> None:
    """Inside the workspace the deliverable went through approval; elsewhere we save it ourselves."""
    if not output:
        return
    path = os.path.abspath(output)
    try:
        if not _inside(path, workspace):
            saving.replace(path, saving.load(path), report.text.encode())
            report.saved.add(path)
    except Refused as error:
        screen.say(f"The deliverable was not saved: {error}", "red")
        report.status, report.reason = "failed", str(error)
    report.deliverable = path if path in report.saved else None
