"""``python -m evals --model PROVIDER/NAME [TASK…]``: run tasks one after the other, print the table, keep the results.

Ends with 0 when every task was decided: a task that fails is a result, not an error. 2 says that no session can start.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from backend_specialist import __version__
from evals.attempt import attempt
from evals.judge import NoJudge
from evals.result import Result, table, to_json
from evals.scripted import PREFIX, SCRIPTS, is_scripted
from evals.session import SetUpError
from evals.task import HERE, BadTask, Task, chosen

_SCRIPTED = "Scripted: no model is asked. This proves the harness and says nothing about a model."


def main(argv: Sequence[str] | None = None, results: Path = HERE / "results") -> int:
    """Do what the command line asks; ``results`` is the directory that gets one of its own for this run."""
    parser = argparse.ArgumentParser(
        prog="evals", description="Run the specialist on tasks with hidden tests."
    )
    parser.add_argument(
        "--model", required=True, metavar="PROVIDER/NAME", help=f"or {', '.join(_scripts())}"
    )
    parser.add_argument(
        "tasks", nargs="*", metavar="TASK", help="names below evals/tasks; all when none is named"
    )
    args = parser.parse_args(argv)
    if is_scripted(args.model) and args.model not in _scripts():
        parser.error(f"There is no {args.model}; there are {', '.join(_scripts())}.")
    try:
        tasks = chosen(args.tasks)
        kept = _directory(results, args.model)
        _run(tasks, args.model, kept)
    except (BadTask, NoJudge, SetUpError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _scripts() -> list[str]:
    return [PREFIX + name for name in SCRIPTS]


def _run(tasks: Sequence[Task], model: str, kept: Path) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    print(_SCRIPTED if is_scripted(model) else f"Model: {model}", flush=True)
    done: list[Result] = []
    for result in _results(tasks, model, kept):
        done.append(result)
        # After each task: a run of hours that is interrupted has its results so far.
        stored = to_json(model, __version__, started, done)
        (kept / "results.json").write_text(json.dumps(stored, indent=1), "utf-8")
    print(f"\n{table(done)}\n\nKept in {kept}: results.json, and each session's record.")


def _results(tasks: Sequence[Task], model: str, kept: Path) -> Iterator[Result]:
    for number, task in enumerate(tasks, 1):
        print(f"{number} of {len(tasks)}: {task.name} …", file=sys.stderr, flush=True)
        result, record = attempt(task, model)
        (kept / f"{task.name}.jsonl").write_text(record, "utf-8")
        yield result


def _directory(results: Path, model: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    made = results / f"{stamp}-{re.sub(r'[^A-Za-z0-9._-]+', '-', model)}"
    made.mkdir(parents=True)
    return made


def _terminated(number: int, _: FrameType | None) -> None:
    """End as Ctrl+C does: what was started is ended, and the throw-away directory goes."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(main())
