"""The ``backend-specialist`` command: from arguments to an exit code.

Owns what every subcommand shares: usage errors, Ctrl+C, a reader that goes away, a system that refuses. Imports a
subcommand when it is called, so that ``--version`` and ``--help`` are quick, and work where a part of the rest is
broken.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import sys
from collections.abc import Callable, Sequence

from backend_specialist.command_line import USAGE
from backend_specialist.command_line.output import complain
from backend_specialist.command_line.parser import build_parser
from backend_specialist.command_line.surroundings import explained, stand_in
from backend_specialist.loading import uncollected

_INTERRUPTED = 130
# What a shell reports for a program that lost its reader.
_NO_READER = 141
# By module and function, both in this package; each takes the arguments and gives the exit code.
_COMMANDS = {
    "serve": ("command_line.serving", "serve"),
    "demo": ("terminal.demo", "main"),
    "run": ("terminal.run", "main"),
    "check": ("command_line.checking", "check"),
    "doctor": ("command_line.doctor", "doctor"),
    "sessions": ("command_line.sessions", "sessions"),
    "trust": ("command_line.trusting", "trust"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; gives 0 for done, 1 for failed or refused, 2 for usage or configuration."""
    stand_in()
    try:
        try:
            return _dispatch(arguments)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return _NO_READER
    except OSError as error:
        said, code = explained(error)
        with contextlib.suppress(OSError):
            complain(said)
        _drop_output()
        return code


def _drop_output() -> None:
    """What is left in the buffer would complain once more when the interpreter ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError):
            sys.stdout.close()


def _dispatch(arguments: Sequence[str] | None) -> int:
    parser = build_parser()
    args = parser.parse_args(arguments)
    if args.command is None:
        parser.print_help()
        return USAGE
    module, function = _COMMANDS[args.command]
    with uncollected():
        command = importlib.import_module(f"backend_specialist.{module}")
    run: Callable[[argparse.Namespace], int] = getattr(command, function)
    return run(args)
