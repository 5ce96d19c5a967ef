"""``backend-specialist trust``: what a directory brings along, and whether to use it.

Owns the question. The list of trusted directories is ``adapters.trust``'s.
"""

from __future__ import annotations

import argparse
import os
import sys

from backend_specialist.adapters.file_tree import TreeRefused
from backend_specialist.adapters.state_files import StateFailed, StateFiles, state_directory
from backend_specialist.adapters.trust import Standing, Trust, TrustOutdated
from backend_specialist.command_line import DONE, FAILED, USAGE
from backend_specialist.command_line.output import complain, say


def trust(args: argparse.Namespace) -> int:
    """Show what would change, ask, and trust; gives the exit code."""
    root = os.path.abspath(args.directory)
    if not os.path.isdir(root):
        complain(f"There is no directory {root}.")
        return USAGE
    try:
        return _trust(root, yes=args.yes)
    except StateFailed as error:
        complain(str(error))
        return USAGE
    except (TreeRefused, TrustOutdated) as error:
        complain(f"{root} was not trusted: {error}")
    return FAILED


def _trust(root: str, *, yes: bool) -> int:
    files = StateFiles(state_directory(os.environ))
    files.check_outside([root])
    files.prepare()
    known = Trust(files.directory)
    offer = known.offer(root)
    if offer.standing is Standing.EMPTY:
        say(f"{root} has no agents, recipes or settings of its own, so there is nothing to trust.")
        return DONE
    if offer.standing is Standing.TRUSTED:
        say(f"{root} is trusted already. It brings along:")
        for line in known.would_change(root):
            say(f"  {line}")
        return DONE
    changed = offer.standing is Standing.CHANGED
    say(f"{root} has changed since you trusted it:" if changed else f"{root} brings along:")
    for line in offer.changes:
        say(f"  {line}")
    if not (yes or _agreed()):
        complain("Nothing was changed.")
        return FAILED
    known.set(root, True, shown=offer.digests)
    say("It is trusted, until one of these files changes.")
    return DONE


def _agreed() -> bool:
    if not sys.stdin.isatty():
        complain("There is no terminal to ask on; pass --yes to trust it.")
        return False
    sys.stderr.write("Trust it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
