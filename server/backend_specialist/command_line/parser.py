"""The arguments of every subcommand.

Owns names, meaning and form of what stands on the command line. Runs nothing and imports no other layer.
"""

from __future__ import annotations

import argparse
import re
from typing import TypeAlias

from backend_specialist import __version__

_EXIT_CODES = "exit codes: 0 done, 1 the task failed or was refused, 2 usage or configuration"
_UNITS = {"h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_AGE = re.compile(r"(\d{1,5})([hdw])")
_ADDRESS = re.compile(r"(?:(?P<host>\[[^\]]+\]|[^:\[\]]*):)?(?P<port>\d{1,5})")


def build_parser() -> argparse.ArgumentParser:
    """Give the parser; ``command`` is ``None`` in what it parses when no subcommand was named."""
    parser = argparse.ArgumentParser(
        prog="backend-specialist",
        description="A backend engineer, an AI specialist, in any editor that speaks LSP. "
        "Every change goes through your approval.",
        epilog=_EXIT_CODES,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"backend-specialist {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_serve(_command(commands, "serve", "run the language server, as an editor does"))
    _add_demo(_command(commands, "demo", "watch the specialist change a sample project"))
    _add_run(_command(commands, "run", "let the specialist do a task on your files"))
    _add_check(_command(commands, "check", "look for mistakes in agent and recipe files"))
    _command(commands, "doctor", "show what was found: key, model, agents, trust")
    _add_sessions(_command(commands, "sessions", "list, show, export and delete stored sessions"))
    _add_trust(_command(commands, "trust", "trust a directory's own agents, recipes and settings"))
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name


def _command(commands: _Commands, name: str, does: str) -> argparse.ArgumentParser:
    description = f"{does[0].upper()}{does[1:]}."
    return commands.add_parser(
        name, help=does, description=description, epilog=_EXIT_CODES, allow_abbrev=False
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    transport = parser.add_mutually_exclusive_group()
    transport.add_argument(
        "--stdio", action="store_true", help="speak on standard input and output (the default)"
    )
    transport.add_argument(
        "--tcp",
        type=_address,
        metavar="[HOST:]PORT",
        help="listen for one editor on this port, of 127.0.0.1 unless a host is named",
    )


def _add_demo(parser: argparse.ArgumentParser) -> None:
    _add_answers(parser)
    _add_model(parser)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", metavar="TASK", help="what to do, in your words")
    parser.add_argument("--workspace", metavar="DIR", help="the project (default: this directory)")
    parser.add_argument(
        "--file", metavar="PATH[:FROM-TO]", help="the file that is meant, and its lines"
    )
    parser.add_argument("--recipe", metavar="NAME", help="start from this recipe")
    parser.add_argument("--agent", metavar="NAME", help="who does it (default: specialist-backend)")
    parser.add_argument("--output", metavar="PATH", help="where the deliverable goes")
    _add_model(parser)
    _add_answers(parser)
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object at the end, the rest on stderr"
    )


def _add_answers(parser: argparse.ArgumentParser) -> None:
    answers = parser.add_mutually_exclusive_group()
    answers.add_argument(
        "--yes",
        action="store_true",
        help="apply all that is proposed, without a question (never what is protected)",
    )
    answers.add_argument("--no", action="store_true", help="reject all that is proposed")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        metavar="PROVIDER/NAME",
        help="the model to use instead of the agent file's (rehearsal/demo is scripted and offline)",
    )


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or directories (default: yours, and .opencode and .claude of this directory)",
    )
    parser.add_argument(
        "--format",
        choices=("text", "json", "sarif"),
        default="text",
        help="how to print what was found (default: text)",
    )


def _add_sessions(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    parser.set_defaults(action="list")
    _command(actions, "list", "list all sessions, the newest first (the default)")
    for name, does in (
        ("show", "print what was said and done"),
        ("export", "print everything that is stored, as JSON lines"),
        ("delete", "remove a session and its documents"),
    ):
        _command(actions, name, does).add_argument(
            "id", metavar="ID", help="the session's id, or its beginning"
        )
    _command(actions, "prune", "remove sessions that ended long ago").add_argument(
        "--older-than",
        type=_age,
        default=_age("90d"),
        metavar="AGE",
        help="12h, 30d or 8w since the last change (default: 90d)",
    )


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory", nargs="?", default=".", metavar="DIR", help="default: this directory"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _address(text: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(text)
    if not found or int(found["port"]) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not PORT or HOST:PORT")
    return (found["host"] or "127.0.0.1").strip("[]"), int(found["port"])


def _age(text: str) -> float:
    found = _AGE.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not an age such as 12h, 30d or 8w")
    return int(found[1]) * _UNITS[found[2]]
